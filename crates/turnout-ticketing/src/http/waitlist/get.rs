use axum::Json;
use axum::extract::State;
use turnout_domain::WaitlistEntryId;
use turnout_http::{Caller, Path, Problem, ProblemView, SeeSales};

use super::views::{EntrySecret, EntryView};
use crate::Ticketing;

/// One waitlist entry, for whoever joined or the organizer's members.
#[utoipa::path(
    get, path = "/waitlist/{entry_id}", operation_id = "get_waitlist_entry", tag = "ticketing",
    params(
        ("entry_id" = String, Path, description = "The entry."),
        ("Entry-Secret" = Option<String>, Header, description = "Opens the entry for a guest."),
    ),
    responses((status = OK, body = EntryView, description = "The answer."), (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see.")),
    security((), ("bearer" = [])),
)]
pub(in crate::http) async fn get_waitlist_entry(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    secret: EntrySecret,
    Path(id): Path<WaitlistEntryId>,
) -> Result<Json<EntryView>, Problem> {
    let (entry, secret) = ticketing.entry_for::<SeeSales>(id, &caller, &secret).await?;
    Ok(Json(ticketing.entry_view(&entry, secret).await?))
}
