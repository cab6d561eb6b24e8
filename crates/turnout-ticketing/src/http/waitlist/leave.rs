use axum::extract::State;
use axum::http::StatusCode;
use turnout_domain::WaitlistEntryId;
use turnout_http::{Caller, Manage, Path, Problem, ProblemView};

use super::views::EntrySecret;
use crate::Ticketing;
use crate::error::SaleError;

/// Leaves the waitlist, or declines the offer: the next get it. Members who manage the event may take someone off.
#[utoipa::path(
    delete, path = "/waitlist/{entry_id}", operation_id = "leave_waitlist", tag = "ticketing",
    params(
        ("entry_id" = String, Path, description = "The entry."),
        ("Entry-Secret" = Option<String>, Header, description = "Opens the entry for a guest."),
    ),
    responses(
        (status = NO_CONTENT, description = "Not on the list any more."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: the offer was taken."),
    ),
    security((), ("bearer" = [])),
)]
pub(in crate::http) async fn leave_waitlist(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    secret: EntrySecret,
    Path(id): Path<WaitlistEntryId>,
) -> Result<StatusCode, Problem> {
    ticketing.entry_for::<Manage>(id, &caller, &secret).await?;
    match ticketing.leave_waitlist(id).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(SaleError::NotHeld) => Err(Problem::conflict(
            "The offer was taken: give the tickets back by their order.",
        )),
        Err(error) => Err(error.into()),
    }
}
