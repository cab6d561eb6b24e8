use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Limited};
use turnout_http::{Problem, ProblemView};

use crate::Ticketing;
use crate::model::Method;
use crate::payments::WebhookError;

/// The largest webhook; Stripe's are a few kibibytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// A body as it came: a signature is of its bytes.
pub(super) struct Raw(Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let body = Limited::new(request.into_body(), BODY_BYTES_MAX).collect().await;
        let body = body.map_err(|_| {
            let detail = format!("Send at most {} KiB.", BODY_BYTES_MAX / 1024);
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body-too-large",
                "Too much",
                detail,
            )
        });
        Ok(Self(body?.to_bytes()))
    }
}

/// What a payment provider tells of its own accord, signed with the secret we share with it. Told twice, or in another
/// order, it comes to the same.
#[utoipa::path(
    post, path = "/payments/webhooks/{provider}", operation_id = "receive_payment_webhook", tag = "ticketing",
    params(("provider" = String, Path, description = "`stripe` or `sandbox`.")),
    request_body(content = String, content_type = "application/json", description = "As the provider writes it."),
    responses(
        (status = NO_CONTENT, description = "Taken in."),
        (status = BAD_REQUEST, body = ProblemView, description = "`webhook-not-signed`: not by the provider, or too long ago. `malformed-json`."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such provider here."),
        (status = TOO_MANY_REQUESTS, body = ProblemView, description = "`rate-limited`: too many that nobody signed."),
        (status = SERVICE_UNAVAILABLE, body = ProblemView, description = "`unavailable`: send it again."),
    ),
)]
pub(super) async fn receive_payment_webhook(
    State(ticketing): State<Ticketing>,
    axum::extract::Path(provider): axum::extract::Path<String>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<StatusCode, Problem> {
    let method = Method::named(&provider)
        .filter(|method| method.has_provider() && ticketing.providers.of(*method).is_ok());
    let method = method.ok_or_else(Problem::not_found)?;
    match ticketing.receive_webhook(method, &headers, &body).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error @ WebhookError::Signature(_)) => {
            ticketing.unsigned_webhooks.check(method.as_str())?;
            tracing::warn!(provider, %error, "A webhook was not believed");
            Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "webhook-not-signed",
                "Not signed by the provider",
                "The signature is missing, is not the provider's, or is too old. Check the webhook's secret and the clock.",
            ))
        }
        Err(error @ WebhookError::Unreadable(_)) => {
            tracing::error!(provider, %error, "A signed webhook cannot be read");
            let detail = "It is signed, but it is not what the provider's documents say it is.";
            Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "malformed-json",
                "It cannot be read",
                detail,
            ))
        }
        Err(WebhookError::Sale(error)) => Err(error.into()),
    }
}
