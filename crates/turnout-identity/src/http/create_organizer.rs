//! `POST /organizers`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use turnout_http::{Body, Fields, Given, Problem, ProblemView, SignedIn};
use utoipa::ToSchema;

use crate::Identity;
use crate::http::views::OrganizerView;
use crate::model::OrganizerName;

/// An organizer to be made.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateOrganizerRequest {
    /// What it is called; two may be called the same.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100)]
    name: Given<String>,
}

/// Makes an organizer, whose owner is the caller.
#[utoipa::path(
    post, path = "/organizers", operation_id = "create_organizer", tag = "identity", security(("bearer" = [])),
    request_body = CreateOrganizerRequest,
    responses(
        (status = 201, description = "The organizer is made.", body = OrganizerView),
        (status = 400, description = "`malformed-json`", body = ProblemView, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`", body = ProblemView, content_type = "application/problem+json"),
        (status = 413, description = "`body-too-large`", body = ProblemView, content_type = "application/problem+json"),
        (status = 415, description = "`unsupported-media-type`", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "`validation`", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn create_organizer(
    State(identity): State<Identity>,
    caller: SignedIn,
    Body(request): Body<CreateOrganizerRequest>,
) -> Result<(StatusCode, Json<OrganizerView>), Problem> {
    let name = request.into_name()?;
    let membership = identity.create_organizer(caller.user, name).await?;
    Ok((StatusCode::CREATED, Json(membership.into())))
}

impl CreateOrganizerRequest {
    fn into_name(self) -> Result<OrganizerName, Problem> {
        let mut fields = Fields::new();
        let name = fields.required("/name", self.name, TryInto::try_into);
        fields.finish(name)
    }
}
