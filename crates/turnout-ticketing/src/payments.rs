//! The port to whoever takes money, and what stands behind it.
//!
//! Nothing is held across the network: the intent is recorded first, then the provider is asked, then its answer is
//! recorded. Every call names itself with a key of ours, so that one repeated after a lost answer is made once.

mod by_hand;
mod sandbox;
mod signature;
mod stripe;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use jiff::Timestamp;
use turnout_domain::{Clock, Money, OrderId, PaymentId, RefundId};
use turnout_store::Store;

use crate::Settings;
use crate::error::SaleError;
use crate::keys::Keys;
use crate::model::Method;

pub(crate) use sandbox::{Outcome, Sandbox, SandboxPayment, SandboxState};
pub(crate) use signature::SignatureError;

/// How long a provider is waited for.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A payment to be made: all that a provider needs to know of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Intent {
    /// Our name for it, and the key of every call about it.
    pub payment_id: PaymentId,
    pub order_id: OrderId,
    /// What it is for, in the words the buyer reads.
    pub title: String,
    pub amount: Money,
    pub buyer_email: String,
    /// Where the provider's page leads back to.
    pub return_url: String,
    /// What the provider calls it; none until it answered.
    pub reference: Option<String>,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// From when on it should not be payable any more.
    pub closes_at: Timestamp,
}

/// What came of asking for a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Created {
    /// There was nothing to pay.
    Paid,
    /// The buyer will pay in their own time, and a person will say so.
    Promised,
    /// The buyer pays on the provider's page.
    Redirect { reference: String, url: String },
}

/// How a payment stands, as its provider says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Status {
    /// The buyer has not finished, or the provider has not.
    Pending,
    /// So much came in: not always what was asked for.
    Succeeded(Money),
    /// It will not come, and why.
    Failed(String),
}

/// Money to be sent back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RefundIntent {
    /// Our name for it, and the key of every call about it.
    pub refund_id: RefundId,
    pub payment_id: PaymentId,
    pub order_id: OrderId,
    /// What the provider calls the payment.
    pub reference: String,
    pub amount: Money,
}

/// How a refund stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RefundStatus {
    /// The provider is at it.
    Pending,
    /// The money went back.
    Succeeded,
    /// It will not, and why.
    Failed(String),
}

/// Why a provider gave no answer of the kind expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProviderError {
    /// It may have done it or not: ask again under the same key.
    #[error("the provider did not answer: {0}")]
    Unavailable(String),
    /// It will not do it, however often it is asked.
    #[error("the provider refused: {0}")]
    Refused(String),
}

/// Why a webhook is not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum WebhookError {
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// It is signed, and not what the provider's documents say it is.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error(transparent)]
    Sale(#[from] SaleError),
}

/// What a provider told of its own accord.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum News {
    Payment(PaymentId, Status),
    Refund(OrderId, RefundId, RefundStatus),
}

/// Whoever takes money.
///
/// # Contract
/// - Every call may be repeated, with the same intent, at any time and from any process: it is made once.
/// - `Unavailable` means that nobody knows; any other answer is final, but for `Pending`.
/// - `close` makes that nothing can come in any more, unless it came already or is on its way; it answers how it stands.
#[async_trait]
pub(crate) trait Payments: Send + Sync {
    async fn create(&self, intent: &Intent) -> Result<Created, ProviderError>;
    async fn status(&self, intent: &Intent) -> Result<Status, ProviderError>;
    async fn close(&self, intent: &Intent) -> Result<Status, ProviderError>;
    async fn refund(&self, refund: &RefundIntent) -> Result<RefundStatus, ProviderError>;

    /// What a webhook tells, if it is about something of ours.
    ///
    /// # Errors
    /// If it was not signed by the provider, or too long ago.
    async fn read_webhook(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<News>, WebhookError>;
}

/// The methods this process can take, by name. A clone is the same.
#[derive(Clone)]
pub(crate) struct Providers {
    by_method: BTreeMap<Method, Arc<dyn Payments>>,
    sandbox: Option<Arc<Sandbox>>,
}

impl Providers {
    /// Those that the operator's settings allow.
    pub fn new(store: &Arc<dyn Store>, keys: &Keys, clock: &Arc<dyn Clock>, settings: &Settings) -> Self {
        let mut by_method: BTreeMap<Method, Arc<dyn Payments>> = BTreeMap::new();
        by_method.insert(Method::Free, Arc::new(by_hand::Free));
        by_method.insert(Method::Offline, Arc::new(by_hand::Offline));
        let sandbox = settings.sandbox.then(|| {
            let sandbox = Sandbox::new(store.clone(), keys.clone(), clock.clone(), &settings.public_url);
            Arc::new(sandbox)
        });
        if let Some(sandbox) = &sandbox {
            by_method.insert(Method::Sandbox, sandbox.clone());
        }
        if let Some(stripe) = &settings.stripe {
            by_method.insert(Method::Stripe, Arc::new(stripe::Stripe::new(stripe.clone())));
        }
        Self { by_method, sandbox }
    }

    /// The sandbox's own side, which its page plays with.
    pub fn sandbox(&self) -> Option<&Arc<Sandbox>> {
        self.sandbox.as_ref()
    }

    /// The methods that take money.
    pub fn methods(&self) -> impl Iterator<Item = Method> {
        let methods = self.by_method.keys().copied();
        methods.filter(|method| *method != Method::Free)
    }

    /// What a new event takes until its organizer says otherwise: the real provider where there is one.
    pub fn usual(&self) -> Vec<Method> {
        let mut online: Vec<Method> = self.methods().filter(|method| method.has_provider()).collect();
        if online.contains(&Method::Stripe) {
            online.retain(|method| *method == Method::Stripe);
        }
        online
    }

    /// Whoever takes money by this method.
    pub fn of(&self, method: Method) -> Result<Timed<'_>, ProviderError> {
        let provider = self.by_method.get(&method);
        let provider =
            provider.ok_or_else(|| ProviderError::Unavailable(format!("{} is not set up", method.as_str())));
        provider.map(|provider| Timed(&**provider))
    }
}

/// A provider that is waited for so long and no longer.
pub(crate) struct Timed<'a>(&'a dyn Payments);

impl Timed<'_> {
    pub async fn create(&self, intent: &Intent) -> Result<Created, ProviderError> {
        in_time(self.0.create(intent)).await
    }

    pub async fn status(&self, intent: &Intent) -> Result<Status, ProviderError> {
        in_time(self.0.status(intent)).await
    }

    pub async fn close(&self, intent: &Intent) -> Result<Status, ProviderError> {
        in_time(self.0.close(intent)).await
    }

    pub async fn refund(&self, refund: &RefundIntent) -> Result<RefundStatus, ProviderError> {
        in_time(self.0.refund(refund)).await
    }

    pub async fn read_webhook(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<News>, WebhookError> {
        self.0.read_webhook(headers, body, now).await
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T, ProviderError>>) -> Result<T, ProviderError> {
    let answer = tokio::time::timeout(TIMEOUT, answer).await;
    answer.unwrap_or_else(|_| Err(ProviderError::Unavailable("it took too long".into())))
}
