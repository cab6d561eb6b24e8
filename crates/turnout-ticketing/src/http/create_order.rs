use axum::extract::State;
use serde::Deserialize;
use turnout_domain::{EventId, TicketTypeId};
use turnout_http::{Body, Caller, Fields, Given, IdempotencyKey, Problem, ProblemView};
use utoipa::ToSchema;

use super::placed_order::PlacedOrder;
use super::request::{BuyerRequest, QUANTITY_MAX, quantity};
use super::views::OrderView;
use crate::Ticketing;
use crate::model::{Buyer, Details, PlaceOrder, RequestedLine};
use crate::place_order::{fingerprint, order_id};

/// The most lines of an order.
const LINES_MAX: usize = 20;

/// Places to be set aside.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CreateOrderRequest {
    #[serde(default)]
    #[schema(value_type = String, required)]
    event_id: Given<String>,
    /// 1 to 20 lines, each of another ticket type; at most 100 tickets together.
    #[serde(default)]
    #[schema(value_type = Vec<OrderItemRequest>, required)]
    items: Given<Vec<OrderItemRequest>>,
    #[serde(default)]
    #[schema(value_type = BuyerRequest, required)]
    buyer: Given<BuyerRequest>,
}

/// One line of the order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct OrderItemRequest {
    #[serde(default)]
    #[schema(value_type = String, required)]
    ticket_type_id: Given<String>,
    #[serde(default)]
    #[schema(value_type = u32, minimum = 1, maximum = 100, required)]
    quantity: Given<i64>,
}

impl CreateOrderRequest {
    fn parse(self) -> Result<(EventId, Vec<RequestedLine>, Buyer), Problem> {
        let mut fields = Fields::new();
        let event = fields.required("/event_id", self.event_id, |text| text.parse::<EventId>());
        let lines = fields.required("/items", self.items, |items| match items.len() {
            0 => Err("Choose at least one ticket.".to_owned()),
            n if n > LINES_MAX => Err(format!("An order has at most {LINES_MAX} lines.")),
            _ => Ok(items),
        });
        let lines = lines.map(|items| parse_lines(items, &mut fields));
        let buyer = BuyerRequest::parse(self.buyer, &mut fields);
        let parsed = event
            .zip(lines)
            .zip(buyer)
            .map(|((event, lines), buyer)| (event, lines, buyer));
        fields.finish(parsed)
    }
}

fn parse_lines(items: Vec<OrderItemRequest>, fields: &mut Fields) -> Vec<RequestedLine> {
    let mut lines: Vec<RequestedLine> = Vec::with_capacity(items.len());
    for (place, item) in items.into_iter().enumerate() {
        let pointer = format!("/items/{place}/ticket_type_id");
        let ticket_type = fields.required(pointer.clone(), item.ticket_type_id, |text| {
            text.parse::<TicketTypeId>()
        });
        let quantity = fields.required(format!("/items/{place}/quantity"), item.quantity, quantity);
        let Some((ticket_type_id, quantity)) = ticket_type.zip(quantity) else {
            continue;
        };
        if lines.iter().any(|line| line.ticket_type_id == ticket_type_id) {
            fields.refuse(pointer, "This ticket type is in another line already.");
        }
        lines.push(RequestedLine::of(ticket_type_id, quantity));
    }
    if lines.iter().map(|line| line.quantity).sum::<u32>() > QUANTITY_MAX {
        fields.refuse("/items", format!("An order has at most {QUANTITY_MAX} tickets."));
    }
    lines
}

/// Sets tickets aside for ten minutes. The same key and body again give the same order.
#[utoipa::path(
    post, path = "/orders", operation_id = "create_order", tag = "ticketing",
    params(("Idempotency-Key" = String, Header, description = "Names this purchase; the same with every try.")),
    request_body = CreateOrderRequest,
    responses(
        (status = CREATED, body = OrderView, description = "Made."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event."),
        (status = CONFLICT, body = ProblemView, description = "`sold-out` with `left`, or `event-not-on-sale`."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation` or `idempotency-key-reused`."),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn create_order(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    key: IdempotencyKey,
    Body(request): Body<CreateOrderRequest>,
) -> Result<PlacedOrder, Problem> {
    let (event_id, lines, buyer) = request.parse()?;
    let asked: Vec<_> = lines
        .iter()
        .map(|line| (line.ticket_type_id, line.quantity))
        .collect();
    let request = PlaceOrder {
        order_id: order_id(caller.user(), &key),
        event_id,
        fingerprint: fingerprint(&("order", event_id, asked, &buyer)),
        lines,
        promo_code: None,
        counted: false,
        details: Details::default(),
        buyer,
        user_id: caller.user(),
        at_once: false,
        waitlist_entry: None,
        hold_for: ticketing.settings.hold_for,
    };
    match ticketing.place_order(request).await {
        Ok(settled) => PlacedOrder::new(&ticketing, settled).await,
        Err(error) => Err(ticketing.told_to(&caller, event_id, error).await?.into()),
    }
}
