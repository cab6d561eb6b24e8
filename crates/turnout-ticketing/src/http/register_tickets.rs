use axum::extract::State;
use serde::Deserialize;
use turnout_domain::{EventId, TicketTypeId};
use turnout_http::{Body, Caller, FieldError, Fields, Given, IdempotencyKey, Problem, ProblemView};
use utoipa::ToSchema;

use super::placed_order::PlacedOrder;
use super::request::{BuyerRequest, quantity};
use super::views::OrderView;
use crate::Ticketing;
use crate::error::SaleError;
use crate::model::{Buyer, Details, PlaceOrder, RequestedLine};
use crate::place_order::{fingerprint, order_id};

/// Tickets to be had at once.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RegisterTicketsRequest {
    #[serde(default)]
    #[schema(value_type = String, required)]
    event_id: Given<String>,
    #[serde(default)]
    #[schema(value_type = String, required)]
    ticket_type_id: Given<String>,
    #[serde(default)]
    #[schema(value_type = u32, minimum = 1, maximum = 100, required)]
    quantity: Given<i64>,
    #[serde(default)]
    #[schema(value_type = BuyerRequest, required)]
    buyer: Given<BuyerRequest>,
}

impl RegisterTicketsRequest {
    fn parse(self) -> Result<(EventId, RequestedLine, Buyer), Problem> {
        let mut fields = Fields::new();
        let event = fields.required("/event_id", self.event_id, |text| text.parse::<EventId>());
        let ticket_type = fields.required("/ticket_type_id", self.ticket_type_id, |text| {
            text.parse::<TicketTypeId>()
        });
        let quantity = fields.required("/quantity", self.quantity, quantity);
        let buyer = BuyerRequest::parse(self.buyer, &mut fields);
        let line = ticket_type
            .zip(quantity)
            .map(|(ticket_type_id, quantity)| RequestedLine::of(ticket_type_id, quantity));
        let parsed = event
            .zip(line)
            .zip(buyer)
            .map(|((event, line), buyer)| (event, line, buyer));
        fields.finish(parsed)
    }
}

/// Gives out tickets in one request where nothing is to be paid. The same key and body again give the same tickets.
#[utoipa::path(
    post, path = "/tickets", operation_id = "register_tickets", tag = "ticketing",
    params(("Idempotency-Key" = String, Header, description = "Names this purchase; the same with every try.")),
    request_body = RegisterTicketsRequest,
    responses(
        (status = CREATED, body = OrderView, description = "Made."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event."),
        (status = CONFLICT, body = ProblemView, description = "`sold-out` with `left`, or `event-not-on-sale`."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation` or `idempotency-key-reused`."),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn register_tickets(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    key: IdempotencyKey,
    Body(request): Body<RegisterTicketsRequest>,
) -> Result<PlacedOrder, Problem> {
    let (event_id, line, buyer) = request.parse()?;
    let request = PlaceOrder {
        order_id: order_id(caller.user(), &key),
        event_id,
        fingerprint: fingerprint(&("tickets", event_id, line.ticket_type_id, line.quantity, &buyer)),
        lines: vec![line],
        promo_code: None,
        counted: Vec::new(),
        details: Details::default(),
        buyer,
        user_id: caller.user(),
        at_once: true,
        waitlist_entry: None,
        hold_for: ticketing.settings.hold_for,
    };
    match ticketing.place_order(request).await {
        Ok(settled) => PlacedOrder::new(&ticketing, settled).await,
        Err(error) => Err(problem(ticketing.told_to(&caller, event_id, error).await?)),
    }
}

/// The request has one line and no list of them, so its fields are named otherwise than an order's.
fn problem(error: SaleError) -> Problem {
    match error {
        SaleError::UnknownTicketType { .. } => Problem::validation(vec![FieldError::new(
            "/ticket_type_id",
            "This event has no such ticket type.",
        )]),
        SaleError::TooMany { max, .. } => {
            let detail = format!("An order can have at most {max} of this ticket type.");
            Problem::validation(vec![FieldError::new("/quantity", detail)])
        }
        SaleError::TooFew { min, .. } => {
            let detail = format!("An order has at least {min} of this ticket type.");
            Problem::validation(vec![FieldError::new("/quantity", detail)])
        }
        SaleError::AddOnAlone { .. } | SaleError::TooManyAddOns { .. } => {
            let detail =
                "This is an add-on: order it with POST /orders, together with a ticket that it belongs to.";
            Problem::validation(vec![FieldError::new("/ticket_type_id", detail)])
        }
        SaleError::PaymentDue => Problem::validation(vec![FieldError::new(
            "/ticket_type_id",
            "This ticket type has a price. Place an order with POST /orders, then pay it.",
        )]),
        other => other.into(),
    }
}
