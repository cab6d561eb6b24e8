//! Payments of an order and the money that goes back, as the order remembers them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::messages::RefundCause;
use turnout_domain::{Money, PaymentId, RefundId, UserId};

use super::ledger::Ledger;

/// The most payments that one order tries: a buyer who failed so often is told to begin anew.
pub(crate) const PAYMENTS_MAX: usize = 10;
/// The most refunds of one order; one a ticket of the largest order.
pub(crate) const REFUNDS_MAX: usize = 100;

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// There is nothing to pay.
    Free,
    /// By bank transfer, or at the door: a person says when the money is there.
    Offline,
    /// A provider that is played by a page of ours: no money moves.
    Sandbox,
    /// Stripe's own page.
    Stripe,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 4] = [Self::Free, Self::Offline, Self::Sandbox, Self::Stripe];

    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Offline => "offline",
            Self::Sandbox => "sandbox",
            Self::Stripe => "stripe",
        }
    }

    /// The method of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }

    /// Whether a provider knows how the payment stands; else a person does.
    pub fn has_provider(self) -> bool {
        matches!(self, Self::Sandbox | Self::Stripe)
    }
}

/// How a payment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum PaymentState {
    /// Begun; nobody said yet how it ended.
    Pending,
    /// The money is there.
    Succeeded { paid_at: Timestamp },
    /// It will not come.
    Failed { failed_at: Timestamp, reason: String },
    /// Money came that is not what was asked for: `reported` instead. A person decides.
    PutAside {
        put_aside_at: Timestamp,
        reported: Money,
    },
}

/// One try to pay an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PaymentRecord {
    pub id: PaymentId,
    pub method: Method,
    pub amount: Money,
    #[serde(flatten)]
    pub state: PaymentState,
    pub begun_at: Timestamp,
    /// What the provider calls it. None until the provider answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_reference: Option<String>,
    /// Where the buyer pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
    /// What the buyer writes on the transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Where the provider's page leads back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
}

impl PaymentRecord {
    /// Whether nobody said yet how it ended.
    pub fn is_pending(&self) -> bool {
        matches!(self.state, PaymentState::Pending)
    }

    /// Whether a provider is to be asked how it ended.
    pub fn awaits_provider(&self) -> bool {
        self.is_pending() && self.method.has_provider()
    }

    /// What came in by it.
    pub fn received(&self) -> Option<Money> {
        match self.state {
            PaymentState::Succeeded { .. } => Some(self.amount),
            PaymentState::PutAside { reported, .. } => Some(reported),
            PaymentState::Pending | PaymentState::Failed { .. } => None,
        }
    }
}

/// How a refund stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum RefundState {
    /// Decided; the provider is to do it.
    Requested,
    /// The money went back.
    Succeeded { refunded_at: Timestamp },
    /// The provider will not do it: the money is still owed.
    Failed { failed_at: Timestamp, reason: String },
}

/// Money that goes back to a buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub id: RefundId,
    pub payment_id: PaymentId,
    pub amount: Money,
    #[serde(flatten)]
    pub state: RefundState,
    pub cause: RefundCause,
    /// In the words of whoever gave it back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub requested_at: Timestamp,
    /// Which member, if one did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

impl Refund {
    /// Whether it counts: it went back, or is on its way.
    pub fn stands(&self) -> bool {
        !matches!(self.state, RefundState::Failed { .. })
    }
}

/// What an order remembers of money. Empty for an order that cost nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Account {
    /// Every try to pay it; the last one is the current one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<PaymentRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub ledger: Ledger,
}

fn is_empty(ledger: &Ledger) -> bool {
    ledger.0.is_empty()
}

impl Account {
    /// Whether no money was ever spoken of.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The try to pay that counts now.
    pub fn current(&self) -> Option<&PaymentRecord> {
        self.payments.last()
    }

    /// The payment with this id.
    pub fn payment(&self, id: PaymentId) -> Option<&PaymentRecord> {
        self.payments.iter().find(|payment| payment.id == id)
    }

    pub(super) fn payment_mut(&mut self, id: PaymentId) -> Option<&mut PaymentRecord> {
        self.payments.iter_mut().find(|payment| payment.id == id)
    }

    /// The refund with this id.
    pub fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id == id)
    }

    /// How much of what a payment brought is still here.
    pub fn left_of(&self, payment: &PaymentRecord) -> i64 {
        let went_back: i64 = self
            .refunds
            .iter()
            .filter(|refund| refund.payment_id == payment.id && refund.stands())
            .map(|refund| refund.amount.minor())
            .sum();
        payment.received().map_or(0, Money::minor) - went_back
    }

    /// The payment that bought the tickets.
    pub fn settled_by(&self) -> Option<&PaymentRecord> {
        let succeeded = |payment: &&PaymentRecord| matches!(payment.state, PaymentState::Succeeded { .. });
        // One paid twice has two; the first bought the tickets, what came after went back.
        self.payments
            .iter()
            .filter(succeeded)
            .max_by_key(|payment| (self.left_of(payment), std::cmp::Reverse(payment.id)))
    }

    /// What can still go back, of the payment that bought the tickets.
    pub fn refundable(&self) -> i64 {
        self.settled_by().map_or(0, |payment| self.left_of(payment))
    }

    /// What went back, or is on its way.
    pub fn refunded(&self) -> i64 {
        self.refunds
            .iter()
            .filter(|refund| refund.stands())
            .map(|refund| refund.amount.minor())
            .sum()
    }
}
