//! `POST /events/{event_id}/publish`

use axum::extract::State;
use turnout_domain::EventId;
use turnout_http::{Caller, ETagged, Path, Problem, ProblemView, SignedIn};

use super::view::EventView;
use crate::Registration;
use crate::model::PublishRefused;
use crate::publish_event::PublishEventError;

/// Publishes an event: it goes on show, and its tickets on sale. One that is published already stays as it is.
#[utoipa::path(
    post, path = "/events/{event_id}/publish", operation_id = "publish_event", tag = "events", security(("bearer" = [])),
    params(("event_id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The event", body = EventView, headers(("ETag" = String, description = "Its version"))),
        (status = 401, description = "Nobody is signed in", body = ProblemView, content_type = "application/problem+json"),
        (status = 403, description = "The caller's role does not allow it", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such event", body = ProblemView, content_type = "application/problem+json"),
        (status = 409, description = "It was cancelled, or would have begun already", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "Try again later", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(super) async fn publish_event(
    State(registration): State<Registration>,
    person: SignedIn,
    Path(id): Path<EventId>,
) -> Result<ETagged<EventView>, Problem> {
    let (_, permit) = registration.event_permit(id, &Caller::Person(person)).await?;
    let event = registration.publish_event(&permit, id).await?;
    Ok(EventView::tagged(&event, registration.now()))
}

impl From<PublishEventError> for Problem {
    fn from(error: PublishEventError) -> Self {
        match error {
            PublishEventError::Unknown => Self::not_found(),
            PublishEventError::Refused(PublishRefused::Cancelled) => {
                Self::conflict("A cancelled event cannot be published again. Create a new one.")
            }
            PublishEventError::Refused(PublishRefused::StartPast) => {
                Self::conflict("It would have begun already. Move its times, then publish it.")
            }
            PublishEventError::Store(error) => error.into(),
            PublishEventError::Commit(error) => error.into(),
        }
    }
}
