use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use turnout_domain::{OrderId, PaymentId, Text, TicketId};
use turnout_http::{Body, Caller, Fields, Given, IdempotencyKey, Path, Problem, ProblemView, Refund};
use utoipa::ToSchema;

use super::access::OrderSecret;
use super::views::{OrderView, Secret};
use crate::Ticketing;
use crate::cancel_order::{By, Cancellation, MoneyBack, Tickets};
use crate::error::SaleError;

/// The most tickets of an order.
const TICKETS_MAX: usize = 100;
/// The longest reason.
type Reason = Text<0, 500, true>;

/// Money to go back: an amount, or what tickets cost, which are cancelled with it; neither means all of them.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RefundOrderRequest {
    /// So many minor units of the order's currency; its tickets stay valid.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1)]
    amount: Given<i64>,
    /// These tickets are cancelled, and what they cost goes back.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    ticket_ids: Given<Vec<String>>,
    /// All of a payment that was put aside.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    payment_id: Given<String>,
    /// The buyer reads it; at most 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reason: Given<String>,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a field's parser takes what was given"
)]
fn parse_tickets(texts: Vec<String>) -> Result<Vec<TicketId>, String> {
    if texts.is_empty() || texts.len() > TICKETS_MAX {
        return Err(format!("Name 1 to {TICKETS_MAX} tickets."));
    }
    let parsed = texts.iter().map(|text| text.parse::<TicketId>());
    parsed
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())
}

impl RefundOrderRequest {
    fn parse(self) -> Result<(Tickets, MoneyBack, String), Problem> {
        let mut fields = Fields::new();
        let amount = fields.optional("/amount", self.amount, |minor| {
            if minor > 0 {
                Ok(minor)
            } else {
                Err("Use an amount of 1 or more.")
            }
        });
        let tickets = fields.optional("/ticket_ids", self.ticket_ids, parse_tickets);
        let payment = fields.optional("/payment_id", self.payment_id, |text| text.parse::<PaymentId>());
        let reason = fields.optional("/reason", self.reason, Reason::try_from);
        let what = match (amount, tickets, payment) {
            (None, None, None) => Some((Tickets::All, MoneyBack::Price)),
            (Some(minor), None, None) => Some((Tickets::None, MoneyBack::Amount(minor))),
            (None, Some(ids), None) => Some((Tickets::These(ids), MoneyBack::Price)),
            (None, None, Some(id)) => Some((Tickets::None, MoneyBack::PutAside(id))),
            _ => {
                fields.refuse(
                    "/amount",
                    "Give an amount, tickets or a payment, not several of them.",
                );
                None
            }
        };
        let reason = reason.map(String::from).unwrap_or_default();
        fields.finish(what.map(|(tickets, money)| (tickets, money, reason)))
    }
}

/// Sends money back: all of it, what tickets cost, or an amount. Tickets that are paid back are cancelled, and their
/// places are free at once. The same key again does it once.
#[utoipa::path(
    post, path = "/orders/{order_id}/refunds", operation_id = "refund_order", tag = "ticketing",
    params(
        ("order_id" = String, Path, description = "The order."),
        ("Idempotency-Key" = String, Header, description = "Names this refund; the same with every try."),
    ),
    request_body = RefundOrderRequest,
    responses(
        (status = OK, body = OrderView, description = "The order as it is now."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`not-refundable` with `refundable`: so much cannot go back. `conflict`."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn refund_order(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(order_id): Path<OrderId>,
    key: IdempotencyKey,
    Body(request): Body<RefundOrderRequest>,
) -> Result<Json<OrderView>, Problem> {
    let (found, _) = ticketing.order(order_id).await?.ok_or_else(Problem::not_found)?;
    let permit = ticketing.permit_hidden::<Refund>(&caller, found.event_id).await?;
    let (tickets, money, reason) = request.parse()?;
    let refundable = found.account.refundable();
    if money == MoneyBack::Price
        && tickets == Tickets::All
        && refundable <= 0
        && found.account.refunds.is_empty()
    {
        // Nothing was paid through us: to cancel without money is another thing to ask for.
        return Err(SaleError::NothingToRefund { left: 0 }.into());
    }
    let cancellation = Cancellation {
        order_id,
        tickets,
        money,
        by: By::Member(permit.user()),
        reason,
        key: format!("refund {}", key.as_str()),
    };
    let order = ticketing.cancel(&cancellation).await?;
    Ok(Json(ticketing.whole_order_view(&order, Secret::Hidden).await?))
}

/// Tickets to be cancelled.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CancelOrderRequest {
    /// These tickets; all that are valid, if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    ticket_ids: Given<Vec<String>>,
    /// Whether what they cost goes back: for members to say, and `false` if they do not. For buyers the event's settings
    /// say it.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    refund: Given<bool>,
    /// At most 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    reason: Given<String>,
}

impl CancelOrderRequest {
    fn parse(self) -> Result<(Tickets, bool, String), Problem> {
        let mut fields = Fields::new();
        let tickets = fields.optional("/ticket_ids", self.ticket_ids, parse_tickets);
        let refund = fields.optional("/refund", self.refund, Ok::<_, String>);
        let reason = fields.optional("/reason", self.reason, Reason::try_from);
        let tickets = tickets.map_or(Tickets::All, Tickets::These);
        let reason = reason.map(String::from).unwrap_or_default();
        fields.finish(Some((tickets, refund.unwrap_or(false), reason)))
    }
}

/// Cancels tickets; their places are free at once. By the organizer's members, or by the buyer, if the event's settings
/// allow it (`cancellable` of the order). Cancelled again, it stays as it is. An order that is not paid yet is given up.
#[utoipa::path(
    post, path = "/orders/{order_id}/cancel", operation_id = "cancel_order", tag = "ticketing",
    params(
        ("order_id" = String, Path, description = "The order."),
        ("Order-Secret" = Option<String>, Header, description = "Opens the order for a guest."),
    ),
    request_body = CancelOrderRequest,
    responses(
        (status = OK, body = OrderView, description = "The order as it is now."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`not-cancellable`: buyers may not, or not any more. `conflict`."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn cancel_order(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    secret: OrderSecret,
    Path(order_id): Path<OrderId>,
    Body(request): Body<CancelOrderRequest>,
) -> Result<Json<OrderView>, Problem> {
    let access = ticketing.order_for(order_id, &caller, &secret).await?;
    let by = match access.secret {
        Secret::Shown => By::Buyer,
        Secret::Hidden => {
            let permit = ticketing
                .permit_hidden::<Refund>(&caller, access.order.event_id)
                .await?;
            By::Member(permit.user())
        }
    };
    let (tickets, refund, reason) = request.parse()?;
    let ids = match &tickets {
        Tickets::These(ids) => ids.clone(),
        _ => access.order.valid_tickets().collect(),
    };
    let cancellation = Cancellation {
        order_id,
        tickets,
        money: if refund {
            MoneyBack::Price
        } else {
            MoneyBack::Nothing
        },
        by,
        reason,
        // A ticket is cancelled once, so it names the intention.
        key: format!("cancel {ids:?}"),
    };
    let order = ticketing.cancel(&cancellation).await?;
    Ok(Json(ticketing.whole_order_view(&order, access.secret).await?))
}
