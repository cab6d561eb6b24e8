use axum::extract::State;
use axum::http::StatusCode;
use turnout_domain::EventId;
use turnout_http::{Path, Problem, ProblemView};

use crate::Ticketing;

/// Counts a look at an event's page. Nobody is recognised: no cookie, no address, no account is kept.
#[utoipa::path(
    post, path = "/events/{event_id}/views", operation_id = "count_view", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    responses(
        (status = ACCEPTED, description = "Counted, if there is such an event."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: that is no event's id."),
    ),
)]
pub(in crate::http) async fn count_view(
    State(ticketing): State<Ticketing>,
    Path(event): Path<EventId>,
) -> Result<StatusCode, Problem> {
    ticketing.views.look(event, ticketing.clock.now());
    Ok(StatusCode::ACCEPTED)
}
