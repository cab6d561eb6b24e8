use axum::Json;
use axum::extract::State;
use serde::Serialize;
use turnout_domain::EventId;
use turnout_http::{Caller, List, PageParams, Params, Path, Problem, ProblemView, SeeSales};
use turnout_store::Cursor;
use utoipa::ToSchema;

use super::super::views::Secret;
use super::views::EntryView;
use crate::Ticketing;

/// An event's waitlist.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Waitlist)]
pub(in crate::http) struct WaitlistView {
    /// In the order in which they are served, with those who do not wait any more.
    items: Vec<EntryView>,
    #[schema(required)]
    next_cursor: Option<String>,
    /// How many wait.
    waiting: u64,
    /// How many have an offer now.
    offered: u64,
}

/// An event's waitlist, for its organizer's members: who waits, who was offered what, and why the others not yet.
#[utoipa::path(
    get, path = "/events/{event_id}/waitlist", operation_id = "list_waitlist", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event."), PageParams),
    responses(
        (status = OK, body = WaitlistView, description = "The answer."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn list_waitlist(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Params(page): Params<PageParams>,
) -> Result<Json<WaitlistView>, Problem> {
    ticketing.permit_hidden::<SeeSales>(&caller, event).await?;
    let (entries, next) = ticketing
        .waitlist_entries(event, page.limit()?, page.cursor())
        .await?;
    let (head, reasons) = ticketing.waitlist_reasons(event).await?;
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        let view = ticketing.entry_view(&entry, Secret::Hidden).await?;
        items.push(match reasons.get(&entry.number) {
            Some(why) if entry.waits() => view.because(*why),
            _ => view,
        });
    }
    Ok(Json(WaitlistView {
        items,
        next_cursor: next.map(|Cursor(text)| text),
        waiting: head.waiting(),
        offered: head.offered,
    }))
}

/// The caller's own waitlist entries, the newest first.
#[utoipa::path(
    get, path = "/waitlist", operation_id = "list_my_waitlist", tag = "ticketing",
    params(PageParams),
    responses(
        (status = OK, body = List<EntryView>, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: sign in."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn list_my_waitlist(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Params(page): Params<PageParams>,
) -> Result<Json<List<EntryView>>, Problem> {
    let user = caller.user().ok_or_else(Problem::unauthenticated)?;
    let (entries, next) = ticketing
        .waitlist_entries_of(user, page.limit()?, page.cursor())
        .await?;
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        items.push(ticketing.entry_view(&entry, Secret::Shown).await?);
    }
    Ok(Json(List::new(items, next)))
}
