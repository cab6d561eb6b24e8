use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, TicketId};
use turnout_http::{Body, DoorCaller, Fields, Given, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::request::{Reason, list, list_of, nonce, unknown_list};
use crate::Ticketing;
use crate::door::{DoorError, Undo};

/// Which scan to take back, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct UndoCheckInRequest {
    #[serde(default)]
    #[schema(value_type = String, required)]
    ticket_id: Given<String>,
    /// `main` if it is left out; for a paired phone, the list of its gate link.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    list: Given<String>,
    /// The scan's; the last one that let the ticket through if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 64)]
    nonce: Given<String>,
    /// Kept with the scan: 1 to 120 characters.
    #[serde(default)]
    #[schema(value_type = String, required)]
    reason: Given<String>,
}

/// Where a ticket stands at a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckIn)]
pub(in crate::http) struct CheckInView {
    #[schema(value_type = String)]
    ticket_id: TicketId,
    list: String,
    /// When it was first let in; null if every such scan was taken back.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    first_admitted_at: Option<Timestamp>,
    inside: bool,
}

/// Takes a scan back. What happened stays on record, with the reason. Whoever made the scan may for two minutes, a
/// supervisor at any time.
#[utoipa::path(
    post, path = "/events/{event_id}/check-ins/undo", operation_id = "undo_check_in", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    request_body = UndoCheckInRequest,
    responses(
        (status = OK, body = CheckInView, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: not a gate link's credential; `gate-link-revoked`, `gate-link-expired`."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it, or it takes a supervisor."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: there is no such scan."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
        (status = TOO_MANY_REQUESTS, body = ProblemView, description = "`rate-limited`: too many wrong gate credentials."),
    ),
    security(("bearer" = []), ("gate" = [])),
)]
pub(in crate::http) async fn undo_check_in(
    State(ticketing): State<Ticketing>,
    caller: DoorCaller,
    Path(event): Path<EventId>,
    Body(request): Body<UndoCheckInRequest>,
) -> Result<Json<CheckInView>, Problem> {
    let permit = ticketing.permit_at_door(&caller, event).await?;
    let mut fields = Fields::new();
    let ticket = fields.required("/ticket_id", request.ticket_id, |text| text.parse::<TicketId>());
    let list = list(&mut fields, "/list", request.list);
    let list = list_of(&mut fields, "/list", list, &permit);
    let nonce = fields.optional("/nonce", request.nonce, nonce);
    let reason = fields.required("/reason", request.reason, Reason::try_from);
    let undo = ticket.zip(list).zip(reason).map(|((ticket, list), reason)| Undo {
        ticket,
        list,
        nonce,
        reason: reason.into(),
    });
    let undo = fields.finish(undo)?;
    let order = ticketing.order(undo.ticket.order()).await?;
    let order = order
        .map(|(order, _)| order)
        .filter(|order| order.event_id == event);
    let order = order.ok_or_else(Problem::not_found)?;
    let check_in = match ticketing.undo_check_in(&order, &undo, &permit).await {
        Err(DoorError::UnknownList) => return Err(unknown_list("/list")),
        check_in => check_in?,
    };
    Ok(Json(CheckInView {
        ticket_id: undo.ticket,
        list: undo.list.as_str().to_owned(),
        first_admitted_at: check_in.admitted_at,
        inside: check_in.inside,
    }))
}
