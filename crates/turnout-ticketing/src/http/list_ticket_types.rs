use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use serde::Serialize;
use turnout_domain::EventId;
use turnout_http::{Caller, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::ticket_type_view::TicketTypeView;
use crate::Ticketing;
use crate::model::{PoolKey, shown};

/// An event's ticket types, with what can be had of them now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TicketTypeList {
    items: Vec<TicketTypeView>,
    /// Always null: an event has few enough for one page.
    #[schema(required)]
    next_cursor: Option<String>,
    /// How many places the event has left for all of them together; null if it has no capacity.
    #[schema(required)]
    event_available: Option<i64>,
    /// The waitlist, while someone waits; null otherwise.
    #[schema(required)]
    waitlist: Option<WaitlistShown>,
}

/// What everyone may know of a waitlist.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitlistShown {
    /// How many wait.
    waiting: u64,
    /// Another number whenever the list moves: whoever waits looks at their entry again.
    version: u64,
}

/// The ticket types of an event, with live availability. Hidden ones are for members, and for those with a promo code that
/// unlocks them.
#[utoipa::path(
    get, path = "/events/{event_id}/ticket-types", operation_id = "list_ticket_types", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("Promo-Code" = Option<String>, Header, description = "Shows what it unlocks."),
    ),
    responses(
        (status = OK, body = TicketTypeList, description = "The answer."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event, or a draft that is not yours."),
        (status = CONFLICT, body = ProblemView, description = "`unknown-promo-code`"),
        (status = TOO_MANY_REQUESTS, body = ProblemView, description = "`rate-limited`: too many codes that do not work."),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn list_ticket_types(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    headers: HeaderMap,
    Path(event): Path<EventId>,
) -> Result<([(HeaderName, &'static str); 1], Json<TicketTypeList>), Problem> {
    let (offer, member) = ticketing.visible_offer(&caller, event).await?;
    let code = match headers.get("promo-code").and_then(|value| value.to_str().ok()) {
        Some(text) => Some(ticketing.find_code(&caller, event, text).await?),
        None => None,
    };
    let now = ticketing.clock.now();
    let items = offer
        .listed()
        .into_iter()
        .filter(|ticket_type| member || shown(ticket_type, code.as_ref()))
        .map(|ticket_type| TicketTypeView::new(&offer, ticket_type, now))
        .collect();
    let waitlist = if offer.event.waited_for.is_empty() {
        None
    } else {
        ticketing.waitlist_head(event).await?
    };
    let event_available = offer.stock.get(&PoolKey::Event).and_then(|stock| stock.available);
    Ok((
        [(header::CACHE_CONTROL, "no-store")],
        Json(TicketTypeList {
            items,
            next_cursor: None,
            event_available,
            waitlist: waitlist.map(|(head, version)| WaitlistShown {
                waiting: head.waiting(),
                version,
            }),
        }),
    ))
}
