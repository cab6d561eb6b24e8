//! A provider that is played by a page of ours: everything a real one does, and no money moves.
//!
//! What it knows is its own and stands apart from the order, as a provider's books do; it tells us by signed webhooks,
//! or not at all.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::HeaderMap;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use turnout_domain::{Money, OrderId, PaymentId, RefundId};
use turnout_store::{Change, CommitError, Document, Expect, Index, NewItem, Read, Store};

use super::{
    Created, Intent, News, Payments, ProviderError, RefundIntent, RefundStatus, SignatureError, Status,
    WebhookError, signature,
};
use crate::TABLE;
use crate::commit::commit;
use crate::error::SaleError;
use crate::items;
use crate::keys::Keys;

/// The header its webhooks are signed in.
pub(crate) const SIGNATURE_HEADER: &str = "turnout-signature";
/// How much later than the places are kept a late payment comes.
const LATE_BY: SignedDuration = SignedDuration::from_secs(5);
/// How often a write is tried again when someone pressed two buttons.
const COMMIT_ATTEMPTS_MAX: usize = 8;

/// What the page can make happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is paid.
    Success,
    /// The card is declined.
    Decline,
    /// The buyer's bank wants to see the buyer first (3-D Secure); then one of the two above.
    Challenge,
    /// It is paid, but the money comes when the places are gone.
    Late,
    /// It is paid, and the provider says so twice.
    Duplicate,
    /// It is paid, and the provider never says so: it has to be asked.
    Silent,
    /// Less is paid than was asked for.
    WrongAmount,
}

/// How a payment stands in the sandbox's books.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum SandboxState {
    Open,
    /// Waiting for the buyer's bank.
    Challenged,
    /// Paid; known to others from `settles_at` on.
    Paid {
        reported: Money,
        settles_at: Timestamp,
    },
    Declined,
    /// It cannot be paid any more.
    Closed,
}

/// A payment in the sandbox's books.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SandboxPayment {
    pub payment_id: PaymentId,
    pub order_id: OrderId,
    pub title: String,
    pub amount: Money,
    pub return_url: String,
    pub closes_at: Timestamp,
    #[serde(flatten)]
    pub state: SandboxState,
    #[serde(default)]
    pub refunds: Vec<(RefundId, Money)>,
    /// When it still has to send a webhook.
    #[serde(default)]
    pub deliveries: Vec<Timestamp>,
}

/// What a webhook of the sandbox says.
#[derive(Debug, Serialize, Deserialize)]
struct WebhookBody {
    r#type: String,
    payment_id: PaymentId,
    amount: Money,
}

impl SandboxPayment {
    /// The payment after the page was played with; `None` if that is over.
    fn played(&self, outcome: Outcome, now: Timestamp) -> Option<Self> {
        let challenged = match self.state {
            SandboxState::Open => false,
            SandboxState::Challenged => true,
            _ => return None,
        };
        let mut after = self.clone();
        let less = Money::signed(self.amount.minor() - 1, self.amount.currency()).ok()?;
        let paid = |reported, settles_at| SandboxState::Paid { reported, settles_at };
        let late = self
            .closes_at
            .max(now)
            .checked_add(LATE_BY)
            .unwrap_or(Timestamp::MAX);
        (after.state, after.deliveries) = match outcome {
            Outcome::Success => (paid(self.amount, now), vec![now]),
            Outcome::Decline => (SandboxState::Declined, vec![now]),
            Outcome::Challenge if challenged => return None,
            Outcome::Challenge => (SandboxState::Challenged, vec![]),
            Outcome::Late => (paid(self.amount, late), vec![late]),
            Outcome::Duplicate => (paid(self.amount, now), vec![now, now]),
            Outcome::Silent => (paid(self.amount, now), vec![]),
            Outcome::WrongAmount => (paid(less, now), vec![now]),
        };
        Some(after)
    }

    /// How it stands, as far as anyone outside can know.
    fn status(&self, now: Timestamp) -> Status {
        match self.state {
            SandboxState::Open | SandboxState::Challenged => Status::Pending,
            SandboxState::Paid { settles_at, .. } if now < settles_at => Status::Pending,
            SandboxState::Paid { reported, .. } => Status::Succeeded(reported),
            SandboxState::Declined => Status::Failed("the card was declined".into()),
            SandboxState::Closed => Status::Failed("it was not paid in time".into()),
        }
    }
}

