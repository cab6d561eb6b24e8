//! `GET /me`

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use serde::Serialize;
use turnout_http::{Problem, ProblemView, SignedIn};
use utoipa::ToSchema;

use crate::Identity;
use crate::http::views::{OrganizerView, UserView, no_store};

// No `Debug`, because of the address.
/// Who is signed in, and for whom they act.
#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeView {
    /// Who.
    user: UserView,
    /// The organizers they are a member of, the oldest first; at most 100.
    organizers: Vec<OrganizerView>,
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/me", operation_id = "get_me", tag = "identity", security(("bearer" = [])),
    responses(
        (status = 200, description = "The caller, and their organizers.", body = MeView),
        (status = 401, description = "`unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_me(
    State(identity): State<Identity>,
    caller: SignedIn,
) -> Result<([(HeaderName, HeaderValue); 1], Json<MeView>), Problem> {
    let me = identity.get_me(caller.user).await?;
    // A token outlives its account by some minutes.
    let (user, memberships) = me.ok_or_else(Problem::unauthenticated)?;
    let view = MeView {
        user: user.into(),
        organizers: memberships.into_iter().map(OrganizerView::from).collect(),
    };
    Ok(([no_store()], Json(view)))
}
