//! Stripe, by Checkout: the buyer pays on Stripe's own page, so no card number, and none of Stripe's scripts, comes
//! near ours (PCI DSS self-assessment A). See docs/decisions/0013.

mod amounts;
mod client;
mod objects;

use async_trait::async_trait;
use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use turnout_domain::Money;

use super::{
    Created, Intent, News, Payments, ProviderError, RefundIntent, RefundStatus, SignatureError, Status,
    WebhookError, signature,
};
use crate::settings::StripeSettings;
use client::Client;
use objects::{Event, Page, Refund, Session};

/// The header its webhooks are signed in.
const SIGNATURE_HEADER: &str = "stripe-signature";
/// When Stripe ends its page by itself; it wants half an hour at least. We end it as soon as the places go.
const PAGE_TIME: SignedDuration = SignedDuration::from_mins(60);

/// An account at Stripe.
pub(super) struct Stripe {
    client: Client,
    webhook_secret: String,
}

impl Stripe {
    pub fn new(settings: StripeSettings) -> Self {
        Self {
            client: Client::new(&settings.api_url, settings.secret_key),
            webhook_secret: settings.webhook_secret,
        }
    }

    async fn session(&self, reference: &str) -> Result<Session, ProviderError> {
        self.client
            .get(&format!("/v1/checkout/sessions/{}", path_part(reference)?))
            .await
    }
}

/// What Stripe calls something, as part of a path.
fn path_part(reference: &str) -> Result<&str, ProviderError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if reference.is_empty() || !reference.bytes().all(plain) {
        return Err(ProviderError::Refused("it has no such payment".into()));
    }
    Ok(reference)
}

#[async_trait]
impl Payments for Stripe {
    async fn create(&self, intent: &Intent) -> Result<Created, ProviderError> {
        let (payment, order) = (intent.payment_id.to_string(), intent.order_id.to_string());
        let amount = amounts::to_stripe(intent.amount)
            .ok_or_else(|| ProviderError::Refused("Stripe cannot express this amount".into()))?
            .to_string();
        let currency = intent.amount.currency().code().to_ascii_lowercase();
        let ends = intent.begun_at.checked_add(PAGE_TIME).unwrap_or(intent.begun_at);
        // The same whenever it is asked again: Stripe refuses a key that comes with other parameters.
        let ends = ends.as_second().to_string();
        let session: Session = self
            .client
            .post(
                "/v1/checkout/sessions",
                &payment,
                &[
                    ("mode", "payment"),
                    ("client_reference_id", &order),
                    ("customer_email", &intent.buyer_email),
                    ("success_url", &intent.return_url),
                    ("cancel_url", &intent.return_url),
                    ("expires_at", &ends),
                    ("line_items[0][quantity]", "1"),
                    ("line_items[0][price_data][currency]", &currency),
                    ("line_items[0][price_data][unit_amount]", &amount),
                    ("line_items[0][price_data][product_data][name]", &intent.title),
                    ("metadata[payment_id]", &payment),
                    ("metadata[order_id]", &order),
                    ("payment_intent_data[metadata][payment_id]", &payment),
                    ("payment_intent_data[metadata][order_id]", &order),
                ],
            )
            .await?;
        match session.url {
            Some(url) => Ok(Created::Redirect {
                reference: session.id,
                url,
            }),
            // Over already: whoever asks how it stands is told.
            None => Err(ProviderError::Refused("Stripe gave no page to pay on".into())),
        }
    }

    async fn status(&self, intent: &Intent) -> Result<Status, ProviderError> {
        self.session(intent.reference.as_deref().unwrap_or_default())
            .await?
            .into_status()
    }

    async fn close(&self, intent: &Intent) -> Result<Status, ProviderError> {
        let reference = path_part(intent.reference.as_deref().unwrap_or_default())?;
        let key = format!("{}-close", intent.payment_id);
        let path = format!("/v1/checkout/sessions/{reference}/expire");
        match self.client.post::<Session>(&path, &key, &[]).await {
            Ok(session) => session.into_status(),
            // Only a page that is open can be ended: it was paid, or ended before.
            Err(ProviderError::Refused(_)) => self.status(intent).await,
            Err(error) => Err(error),
        }
    }

    async fn refund(&self, refund: &RefundIntent) -> Result<RefundStatus, ProviderError> {
        let session = self.session(&refund.reference).await?;
        let intent = session
            .payment_intent
            .ok_or_else(|| ProviderError::Refused("nothing was paid".into()))?;
        let intent = path_part(&intent)?.to_owned();
        let id = refund.refund_id.to_string();
        // A key is remembered for a day, and with it the first answer: what stands is asked for first.
        let known: Page<Refund> = self
            .client
            .get(&format!("/v1/refunds?payment_intent={intent}&limit=100"))
            .await?;
        if let Some(known) = known
            .data
            .into_iter()
            .find(|known| known.refund_id() == Some(&id))
        {
            return Ok(known.into_status());
        }
        let order = refund.order_id.to_string();
        let amount = amounts::to_stripe(refund.amount)
            .ok_or_else(|| ProviderError::Refused("Stripe cannot express this amount".into()))?
            .to_string();
        let made: Refund = self
            .client
            .post(
                "/v1/refunds",
                &id,
                &[
                    ("payment_intent", &intent),
                    ("amount", &amount),
                    ("metadata[refund_id]", &id),
                    ("metadata[order_id]", &order),
                ],
            )
            .await?;
        Ok(made.into_status())
    }

    async fn read_webhook(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<News>, WebhookError> {
        let header = headers
            .get(SIGNATURE_HEADER)
            .and_then(|value| value.to_str().ok());
        let header = header.ok_or(SignatureError::Missing)?;
        signature::verify(&self.webhook_secret, header, body, now)?;
        let event: Event =
            serde_json::from_slice(body).map_err(|error| WebhookError::Unreadable(error.to_string()))?;
        event.into_news().map_err(WebhookError::Unreadable)
    }
}

/// What came in, as Stripe says it.
fn money(amount: Option<i64>, currency: Option<&str>) -> Result<Money, ProviderError> {
    amounts::from_stripe(amount.unwrap_or(0), currency.unwrap_or_default())
        .ok_or_else(|| ProviderError::Unavailable("Stripe named an amount or a currency that is none".into()))
}

#[cfg(test)]
mod tests;