/// The sandbox: its books are in our store.
pub(crate) struct Sandbox {
    store: Arc<dyn Store>,
    keys: Keys,
    page: String,
    clock: Arc<dyn turnout_domain::Clock>,
}

impl Sandbox {
    pub fn new(
        store: Arc<dyn Store>,
        keys: Keys,
        clock: Arc<dyn turnout_domain::Clock>,
        public_url: &str,
    ) -> Self {
        Self {
            store,
            keys,
            page: format!("{public_url}/sandbox/payments"),
            clock,
        }
    }

    /// The payment, as its page shows it, and its version.
    pub async fn payment(&self, id: PaymentId) -> Result<Option<(SandboxPayment, u64)>, SaleError> {
        let item = self.store.get(&items::sandbox_key(id), Read::Consistent).await?;
        item.map(|item| Ok((item.parse()?, item.version))).transpose()
    }

    /// Plays with the page.
    ///
    /// # Errors
    /// [`SaleError::Unknown`]; [`SaleError::NotHeld`] if it was played to its end before.
    pub async fn play(&self, id: PaymentId, outcome: Outcome) -> Result<SandboxPayment, SaleError> {
        self.change(id, |payment| payment.played(outcome, self.clock.now()))
            .await?
            .ok_or(SaleError::NotHeld)
    }

    /// The webhook that is due, signed; `None` if none is.
    pub async fn due_webhook(&self, id: PaymentId) -> Result<Option<(HeaderMap, Vec<u8>)>, SaleError> {
        let now = self.clock.now();
        let Some((payment, _)) = self.payment(id).await? else {
            return Ok(None);
        };
        if !payment.deliveries.iter().any(|at| *at <= now) {
            return Ok(None);
        }
        let (kind, amount) = match payment.status(now) {
            Status::Succeeded(reported) => ("payment.succeeded", reported),
            Status::Failed(_) => ("payment.failed", payment.amount),
            Status::Pending => return Ok(None),
        };
        let body = WebhookBody {
            r#type: kind.to_owned(),
            payment_id: id,
            amount,
        };
        let body = serde_json::to_vec(&body).expect("a webhook's body is plain JSON");
        let mut headers = HeaderMap::new();
        let signed = signature::sign(&self.secret().await?, &body, now);
        headers.insert(
            SIGNATURE_HEADER,
            signed.parse().expect("hexadecimal digits are visible ASCII"),
        );
        Ok(Some((headers, body)))
    }

    /// One webhook that was due was taken.
    pub async fn delivered(&self, id: PaymentId) -> Result<(), SaleError> {
        let now = self.clock.now();
        let taken = |payment: &SandboxPayment| {
            let mut after = payment.clone();
            let place = after.deliveries.iter().position(|at| *at <= now)?;
            after.deliveries.remove(place);
            Some(after)
        };
        self.change(id, taken).await.map(drop)
    }

    async fn secret(&self) -> Result<String, SaleError> {
        Ok(BASE64_URL_SAFE_NO_PAD.encode(self.keys.secret("sandbox").await?))
    }

