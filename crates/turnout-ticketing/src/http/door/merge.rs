use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, TicketId};
use turnout_http::{Admit, Body, DoorCaller, Fields, Given, Path, Permit, Problem, ProblemView};
use utoipa::ToSchema;

use super::request::{Gate, Reason, direction, gate_of, list, list_of, nonce};
use super::validation::{ValidationResult, ValidationView};
use crate::Ticketing;
use crate::door::{Merged, QueuedScan, SCANS_PER_MERGE_MAX};
use crate::http::validate_ticket::ticket_code;
use crate::keys::Loaded;

/// What a phone scanned while it was offline, in any order.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct MergeCheckInsRequest {
    /// At most 200; send more in several requests.
    #[serde(default)]
    #[schema(value_type = Vec<QueuedScanRequest>, required, max_items = 200)]
    scans: Given<Vec<QueuedScanRequest>>,
}

/// A scan that let someone through.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = QueuedScan)]
pub(in crate::http) struct QueuedScanRequest {
    /// The code, or else `ticket_id`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    code: Given<String>,
    /// The ticket, where it was found by name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    ticket_id: Given<String>,
    /// `main` if it is left out; for a paired phone, the list of its gate link.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    list: Given<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    gate: Given<String>,
    /// Names the scan: sent again, it is the same one.
    #[serde(default)]
    #[schema(value_type = String, required, max_length = 64)]
    nonce: Given<String>,
    /// When, by the phone's clock set to the server's.
    #[serde(default)]
    #[schema(value_type = String, format = DateTime, required)]
    scanned_at: Given<String>,
    /// `entry` if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(entry|exit)$")]
    direction: Given<String>,
    /// Why a supervisor let the ticket in against the rules of the list.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 120)]
    override_reason: Given<String>,
}

/// What became of a scan.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MergeState)]
pub(in crate::http) enum MergeStateView {
    /// It is part of the record.
    Merged,
    /// It was taken back meanwhile.
    Undone,
    /// It is of no ticket or list of this event, so there is nothing it could be part of.
    Refused,
    /// The ticket has as many scans at the list as are kept.
    TooMany,
}

/// What became of a queued scan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MergedScan)]
pub(in crate::http) struct MergedScanView {
    nonce: String,
    state: MergeStateView,
    /// What the scan comes to, now that others are known.
    #[schema(required)]
    result: Option<ValidationResult>,
    /// Whether it let someone in who should not have been: an organizer is shown it.
    conflict: bool,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    first_admitted_at: Option<Timestamp>,
    #[schema(required)]
    first_gate: Option<String>,
}

/// What became of the scans, in their order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MergedScans)]
pub(in crate::http) struct MergedScansView {
    results: Vec<MergedScanView>,
    /// How many of them are conflicts.
    conflicts: usize,
    #[schema(value_type = String, format = DateTime)]
    server_now: Timestamp,
}

/// A scan that can be merged, or why it cannot.
enum Readable {
    Scan(QueuedScan),
    Refused { nonce: String, result: ValidationResult },
}

impl QueuedScanRequest {
    fn parse(
        self,
        fields: &mut Fields,
        place: usize,
        keys: &Loaded,
        event: EventId,
        permit: &Permit<Admit>,
    ) -> Option<Readable> {
        let at = |name: &str| format!("/scans/{place}/{name}");
        let code = fields.optional(at("code"), self.code, |text| ticket_code(&text));
        let ticket = fields.optional(at("ticket_id"), self.ticket_id, |text| text.parse::<TicketId>());
        let nonce = fields.required(at("nonce"), self.nonce, nonce);
        let list = list(fields, &at("list"), self.list);
        let list = list_of(fields, &at("list"), list, permit);
        let gate = fields.optional(at("gate"), self.gate, Gate::try_from);
        let scanned_at = fields.required(at("scanned_at"), self.scanned_at, |text| {
            text.parse::<Timestamp>()
                .map_err(|_| "Use a time such as 2027-07-04T19:00:00Z.")
        });
        let direction = fields.optional(at("direction"), self.direction, |text| direction(&text));
        let override_reason = fields.optional(at("override_reason"), self.override_reason, Reason::try_from);
        let (ticket, generation) = match (code, ticket) {
            (None, None) => {
                fields.refuse(at("code"), "Give the code or the ticket_id.");
                return None;
            }
            (None, Some(ticket)) => (ticket, None),
            (Some(code), _) => match keys.read_code(&code) {
                Err(_) => {
                    let result = ValidationResult::UnknownCode;
                    return nonce.map(|nonce| Readable::Refused { nonce, result });
                }
                Ok(code) if code.event != event => {
                    let result = ValidationResult::WrongEvent;
                    return nonce.map(|nonce| Readable::Refused { nonce, result });
                }
                Ok(code) => (code.ticket, Some(code.generation)),
            },
        };
        Some(Readable::Scan(QueuedScan {
            ticket,
            generation,
            list: list?,
            direction: direction.unwrap_or_default(),
            gate: gate_of(gate, permit),
            nonce: nonce?,
            scanned_at: scanned_at?,
            override_reason: override_reason.map(Into::into),
        }))
    }
}

