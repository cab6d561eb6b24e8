//! `GET /organizers`

use axum::Json;
use axum::extract::State;
use turnout_http::{List, PageParams, Params, Problem, ProblemView, SignedIn};

use crate::Identity;
use crate::http::views::OrganizerView;

/// The organizers that the caller is a member of, the oldest first.
#[utoipa::path(
    get, path = "/organizers", operation_id = "list_organizers", tag = "identity", security(("bearer" = [])),
    params(PageParams),
    responses(
        (status = 200, description = "One page.", body = List<OrganizerView>),
        (status = 401, description = "`unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "`validation`", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_organizers(
    State(identity): State<Identity>,
    caller: SignedIn,
    Params(page): Params<PageParams>,
) -> Result<Json<List<OrganizerView>>, Problem> {
    let (memberships, next) = identity
        .list_organizers(caller.user, page.limit()?, page.cursor())
        .await?;
    let items = memberships.into_iter().map(OrganizerView::from).collect();
    Ok(Json(List::new(items, next)))
}