    /// Writes what `step` makes of the payment; `None` if it makes nothing of it.
    async fn change(
        &self,
        id: PaymentId,
        step: impl Fn(&SandboxPayment) -> Option<SandboxPayment>,
    ) -> Result<Option<SandboxPayment>, SaleError> {
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let (payment, version) = self.payment(id).await?.ok_or(SaleError::Unknown)?;
            let Some(after) = step(&payment) else {
                return Ok(None);
            };
            let change = Change::of(TABLE).put(item(&after), Expect::Version(version));
            match commit(&*self.store, || change.clone()).await {
                Ok(_) => return Ok(Some(after)),
                Err(CommitError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let why = "the sandbox's payment kept changing".into();
        Err(CommitError::Busy { why }.into())
    }
}

fn item(payment: &SandboxPayment) -> NewItem {
    let item = NewItem::new(items::sandbox_key(payment.payment_id), Document::of(payment));
    match payment.deliveries.iter().min() {
        Some(due_at) => item.index(Index::First, items::errand_index(payment.payment_id, *due_at)),
        None => item,
    }
}

/// The sandbox's books are in our store, so what keeps it from answering may pass.
fn unavailable(error: &SaleError) -> ProviderError {
    ProviderError::Unavailable(error.to_string())
}

#[async_trait]
impl Payments for Sandbox {
    async fn create(&self, intent: &Intent) -> Result<Created, ProviderError> {
        let payment = SandboxPayment {
            payment_id: intent.payment_id,
            order_id: intent.order_id,
            title: intent.title.clone(),
            amount: intent.amount,
            return_url: intent.return_url.clone(),
            closes_at: intent.closes_at,
            state: SandboxState::Open,
            refunds: Vec::new(),
            deliveries: Vec::new(),
        };
        let change = Change::of(TABLE).put(item(&payment), Expect::Absent);
        match commit(&*self.store, || change.clone()).await {
            // It stands already: asked twice, it is made once.
            Ok(_) | Err(CommitError::Refused(_)) => Ok(Created::Redirect {
                reference: intent.payment_id.to_string(),
                url: format!("{}/{}", self.page, intent.payment_id),
            }),
            Err(error) => Err(ProviderError::Unavailable(error.to_string())),
        }
    }

    async fn status(&self, intent: &Intent) -> Result<Status, ProviderError> {
        match self.payment(intent.payment_id).await {
            Ok(Some((payment, _))) => Ok(payment.status(self.clock.now())),
            Ok(None) => Ok(Status::Failed("there is no such payment".into())),
            Err(error) => Err(unavailable(&error)),
        }
    }

    async fn close(&self, intent: &Intent) -> Result<Status, ProviderError> {
        let close = |payment: &SandboxPayment| {
            let open = matches!(payment.state, SandboxState::Open | SandboxState::Challenged);
            open.then(|| SandboxPayment {
                state: SandboxState::Closed,
                ..payment.clone()
            })
        };
        match self.change(intent.payment_id, close).await {
            Ok(_) | Err(SaleError::Unknown) => self.status(intent).await,
            Err(error) => Err(unavailable(&error)),
        }
    }

    async fn refund(&self, refund: &RefundIntent) -> Result<RefundStatus, ProviderError> {
        let give_back = |payment: &SandboxPayment| {
            let mut after = payment.clone();
            let known = after.refunds.iter().any(|(id, _)| *id == refund.refund_id);
            let given: i64 = after.refunds.iter().map(|(_, amount)| amount.minor()).sum();
            let SandboxState::Paid { reported, .. } = payment.state else {
                return None;
            };
            if known || given + refund.amount.minor() > reported.minor() {
                return None;
            }
            after.refunds.push((refund.refund_id, refund.amount));
            Some(after)
        };
        let changed = self.change(refund.payment_id, give_back).await;
        match changed {
            // Paid at once, without its page: there are no books of it to write in, and no money to send.
            Ok(Some(_)) | Err(SaleError::Unknown) => return Ok(RefundStatus::Succeeded),
            Ok(None) => {}
            Err(error) => return Err(unavailable(&error)),
        }
        match self.payment(refund.payment_id).await {
            Ok(Some((payment, _))) if payment.refunds.iter().any(|(id, _)| *id == refund.refund_id) => {
                Ok(RefundStatus::Succeeded)
            }
            Ok(_) => Ok(RefundStatus::Failed("so much was not paid".into())),
            Err(error) => Err(unavailable(&error)),
        }
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
        signature::verify(&self.secret().await?, header, body, now)?;
        let told: WebhookBody =
            serde_json::from_slice(body).map_err(|error| WebhookError::Unreadable(error.to_string()))?;
        Ok(match told.r#type.as_str() {
            "payment.succeeded" => Some(News::Payment(told.payment_id, Status::Succeeded(told.amount))),
            "payment.failed" => {
                let why = "the card was declined".to_owned();
                Some(News::Payment(told.payment_id, Status::Failed(why)))
            }
            _ => None,
        })
    }
}
