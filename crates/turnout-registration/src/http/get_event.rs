//! `GET /events/{event_id}`

use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use turnout_domain::EventId;
use turnout_http::{Caller, ETagged, Path, Problem, ProblemView};

use super::view::EventView;
use crate::Registration;

/// A copy is asked about before it is used: places go and times move.
pub(super) const NO_CACHE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-cache")];

/// Shows an event; a draft only to its organizer's members.
#[utoipa::path(
    get, path = "/events/{event_id}", operation_id = "get_event", tag = "events", security((), ("bearer" = [])),
    params(("event_id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The event", body = EventView, headers(("ETag" = String, description = "Its version"))),
        (status = 401, description = "The access token is not valid (any more)", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such event, or the caller may not see it", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "Try again later", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_event(
    State(registration): State<Registration>,
    caller: Caller,
    Path(id): Path<EventId>,
) -> Result<([(HeaderName, &'static str); 1], ETagged<EventView>), Problem> {
    let found = registration.visible_event(id, &caller).await?;
    Ok((NO_CACHE, EventView::tagged(&found, registration.now())))
}
