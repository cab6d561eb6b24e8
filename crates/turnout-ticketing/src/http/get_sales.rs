use axum::Json;
use axum::extract::State;
use serde::Serialize;
use turnout_domain::{EventId, TicketTypeId};
use turnout_http::{Caller, Path, PeerCaller, Problem, ProblemView, SeeSales};
use turnout_store::Read;
use utoipa::ToSchema;

use super::views::MoneyView;
use crate::Ticketing;
use crate::door::{ADMITTED, INSIDE, LIST_DEFAULT, list_key};
use crate::error::SaleError;
use crate::model::{Offer, PoolKey, Stock};

/// What an event has sold: read from its counters, however much it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sales)]
pub(super) struct SalesView {
    #[schema(value_type = String)]
    event_id: EventId,
    /// All places of the event; null if it has no capacity.
    #[schema(required)]
    capacity: Option<i64>,
    #[schema(required)]
    available: Option<i64>,
    held: i64,
    confirmed: i64,
    /// How many the main list let in.
    checked_in: i64,
    /// How many of them are inside.
    inside: i64,
    /// What was paid, by currency.
    revenue: Vec<MoneyView>,
    by_ticket_type: Vec<TicketTypeSalesView>,
}

/// What a ticket type has sold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TicketTypeSales)]
pub(super) struct TicketTypeSalesView {
    #[schema(value_type = String)]
    ticket_type_id: TicketTypeId,
    name: String,
    #[schema(required)]
    capacity: Option<i64>,
    #[schema(required)]
    available: Option<i64>,
    held: i64,
    confirmed: i64,
    revenue: MoneyView,
}

/// What an event has sold, for its organizer's members.
#[utoipa::path(
    get, path = "/events/{event_id}/sales", operation_id = "get_sales", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    responses((status = OK, body = SalesView, description = "The answer."), (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see.")),
    security(("bearer" = [])),
)]
pub(super) async fn get_sales(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
) -> Result<Json<SalesView>, Problem> {
    ticketing.permit_hidden::<SeeSales>(&caller, event).await?;
    let offer = ticketing.offer(event).await?;
    Ok(Json(ticketing.sales(&offer).await?))
}

/// The same for another service, which asked who may see it.
pub(super) async fn get_sales_for_peer(
    _peer: PeerCaller,
    State(ticketing): State<Ticketing>,
    Path(event): Path<EventId>,
) -> Result<Json<SalesView>, Problem> {
    let offer = ticketing.offer(event).await?;
    Ok(Json(ticketing.sales(&offer).await?))
}

impl Ticketing {
    async fn sales(&self, offer: &Offer) -> Result<SalesView, SaleError> {
        let event_id = offer.event.event_id;
        let list = self
            .store
            .get(&list_key(event_id, LIST_DEFAULT), Read::Consistent)
            .await?;
        let pool = offer.stock.get(&PoolKey::Event).copied().unwrap_or_default();
        let by_ticket_type: Vec<_> = offer
            .ticket_types
            .values()
            .map(|ticket_type| {
                let stock: Stock = offer
                    .stock
                    .get(&PoolKey::Type(ticket_type.id))
                    .copied()
                    .unwrap_or_default();
                TicketTypeSalesView {
                    ticket_type_id: ticket_type.id,
                    name: ticket_type.name.clone(),
                    capacity: stock.capacity,
                    available: offer.available(ticket_type.id),
                    held: stock.held,
                    confirmed: stock.confirmed,
                    revenue: MoneyView::new(stock.revenue, ticket_type.price.currency()),
                }
            })
            .collect();
        let revenue: i64 = offer.stock.values().map(|stock| stock.revenue).sum();
        Ok(SalesView {
            event_id,
            capacity: pool.capacity,
            available: pool.available,
            held: pool.held,
            confirmed: pool.confirmed,
            checked_in: list.as_ref().map_or(0, |list| list.counter(ADMITTED)),
            inside: list.as_ref().map_or(0, |list| list.counter(INSIDE)),
            revenue: offer
                .event
                .currency
                .map(|currency| MoneyView::new(revenue, currency))
                .into_iter()
                .collect(),
            by_ticket_type,
        })
    }
}
