//! `POST /notify`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use turnout_http::{Body, Fields, Given, Problem, ProblemView, SignedIn};
use utoipa::ToSchema;

use crate::Engagement;
use crate::notify::{Audience, Notified, Notify, Words};

/// Something to say, to the holders of an event's tickets or to one of them.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NotifyRequest {
    /// To everyone who holds a ticket of this event. Exactly one of `event_id` and `user_id` is given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    event_id: Given<String>,
    /// To this person, who holds a ticket of an event of yours.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    user_id: Given<String>,
    /// What to say: 1 to 2,000 characters.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 2000)]
    message: Given<String>,
}

/// What was said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notified)]
pub(crate) struct NotifiedView {
    /// The announcement's id (`ann_…`) or, to one person, the notification's (`ntf_…`).
    id: String,
    /// How many it is on its way to, as far as is known.
    #[schema(required)]
    recipients: Option<i64>,
}

/// Tells the holders of an event's tickets, or one of them, something. Members with the role owner or manager.
#[utoipa::path(
    post,
    path = "/notify",
    operation_id = "notify",
    tag = "engagement",
    request_body = NotifyRequest,
    responses(
        (status = 202, description = "It is on its way", body = NotifiedView),
        (status = 401, description = "Nobody is signed in", body = ProblemView, content_type = "application/problem+json"),
        (status = 403, description = "The caller's role does not allow it", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such event or person, or not for the caller", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "Some fields are not valid", body = ProblemView, content_type = "application/problem+json"),
        (status = 429, description = "Too many messages", body = ProblemView, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn notify(
    State(engagement): State<Engagement>,
    caller: SignedIn,
    Body(body): Body<NotifyRequest>,
) -> Result<(StatusCode, Json<NotifiedView>), Problem> {
    let notified = engagement.notify(body.into_command(caller)?).await?;
    Ok((StatusCode::ACCEPTED, Json(notified.into())))
}

impl NotifyRequest {
    fn into_command(self, by: SignedIn) -> Result<Notify, Problem> {
        let mut fields = Fields::new();
        let given = |given: &Given<String>| !matches!(given, Given::Missing | Given::Null);
        let audience = match (given(&self.event_id), given(&self.user_id)) {
            (true, false) => fields
                .required("/event_id", self.event_id, |id| id.parse())
                .map(Audience::Event),
            (false, true) => fields
                .required("/user_id", self.user_id, |id| id.parse())
                .map(Audience::User),
            (true, true) => {
                fields.refuse("/user_id", "Give an event_id or a user_id, not both.");
                None
            }
            (false, false) => {
                fields.refuse("/event_id", "Give an event_id or a user_id.");
                None
            }
        };
        let message = fields.required("/message", self.message, Words::try_from);
        let (audience, message) = fields.finish(audience.zip(message))?;
        Ok(Notify {
            by,
            audience,
            message,
        })
    }
}

impl From<Notified> for NotifiedView {
    fn from(notified: Notified) -> Self {
        Self {
            id: notified.id,
            recipients: Some(notified.recipients),
        }
    }
}
