//! `POST /events/{event_id}/cancel`

use axum::extract::State;
use turnout_domain::EventId;
use turnout_http::{Caller, ETagged, Path, Problem, ProblemView, SignedIn};

use super::view::EventView;
use crate::Registration;
use crate::cancel_event::CancelEventError;
use crate::model::CancelRefused;

/// Cancels an event for good; everyone who holds a ticket is told. One that is cancelled already stays as it is.
#[utoipa::path(
    post, path = "/events/{event_id}/cancel", operation_id = "cancel_event", tag = "events", security(("bearer" = [])),
    params(("event_id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The event", body = EventView, headers(("ETag" = String, description = "Its version"))),
        (status = 401, description = "Nobody is signed in", body = ProblemView, content_type = "application/problem+json"),
        (status = 403, description = "The caller's role does not allow it", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such event", body = ProblemView, content_type = "application/problem+json"),
        (status = 409, description = "It is over", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "Try again later", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(super) async fn cancel_event(
    State(registration): State<Registration>,
    person: SignedIn,
    Path(id): Path<EventId>,
) -> Result<ETagged<EventView>, Problem> {
    let (_, permit) = registration.event_permit(id, &Caller::Person(person)).await?;
    let event = registration.cancel_event(&permit, id).await?;
    Ok(EventView::tagged(&event, registration.now()))
}

impl From<CancelEventError> for Problem {
    fn from(error: CancelEventError) -> Self {
        match error {
            CancelEventError::Unknown => Self::not_found(),
            CancelEventError::Refused(CancelRefused::Ended) => {
                Self::conflict("The event is over, so it cannot be called off.")
            }
            CancelEventError::Store(error) => error.into(),
            CancelEventError::Commit(error) => error.into(),
        }
    }
}
