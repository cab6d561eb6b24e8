use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use turnout_domain::{OrderId, PaymentId};
use turnout_http::{Body, Fields, Given, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::views::MoneyView;
use crate::Ticketing;
use crate::payments::{Outcome, Sandbox, SandboxPayment, SandboxState};

/// How a payment stands in the sandbox.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SandboxPaymentState)]
pub(super) enum SandboxStateView {
    Open,
    /// The buyer's bank wants to see the buyer first.
    Challenged,
    Paid,
    Declined,
    Closed,
}

/// A payment as the sandbox's page shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SandboxPayment)]
pub(super) struct SandboxPaymentView {
    #[schema(value_type = String)]
    id: PaymentId,
    #[schema(value_type = String)]
    order_id: OrderId,
    /// What it is for.
    title: String,
    amount: MoneyView,
    state: SandboxStateView,
    /// Where the page leads back to.
    return_url: String,
}

impl From<SandboxPayment> for SandboxPaymentView {
    fn from(payment: SandboxPayment) -> Self {
        Self {
            id: payment.payment_id,
            order_id: payment.order_id,
            title: payment.title,
            amount: payment.amount.into(),
            state: match payment.state {
                SandboxState::Open => SandboxStateView::Open,
                SandboxState::Challenged => SandboxStateView::Challenged,
                SandboxState::Paid { .. } => SandboxStateView::Paid,
                SandboxState::Declined => SandboxStateView::Declined,
                SandboxState::Closed => SandboxStateView::Closed,
            },
            return_url: payment.return_url,
        }
    }
}

/// What is to happen.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PlaySandboxRequest {
    #[serde(default)]
    #[schema(value_type = SandboxOutcome, required)]
    outcome: Given<String>,
}

/// What the sandbox can make happen: `success`; `decline`; `challenge`, the buyer's bank wants to see the buyer (3-D
/// Secure), then one of the others; `late`, paid when the places are gone; `duplicate`, told twice; `silent`, paid and
/// never told; `wrong_amount`, less than was asked for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(
    dead_code,
    reason = "for the API's description; the handler names bad values itself"
)]
enum SandboxOutcome {
    Success,
    Decline,
    Challenge,
    Late,
    Duplicate,
    Silent,
    WrongAmount,
}

impl PlaySandboxRequest {
    fn parse(self) -> Result<Outcome, Problem> {
        let mut fields = Fields::new();
        let outcome = fields.required("/outcome", self.outcome, |text| match text.as_str() {
            "success" => Ok(Outcome::Success),
            "decline" => Ok(Outcome::Decline),
            "challenge" => Ok(Outcome::Challenge),
            "late" => Ok(Outcome::Late),
            "duplicate" => Ok(Outcome::Duplicate),
            "silent" => Ok(Outcome::Silent),
            "wrong_amount" => Ok(Outcome::WrongAmount),
            _ => Err("Use success, decline, challenge, late, duplicate, silent or wrong_amount."),
        });
        fields.finish(outcome)
    }
}

impl Ticketing {
    fn sandbox(&self) -> Result<&Sandbox, Problem> {
        let sandbox = self.providers.sandbox().ok_or_else(Problem::not_found)?;
        Ok(sandbox)
    }
}

/// A payment of the sandbox. Its id is what opens it, as the address of a real provider's page does.
#[utoipa::path(
    get, path = "/sandbox/payments/{payment_id}", operation_id = "get_sandbox_payment", tag = "ticketing",
    params(("payment_id" = String, Path, description = "The payment.")),
    responses(
        (status = OK, body = SandboxPaymentView, description = "The answer."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such payment, or no sandbox here."),
    ),
)]
pub(super) async fn get_sandbox_payment(
    State(ticketing): State<Ticketing>,
    Path(id): Path<PaymentId>,
) -> Result<Json<SandboxPaymentView>, Problem> {
    let payment = ticketing.sandbox()?.payment(id).await?;
    let (payment, _) = payment.ok_or_else(Problem::not_found)?;
    Ok(Json(payment.into()))
}

/// Plays the provider: what happens to a payment of the sandbox. We hear of it by a signed webhook, as of a real one.
#[utoipa::path(
    post, path = "/sandbox/payments/{payment_id}", operation_id = "play_sandbox_payment", tag = "ticketing",
    params(("payment_id" = String, Path, description = "The payment.")),
    request_body = PlaySandboxRequest,
    responses(
        (status = OK, body = SandboxPaymentView, description = "As it is now."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such payment, or no sandbox here."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: it ended before."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
)]
pub(super) async fn play_sandbox_payment(
    State(ticketing): State<Ticketing>,
    Path(id): Path<PaymentId>,
    Body(request): Body<PlaySandboxRequest>,
) -> Result<Json<SandboxPaymentView>, Problem> {
    let payment = ticketing.sandbox()?.play(id, request.parse()?).await?;
    // It is due, and would be sent within a second anyway: whoever plays should not have to wait.
    if let Err(error) = ticketing.deliver_sandbox_webhooks(id).await {
        tracing::warn!(payment.id = %id, %error, "A webhook of the sandbox was not sent; trying again");
    }
    Ok(Json(payment.into()))
}
