//! Where no provider takes part: there is nothing to pay, or a person says that the money is there.

use async_trait::async_trait;
use axum::http::HeaderMap;
use jiff::Timestamp;

use super::{
    Created, Intent, News, Payments, ProviderError, RefundIntent, RefundStatus, SignatureError, Status,
    WebhookError,
};

/// There is nothing to pay.
pub(super) struct Free;

/// A bank transfer, or cash at the door.
pub(super) struct Offline;

#[async_trait]
impl Payments for Free {
    async fn create(&self, _intent: &Intent) -> Result<Created, ProviderError> {
        Ok(Created::Paid)
    }

    async fn status(&self, intent: &Intent) -> Result<Status, ProviderError> {
        Ok(Status::Succeeded(intent.amount))
    }

    async fn close(&self, intent: &Intent) -> Result<Status, ProviderError> {
        self.status(intent).await
    }

    async fn refund(&self, _refund: &RefundIntent) -> Result<RefundStatus, ProviderError> {
        Err(ProviderError::Refused("nothing was paid".into()))
    }

    async fn read_webhook(
        &self,
        _headers: &HeaderMap,
        _body: &[u8],
        _now: Timestamp,
    ) -> Result<Option<News>, WebhookError> {
        Err(SignatureError::Missing.into())
    }
}

#[async_trait]
impl Payments for Offline {
    async fn create(&self, _intent: &Intent) -> Result<Created, ProviderError> {
        Ok(Created::Promised)
    }

    /// Only a person knows.
    async fn status(&self, _intent: &Intent) -> Result<Status, ProviderError> {
        Ok(Status::Pending)
    }

    async fn close(&self, _intent: &Intent) -> Result<Status, ProviderError> {
        Ok(Status::Failed("it was not paid in time".into()))
    }

    /// Whoever gives it back sends it by the way it came.
    async fn refund(&self, _refund: &RefundIntent) -> Result<RefundStatus, ProviderError> {
        Ok(RefundStatus::Succeeded)
    }

    async fn read_webhook(
        &self,
        _headers: &HeaderMap,
        _body: &[u8],
        _now: Timestamp,
    ) -> Result<Option<News>, WebhookError> {
        Err(SignatureError::Missing.into())
    }
}
