use axum::extract::State;
use serde::Deserialize;
use turnout_domain::{EventId, OrderId, TicketTypeId};
use turnout_http::{Body, Caller, Fields, Given, IdempotencyKey, Problem, ProblemView};
use utoipa::ToSchema;

use super::order_details::{AnswerRequest, AttendeeRequest, answers, attendees};
use super::placed_order::PlacedOrder;
use super::request::{BuyerRequest, MoneyRequest, QUANTITY_MAX, quantity};
use super::views::OrderView;
use crate::Ticketing;
use crate::combiner::Settled;
use crate::find_code::normal;
use crate::model::{Buyer, Details, GivenCode, PlaceOrder, RequestedLine};
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
    /// What takes something off, or sells what is hidden.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    promo_code: Given<String>,
    /// To what the buyer is asked. What is missing can be told until the order is paid.
    #[serde(default)]
    #[schema(value_type = Option<Vec<AnswerRequest>>)]
    answers: Given<Vec<AnswerRequest>>,
    /// In the order of the items' places; those left out are the buyer.
    #[serde(default)]
    #[schema(value_type = Option<Vec<AttendeeRequest>>)]
    attendees: Given<Vec<AttendeeRequest>>,
}

/// What was asked for.
struct Asked {
    event: EventId,
    lines: Vec<RequestedLine>,
    buyer: Buyer,
    promo_code: Option<String>,
    details: Details,
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
    /// What the buyer pays for one, where that is theirs to say; else what they were told that one costs: if it costs
    /// something else by now, nothing is ordered. Left out, it is what it costs.
    #[serde(default)]
    #[schema(value_type = Option<MoneyRequest>)]
    unit_price: Given<MoneyRequest>,
    /// The ticket type of the line that an add-on goes with.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    add_on_for: Given<String>,
}

impl CreateOrderRequest {
    fn parse(self) -> Result<Asked, Problem> {
        let mut fields = Fields::new();
        let event = fields.required("/event_id", self.event_id, |text| text.parse::<EventId>());
        let lines = fields.required("/items", self.items, |items| match items.len() {
            0 => Err("Choose at least one ticket.".to_owned()),
            n if n > LINES_MAX => Err(format!("An order has at most {LINES_MAX} lines.")),
            _ => Ok(items),
        });
        let lines = lines.map(|items| parse_lines(items, &mut fields));
        let buyer = BuyerRequest::parse(self.buyer, &mut fields);
        let promo_code = fields.optional("/promo_code", self.promo_code, Ok::<_, String>);
        let details = Details {
            answers: answers("/answers", self.answers, &mut fields).unwrap_or_default(),
            attendees: attendees(self.attendees, &mut fields).unwrap_or_default(),
        };
        let parsed = event.zip(lines).zip(buyer).map(|((event, lines), buyer)| Asked {
            event,
            lines,
            buyer,
            // A form sends what was left empty.
            promo_code: promo_code.filter(|text| !text.trim().is_empty()),
            details,
        });
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
        let unit_price = match item.unit_price {
            Given::Missing | Given::Null => None,
            given => MoneyRequest::parse(&format!("/items/{place}/unit_price"), given, fields),
        };
        let add_on_for = fields.optional(format!("/items/{place}/add_on_for"), item.add_on_for, |text| {
            text.parse::<TicketTypeId>()
        });
        let Some((ticket_type_id, quantity)) = ticket_type.zip(quantity) else {
            continue;
        };
        if lines.iter().any(|line| line.ticket_type_id == ticket_type_id) {
            fields.refuse(pointer, "This ticket type is in another line already.");
        }
        lines.push(RequestedLine {
            unit_price,
            add_on_for,
            ..RequestedLine::of(ticket_type_id, quantity)
        });
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
        (status = CONFLICT, body = ProblemView, description = "`sold-out` with `left`, `in_carts` and `next_release_at`; `event-not-on-sale`, `ticket-type-not-on-sale`, `price-changed`, `person-limit`, `unknown-promo-code` or `promo-code-used-up`."),
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
    let asked = request.parse()?;
    let event_id = asked.event;
    let order_id = order_id(caller.user(), &key);
    let fingerprint = asked.fingerprint();
    let promo_code = match &asked.promo_code {
        None => None,
        Some(text) => match ticketing.find_code(&caller, event_id, text).await {
            Ok(code) => Some(GivenCode {
                code,
                from_reserve: true,
            }),
            // The code may have ended since: whoever ordered with it finds the order all the same.
            Err(problem) => {
                return ticketing
                    .placed_before(order_id, &fingerprint)
                    .await?
                    .ok_or(problem);
            }
        },
    };
    let request = PlaceOrder {
        order_id,
        event_id,
        fingerprint,
        lines: asked.lines,
        promo_code,
        counted: Vec::new(),
        details: asked.details,
        buyer: asked.buyer,
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

impl Asked {
    /// What was asked for, hashed. A request without anything special has the fingerprint it had in older versions.
    fn fingerprint(&self) -> String {
        let plain: Vec<_> = self
            .lines
            .iter()
            .map(|line| (line.ticket_type_id, line.quantity))
            .collect();
        let special: Vec<_> = self
            .lines
            .iter()
            .map(|line| (line.unit_price, line.add_on_for))
            .collect();
        let code = self.promo_code.as_deref().and_then(normal);
        if code.is_none() && self.details.is_empty() && special.iter().all(|one| *one == (None, None)) {
            return fingerprint(&("order", self.event, plain, &self.buyer));
        }
        fingerprint(&(
            "order",
            self.event,
            plain,
            &self.buyer,
            special,
            code,
            &self.details,
        ))
    }
}

impl Ticketing {
    /// The order that the same request placed before, if it did.
    async fn placed_before(&self, id: OrderId, fingerprint: &str) -> Result<Option<PlacedOrder>, Problem> {
        match self.order(id).await? {
            Some((order, _)) if order.fingerprint == fingerprint => {
                let settled = Settled {
                    order,
                    replayed: true,
                };
                Ok(Some(PlacedOrder::new(self, settled).await?))
            }
            _ => Ok(None),
        }
    }
}