/// Takes over what a phone scanned while it was offline. Of two scans with one ticket the earlier stands, whichever
/// phone comes back first; sending a scan again changes nothing.
#[utoipa::path(
    post, path = "/events/{event_id}/check-ins/merge", operation_id = "merge_check_ins", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    request_body = MergeCheckInsRequest,
    responses(
        (status = OK, body = MergedScansView, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: not a gate link's credential; `gate-link-revoked`, `gate-link-expired`."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
        (status = TOO_MANY_REQUESTS, body = ProblemView, description = "`rate-limited`: too many wrong gate credentials."),
    ),
    security(("bearer" = []), ("gate" = [])),
)]
pub(in crate::http) async fn merge_check_ins(
    State(ticketing): State<Ticketing>,
    caller: DoorCaller,
    Path(event): Path<EventId>,
    Body(request): Body<MergeCheckInsRequest>,
) -> Result<Json<MergedScansView>, Problem> {
    let permit = ticketing.permit_at_door(&caller, event).await?;
    let keys = ticketing.keys.load().await?;
    let mut fields = Fields::new();
    let scans = fields.required("/scans", request.scans, |scans| match scans.len() {
        0 => Err("Send at least one scan."),
        1..=SCANS_PER_MERGE_MAX => Ok(scans),
        _ => Err("Send at most 200 scans at a time."),
    });
    let readable: Vec<Readable> = scans
        .unwrap_or_default()
        .into_iter()
        .enumerate()
        .filter_map(|(place, scan)| scan.parse(&mut fields, place, keys, event, &permit))
        .collect();
    let readable = fields.finish(Some(readable))?;
    let queued = readable.iter().filter_map(|scan| match scan {
        Readable::Scan(scan) => Some(scan.clone()),
        Readable::Refused { .. } => None,
    });
    let mut merged = ticketing
        .merge_check_ins(event, queued.collect(), &permit)
        .await?
        .into_iter();
    let results: Vec<MergedScanView> = readable
        .into_iter()
        .map(|scan| match scan {
            Readable::Refused { nonce, result } => MergedScanView {
                result: Some(result),
                ..MergedScanView::blank(nonce, MergeStateView::Refused)
            },
            Readable::Scan(scan) => MergedScanView::of(scan, merged.next().unwrap_or(Merged::Unknown)),
        })
        .collect();
    Ok(Json(MergedScansView {
        conflicts: results.iter().filter(|result| result.conflict).count(),
        results,
        server_now: ticketing.clock.now(),
    }))
}

impl MergedScanView {
    fn blank(nonce: String, state: MergeStateView) -> Self {
        Self {
            nonce,
            state,
            result: None,
            conflict: false,
            first_admitted_at: None,
            first_gate: None,
        }
    }

    fn of(scan: QueuedScan, merged: Merged) -> Self {
        let verdict = match merged {
            Merged::Verdict(verdict) => verdict,
            Merged::Undone => return Self::blank(scan.nonce, MergeStateView::Undone),
            Merged::Unknown => return Self::blank(scan.nonce, MergeStateView::Refused),
            Merged::TooMany => return Self::blank(scan.nonce, MergeStateView::TooMany),
        };
        let view = ValidationView::of(verdict, &scan.list, scan.direction);
        let went_through = matches!(
            view.result,
            ValidationResult::Admitted | ValidationResult::Exited | ValidationResult::NotInside
        );
        Self {
            result: Some(view.result),
            conflict: !went_through,
            first_admitted_at: view.first_admitted_at,
            first_gate: view.first_gate,
            ..Self::blank(scan.nonce, MergeStateView::Merged)
        }
    }
}
