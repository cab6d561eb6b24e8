use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use turnout_domain::OrderId;
use turnout_http::{Body, Caller, Fields, Given, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::access::OrderSecret;
use super::views::{OrderView, Secret};
use crate::Ticketing;
use crate::pay_order::Payment;

/// How the order is paid.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PayOrderRequest {
    #[serde(default)]
    #[schema(value_type = PaymentMethod, required)]
    method: Given<String>,
    /// What the sandbox is to answer: `success` if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<SandboxOutcome>)]
    sandbox_outcome: Given<String>,
}

/// `free` where nothing is to be paid; `sandbox` plays a provider, and no money moves.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(
    dead_code,
    reason = "for the API's description; the handler names bad values itself"
)]
enum PaymentMethod {
    Free,
    Sandbox,
}

/// What the sandbox answers.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(
    dead_code,
    reason = "for the API's description; the handler names bad values itself"
)]
enum SandboxOutcome {
    Success,
    Decline,
}

impl PayOrderRequest {
    fn parse(self) -> Result<Payment, Problem> {
        let mut fields = Fields::new();
        let declines = fields.optional("/sandbox_outcome", self.sandbox_outcome, |text| {
            match text.as_str() {
                "success" => Ok(false),
                "decline" => Ok(true),
                _ => Err("Use success or decline."),
            }
        });
        let payment = fields.required("/method", self.method, |text| match text.as_str() {
            "free" => Ok(Payment::Free),
            "sandbox" => Ok(Payment::Sandbox {
                declines: declines.unwrap_or(false),
            }),
            _ => Err("Use free or sandbox."),
        });
        fields.finish(payment)
    }
}

/// Pays what an order holds and issues its tickets. Paid again, it stays as it is.
#[utoipa::path(
    post, path = "/orders/{order_id}/pay", operation_id = "pay_order", tag = "ticketing",
    params(
        ("order_id" = String, Path, description = "The order."),
        ("Order-Secret" = Option<String>, Header, description = "Opens the order for a guest."),
    ),
    request_body = PayOrderRequest,
    responses(
        (status = OK, body = OrderView, description = "The answer."),
        (status = PAYMENT_REQUIRED, body = ProblemView, description = "`payment-declined`"),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: not possible as things stand."),
        (status = GONE, body = ProblemView, description = "`hold-expired`"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn pay_order(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    secret: OrderSecret,
    Path(order): Path<OrderId>,
    Body(request): Body<PayOrderRequest>,
) -> Result<Json<OrderView>, Problem> {
    let access = ticketing.order_for(order, &caller, &secret).await?;
    if access.secret == Secret::Hidden {
        // Members see an order; paying it is for its buyer.
        return Err(Problem::forbidden());
    }
    let settled = ticketing
        .pay_order((access.order, access.version), request.parse()?)
        .await?;
    Ok(Json(ticketing.settled_view(settled).await?))
}
