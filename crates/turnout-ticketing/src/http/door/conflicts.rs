use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use turnout_domain::{EventId, GateLinkId, TicketId, UserId};
use turnout_http::{Caller, List, PageParams, Params, Path, Problem, ProblemView, SeeSales};
use utoipa::ToSchema;

use super::validation::{DirectionView, DoorAttendeeView, ValidationResult};
use crate::Ticketing;
use crate::door::{CheckIn, Effect, Outcome, Scan, ScannedBy, TicketConflicts};

/// One scan of a ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scan)]
pub(in crate::http) struct ScanView {
    nonce: String,
    direction: DirectionView,
    /// When, as far as the clock of the phone could be believed.
    #[schema(value_type = String, format = DateTime)]
    scanned_at: Timestamp,
    /// What the phone's clock said, if that could not be.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    said_at: Option<Timestamp>,
    /// When we heard of it, if it was made offline.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    merged_at: Option<Timestamp>,
    #[schema(required)]
    gate: Option<String>,
    /// The member who scanned.
    #[schema(value_type = Option<String>, required)]
    user_id: Option<UserId>,
    /// Or the gate link.
    #[schema(value_type = Option<String>, required)]
    gate_link_id: Option<GateLinkId>,
    /// What it comes to, now that all are known; null if it was taken back.
    #[schema(required)]
    result: Option<ValidationResult>,
    /// Whether it let someone in who should not have been.
    conflict: bool,
    #[schema(required)]
    override_reason: Option<String>,
    /// Why it was taken back, if it was.
    #[schema(required)]
    undo_reason: Option<String>,
}

impl ScanView {
    fn new(scan: Scan, effect: Effect) -> Self {
        let result = match effect {
            Effect::Stands => Some(match DirectionView::from(scan.direction) {
                DirectionView::Entry => ValidationResult::Admitted,
                DirectionView::Exit => ValidationResult::Exited,
            }),
            Effect::Repeated => Some(ValidationResult::AlreadyAdmitted),
            Effect::Faulty => scan.fault.map(ValidationResult::from),
            Effect::Idle => Some(ValidationResult::NotInside),
            Effect::Undone => None,
        };
        let (user_id, gate_link_id) = match scan.by {
            ScannedBy::Member(user) => (Some(user), None),
            ScannedBy::Gate(link) => (None, Some(link)),
        };
        Self {
            nonce: scan.nonce,
            direction: scan.direction.into(),
            scanned_at: scan.at,
            said_at: scan.said_at,
            merged_at: scan.merged_at,
            gate: scan.gate,
            user_id,
            gate_link_id,
            result,
            conflict: effect.is_conflict(),
            override_reason: scan.override_reason,
            undo_reason: scan.undone.map(|undone| undone.reason),
        }
    }
}

/// A ticket that let someone in who should not have been, with all its scans at the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckInConflict)]
pub(in crate::http) struct CheckInConflictView {
    #[schema(value_type = String)]
    ticket_id: TicketId,
    #[schema(required)]
    attendee: Option<DoorAttendeeView>,
    list: String,
    scans: Vec<ScanView>,
}

/// An event's conflicts at the door, the latest first: tickets that let in two people, or someone they should not
/// have, because doors were offline. Taking a scan back settles it.
#[utoipa::path(
    get, path = "/events/{event_id}/check-in-conflicts", operation_id = "list_check_in_conflicts", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event."), PageParams),
    responses(
        (status = OK, body = List<CheckInConflictView>, description = "The answer."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn list_check_in_conflicts(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Params(page): Params<PageParams>,
) -> Result<Json<List<CheckInConflictView>>, Problem> {
    ticketing.permit_hidden::<SeeSales>(&caller, event).await?;
    let (conflicts, next) = ticketing
        .check_in_conflicts(event, page.limit()?, page.cursor())
        .await?;
    let views = conflicts.into_iter().map(|found| {
        let TicketConflicts {
            order,
            ticket,
            list,
            check_in,
        } = found;
        let Outcome { effects, .. } = check_in.outcome(check_in.reentry);
        let CheckIn { scans, .. } = check_in;
        CheckInConflictView {
            ticket_id: ticket,
            attendee: order.and_then(|order| DoorAttendeeView::new(&order, ticket)),
            list: list.as_str().to_owned(),
            scans: scans
                .into_iter()
                .zip(effects)
                .map(|(scan, effect)| ScanView::new(scan, effect))
                .collect(),
        }
    });
    Ok(Json(List::new(views.collect(), next)))
}
