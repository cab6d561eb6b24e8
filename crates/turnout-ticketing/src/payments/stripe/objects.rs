//! What Stripe's API answers, as far as it matters here. Members that we do not read may change.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

use super::money;
use crate::payments::{News, ProviderError, RefundStatus, Status};

type Metadata = BTreeMap<String, Value>;

fn named<'a>(metadata: &'a Metadata, name: &str) -> Option<&'a str> {
    metadata.get(name).and_then(Value::as_str)
}

/// A Checkout session.
#[derive(Debug, Deserialize)]
pub(super) struct Session {
    pub id: String,
    /// Where the buyer pays; none once it is over.
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub payment_status: Option<String>,
    #[serde(default)]
    pub amount_total: Option<i64>,
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub payment_intent: Option<String>,
    #[serde(default)]
    pub metadata: Metadata,
}

impl Session {
    pub fn into_status(self) -> Result<Status, ProviderError> {
        if self.payment_status.as_deref() == Some("paid") {
            return money(self.amount_total, self.currency.as_deref()).map(Status::Succeeded);
        }
        Ok(match self.status.as_deref() {
            Some("expired") => Status::Failed("it was not paid in time".into()),
            // Complete and unpaid: a bank debit is on its way.
            _ => Status::Pending,
        })
    }
}

/// A payment intent: what a session's money came by.
#[derive(Debug, Deserialize)]
struct PaymentIntent {
    #[serde(default)]
    status: Option<String>,
    /// What came in; where it is not said, what was asked for.
    #[serde(default)]
    amount_received: Option<i64>,
    #[serde(default)]
    amount: Option<i64>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

/// Money that goes back.
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    failure_reason: Option<String>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

impl Refund {
    /// Our name for it.
    pub fn refund_id(&self) -> Option<&str> {
        named(self.metadata.as_ref()?, "refund_id")
    }

    pub fn into_status(self) -> RefundStatus {
        match self.status.as_deref() {
            Some("succeeded") => RefundStatus::Succeeded,
            Some(status @ ("failed" | "canceled")) => {
                RefundStatus::Failed(self.failure_reason.unwrap_or_else(|| status.to_owned()))
            }
            _ => RefundStatus::Pending,
        }
    }
}

/// One page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub data: Vec<T>,
}

/// Something that happened.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    r#type: String,
    data: EventData,
}

#[derive(Debug, Deserialize)]
struct EventData {
    object: Value,
}

impl Event {
    /// What it tells, if it is about something of ours.
    ///
    /// # Errors
    /// If it is not what its type says.
    pub fn into_news(self) -> Result<Option<News>, String> {
        let object = self.data.object;
        let words = |error: &dyn std::fmt::Display| error.to_string();
        match self.r#type.as_str() {
            "checkout.session.completed"
            | "checkout.session.async_payment_succeeded"
            | "checkout.session.expired" => {
                let session: Session = serde_json::from_value(object).map_err(|error| words(&error))?;
                let id = named(&session.metadata, "payment_id").and_then(|id| id.parse().ok());
                let status = session.into_status().map_err(|error| words(&error))?;
                Ok(id.map(|id| News::Payment(id, status)))
            }
            "checkout.session.async_payment_failed" => {
                let session: Session = serde_json::from_value(object).map_err(|error| words(&error))?;
                let id = named(&session.metadata, "payment_id").and_then(|id| id.parse().ok());
                let failed = Status::Failed("the bank did not pay".into());
                Ok(id.map(|id| News::Payment(id, failed)))
            }
            "payment_intent.succeeded" => {
                let intent: PaymentIntent = serde_json::from_value(object).map_err(|error| words(&error))?;
                let id = named(&intent.metadata, "payment_id").and_then(|id| id.parse().ok());
                if intent.status.as_deref() != Some("succeeded") {
                    return Ok(None);
                }
                let amount = intent.amount_received.or(intent.amount);
                let came_in = money(amount, intent.currency.as_deref()).map_err(|error| words(&error))?;
                Ok(id.map(|id| News::Payment(id, Status::Succeeded(came_in))))
            }
            "refund.updated" | "refund.failed" | "charge.refund.updated" => {
                let refund: Refund = serde_json::from_value(object).map_err(|error| words(&error))?;
                let metadata = refund.metadata.clone().unwrap_or_default();
                let id = named(&metadata, "refund_id").and_then(|id| id.parse().ok());
                let order = named(&metadata, "order_id").and_then(|id| id.parse().ok());
                let status = refund.into_status();
                Ok(order.zip(id).map(|(order, id)| News::Refund(order, id, status)))
            }
            _ => Ok(None),
        }
    }
}
