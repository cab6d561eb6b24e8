use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use turnout_domain::EventId;
use turnout_http::{Body, Fields, Given, Path, PeerCaller, Problem};

use crate::Ticketing;
use crate::change_capacity::CapacityError;

/// How many places an event is to have in all.
#[derive(Debug, Deserialize)]
pub(super) struct CapacityRequest {
    /// Null for no limit; that must be said.
    #[serde(default)]
    max_capacity: Given<u32>,
}

/// How many places it has now.
#[derive(Debug, Serialize)]
pub(super) struct CapacityView {
    max_capacity: Option<u32>,
}

impl CapacityRequest {
    fn parse(self) -> Result<Option<u32>, Problem> {
        let mut fields = Fields::new();
        let capacity = match self.max_capacity {
            Given::Null => Some(None),
            given => fields.required("/max_capacity", given, Ok::<_, String>).map(Some),
        };
        fields.finish(capacity)
    }
}

/// `PUT /internal/events/{event_id}/capacity`: registration's organizer changed it.
pub(super) async fn change_capacity(
    _peer: PeerCaller,
    State(ticketing): State<Ticketing>,
    Path(event): Path<EventId>,
    Body(request): Body<CapacityRequest>,
) -> Result<Json<CapacityView>, Problem> {
    let max_capacity = request.parse()?;
    match ticketing.change_capacity(event, max_capacity).await {
        Ok(()) => Ok(Json(CapacityView { max_capacity })),
        Err(CapacityError::BelowTaken { taken }) => {
            Err(Problem::conflict(format!("{taken} places are sold or held.")).with("sold", taken))
        }
        Err(CapacityError::Sale(error)) => Err(error.into()),
    }
}
