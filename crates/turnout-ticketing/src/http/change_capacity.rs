use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use turnout_domain::EventId;
use turnout_http::{Body, Path, PeerCaller, Problem};

use crate::Ticketing;
use crate::change_capacity::CapacityError;

/// How many places an event is to have in all; null for no limit.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CapacityRequest {
    max_capacity: Option<u32>,
}

/// `PUT /internal/events/{event_id}/capacity`: registration's organizer changed it.
pub(super) async fn change_capacity(
    _peer: PeerCaller,
    State(ticketing): State<Ticketing>,
    Path(event): Path<EventId>,
    Body(request): Body<CapacityRequest>,
) -> Result<Json<CapacityRequest>, Problem> {
    match ticketing.change_capacity(event, request.max_capacity).await {
        Ok(()) => Ok(Json(request)),
        Err(CapacityError::BelowTaken { taken }) => {
            Err(Problem::conflict(format!("{taken} places are sold or held.")).with("sold", taken))
        }
        Err(CapacityError::Sale(error)) => Err(error.into()),
    }
}
