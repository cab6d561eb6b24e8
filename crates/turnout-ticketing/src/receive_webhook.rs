//! Takes what a provider tells of its own accord.

use axum::http::HeaderMap;
use turnout_store::Read;

use crate::Ticketing;
use crate::error::SaleError;
use crate::items::{self, Errand};
use crate::model::Method;
use crate::payments::{News, SignatureError, WebhookError};

impl Ticketing {
    /// Takes in a webhook. Told twice, or in another order, it comes to the same; what is not about something of ours is
    /// taken and forgotten, so that it is not sent again.
    ///
    /// # Errors
    /// [`WebhookError`]: it is not from the provider, or it could not be taken in and should be sent again.
    pub(crate) async fn receive_webhook(
        &self,
        method: Method,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), WebhookError> {
        let provider = self.providers.of(method).map_err(|_| SignatureError::Missing)?;
        let Some(news) = provider.read_webhook(headers, body, self.clock.now()).await? else {
            return Ok(());
        };
        let settled = match &news {
            News::Payment(payment, status) => {
                let errand = self
                    .store
                    .get(&items::payment_key(*payment), Read::Consistent)
                    .await;
                let errand = errand
                    .map_err(SaleError::from)?
                    .map(|item| item.parse::<Errand>());
                let Some(errand) = errand.transpose().map_err(SaleError::from)? else {
                    tracing::info!(payment.id = %payment, "A webhook is about a payment that is not ours");
                    return Ok(());
                };
                self.settle_payment(errand.order_id, *payment, status).await
            }
            News::Refund(order, refund, status) => self.settle_refund(*order, *refund, status).await,
        };
        match settled {
            Err(SaleError::Unknown) => Ok(()),
            settled => Ok(settled?),
        }
    }
}
