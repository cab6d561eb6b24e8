//! `GET /internal/events/{event_id}`: for a service that has to do with an event it has not heard of yet.

use axum::Json;
use axum::extract::State;
use turnout_domain::EventId;
use turnout_domain::messages::EventChanged;
use turnout_http::{Path, PeerCaller, Problem};

use crate::Registration;

/// Tells of the event as its latest message does, drafts included.
pub(super) async fn tell_event(
    State(registration): State<Registration>,
    _peer: PeerCaller,
    Path(id): Path<EventId>,
) -> Result<Json<EventChanged>, Problem> {
    let found = registration.event(id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(found.event.told_whole()))
}
