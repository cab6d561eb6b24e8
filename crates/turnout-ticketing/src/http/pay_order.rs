use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use turnout_domain::OrderId;
use turnout_http::{Body, Caller, Fields, Given, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::access::OrderSecret;
use super::payment_views::MethodView;
use super::views::{OrderView, Secret};
use crate::Ticketing;
use crate::combiner::Settled;
use crate::error::SaleError;
use crate::model::{Method, OrderState};
use crate::pay_order::Payment;

/// How the order is paid.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PayOrderRequest {
    /// One of the event's payment options; `free` where nothing is to be paid.
    #[serde(default)]
    #[schema(value_type = MethodView, required)]
    method: Given<String>,
    /// Where the provider's page leads back to: a path, or an address of this installation. The order's page, if it is left out. A
    /// sandbox without it answers at once and shows no page.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    return_url: Given<String>,
    /// What a sandbox without a page is to answer: `success` if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<SandboxAnswer>)]
    sandbox_outcome: Given<String>,
}

/// What a sandbox without a page answers.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(
    dead_code,
    reason = "for the API's description; the handler names bad values itself"
)]
enum SandboxAnswer {
    Success,
    Decline,
}

/// The longest address to lead back to.
const RETURN_URL_BYTES_MAX: usize = 1000;

impl PayOrderRequest {
    fn parse(self, public_url: &str) -> Result<Payment, Problem> {
        let mut fields = Fields::new();
        let declines = fields.optional("/sandbox_outcome", self.sandbox_outcome, |text| {
            match text.as_str() {
                "success" => Ok(false),
                "decline" => Ok(true),
                _ => Err("Use success or decline."),
            }
        });
        let return_url = fields.optional("/return_url", self.return_url, |url| {
            // To lead elsewhere would let anyone send our buyers anywhere. `//host` and `/\\host` are hosts to a browser.
            let path = url.strip_prefix(public_url).unwrap_or(&url);
            let inside = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
            let url = format!("{public_url}{path}");
            if inside && url.len() <= RETURN_URL_BYTES_MAX && url.bytes().all(|byte| byte.is_ascii_graphic())
            {
                Ok(url)
            } else {
                Err(format!(
                    "Use a path, or an address that begins with {public_url}/."
                ))
            }
        });
        let payment = fields.required("/method", self.method, |text| match Method::named(&text) {
            Some(Method::Free) => Ok(Payment::Free),
            Some(Method::Offline) => Ok(Payment::Offline),
            Some(Method::Sandbox) if return_url.is_none() => Ok(Payment::SandboxAtOnce {
                declines: declines.unwrap_or(false),
            }),
            Some(method) => Ok(Payment::AtProvider {
                method,
                return_url: return_url.clone(),
            }),
            None => Err("Use free, offline, sandbox or stripe."),
        });
        fields.finish(payment)
    }
}

/// Pays what an order holds. Free of charge, its tickets are issued at once; at a provider, the answer says where to pay
/// (`payment.redirect_url`); offline, how and until when. Asked again, it is the same payment.
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
        (status = CONFLICT, body = ProblemView, description = "`conflict`: not possible as things stand. `payment-not-possible`: the provider does not take it."),
        (status = GONE, body = ProblemView, description = "`hold-expired`"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
        (status = SERVICE_UNAVAILABLE, body = ProblemView, description = "`unavailable`: the provider does not answer; ask again."),
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
        .pay_order(
            (access.order, access.version),
            request.parse(&ticketing.settings.public_url)?,
        )
        .await?;
    Ok(Json(ticketing.paid_view(settled).await?))
}

impl Ticketing {
    /// An order after its payment was begun or made.
    async fn paid_view(&self, settled: Settled) -> Result<OrderView, SaleError> {
        match settled.order.state {
            OrderState::AwaitingPayment { .. } => self.whole_order_view(&settled.order, Secret::Shown).await,
            _ => self.settled_view(settled).await,
        }
    }
}
