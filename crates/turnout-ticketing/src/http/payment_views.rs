//! What clients see of an order's money.

use jiff::Timestamp;
use serde::Serialize;
use turnout_domain::messages::RefundCause;
use turnout_domain::{PaymentId, RefundId};
use utoipa::ToSchema;

use super::views::MoneyView;
use crate::model::{
    Account, LedgerAccount, LedgerEntry, Method, Order, OrderState, PaymentRecord, PaymentState, Refund,
    RefundState,
};

/// How an order is paid.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentMethod)]
pub(super) enum MethodView {
    /// Where nothing is to be paid.
    Free,
    /// By bank transfer, or at the door.
    Offline,
    /// A test: no money moves.
    Sandbox,
    /// On Stripe's page.
    Stripe,
}

impl From<Method> for MethodView {
    fn from(method: Method) -> Self {
        match method {
            Method::Free => Self::Free,
            Method::Offline => Self::Offline,
            Method::Sandbox => Self::Sandbox,
            Method::Stripe => Self::Stripe,
        }
    }
}

/// How a payment stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentState)]
pub(super) enum PaymentStateView {
    Pending,
    Succeeded,
    Failed,
    /// All of it went back, or is on its way.
    Refunded,
    /// It is not what was asked for; the organizer decides.
    PutAside,
}

/// A try to pay an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Payment)]
pub(super) struct PaymentView {
    #[schema(value_type = String)]
    id: PaymentId,
    method: MethodView,
    state: PaymentStateView,
    amount: MoneyView,
    /// Where the buyer pays, while it is pending at a provider.
    #[schema(required)]
    redirect_url: Option<String>,
    /// What the buyer writes on a bank transfer.
    #[schema(required)]
    reference: Option<String>,
    /// How to pay offline, in the organizer's words; null where it is not asked for alone.
    #[schema(required)]
    pub instructions: Option<String>,
    /// Until when it is waited for.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    due_at: Option<Timestamp>,
    /// Why it failed.
    #[schema(required)]
    failure: Option<String>,
    /// What came in instead of what was asked for, where it was put aside.
    #[schema(required)]
    reported: Option<MoneyView>,
}

impl PaymentView {
    pub fn of(order: &Order) -> Option<Self> {
        let current = order.account.current()?;
        // Whatever was tried since, the one that paid is the one to show.
        let payment = order.account.settled_by().unwrap_or(current);
        Some(Self::new(order, payment))
    }

    fn new(order: &Order, payment: &PaymentRecord) -> Self {
        let pending = payment.is_pending();
        let due_at = match order.state {
            OrderState::AwaitingPayment { due_at } if pending => Some(due_at),
            _ => None,
        };
        let state = match payment.state {
            PaymentState::Pending => PaymentStateView::Pending,
            PaymentState::Failed { .. } => PaymentStateView::Failed,
            PaymentState::Succeeded { .. } | PaymentState::PutAside { .. }
                if order.account.left_of(payment) == 0 =>
            {
                PaymentStateView::Refunded
            }
            PaymentState::Succeeded { .. } => PaymentStateView::Succeeded,
            PaymentState::PutAside { .. } => PaymentStateView::PutAside,
        };
        Self {
            id: payment.id,
            method: payment.method.into(),
            state,
            amount: payment.amount.into(),
            redirect_url: payment.redirect_url.clone().filter(|_| pending),
            reference: payment.reference.clone(),
            instructions: None,
            due_at,
            failure: match &payment.state {
                PaymentState::Failed { reason, .. } => Some(reason.clone()),
                _ => None,
            },
            reported: match payment.state {
                PaymentState::PutAside { reported, .. } => Some(reported.into()),
                _ => None,
            },
        }
    }
}

/// How a refund stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefundState)]
pub(super) enum RefundStateView {
    /// Decided; the provider is at it.
    Pending,
    Succeeded,
    /// The money is still owed.
    Failed,
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefundCause)]
pub(super) enum RefundCauseView {
    /// The organizer gave it back.
    Organizer,
    /// The buyer cancelled.
    Buyer,
    /// It came too late, and the places were gone.
    Late,
    /// The order was paid before.
    Twice,
}

/// Money that goes back to the buyer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Refund)]
pub(super) struct RefundView {
    #[schema(value_type = String)]
    id: RefundId,
    amount: MoneyView,
    state: RefundStateView,
    cause: RefundCauseView,
    /// In the words of whoever gave it back; empty where nothing was said.
    reason: String,
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    /// Why it failed.
    #[schema(required)]
    failure: Option<String>,
}

impl From<&Refund> for RefundView {
    fn from(refund: &Refund) -> Self {
        let (state, failure) = match &refund.state {
            RefundState::Requested => (RefundStateView::Pending, None),
            RefundState::Succeeded { .. } => (RefundStateView::Succeeded, None),
            RefundState::Failed { reason, .. } => (RefundStateView::Failed, Some(reason.clone())),
        };
        Self {
            id: refund.id,
            amount: refund.amount.into(),
            state,
            cause: match refund.cause {
                RefundCause::Organizer => RefundCauseView::Organizer,
                RefundCause::Buyer => RefundCauseView::Buyer,
                RefundCause::Late => RefundCauseView::Late,
                RefundCause::Twice => RefundCauseView::Twice,
            },
            reason: refund.reason.clone(),
            requested_at: refund.requested_at,
            failure,
        }
    }
}

/// Where an amount stands in the ledger.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LedgerAccount)]
pub(super) enum LedgerAccountView {
    /// What the buyer owes.
    Receivable,
    /// What came in, less what went back.
    Payments,
    /// What was sold, without tax.
    Revenue,
    Tax,
    /// Money that is not what was asked for.
    Suspense,
}

/// One line of an order's ledger. All lines of an order sum to zero.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LedgerEntry)]
pub(super) struct LedgerEntryView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    account: LedgerAccountView,
    /// Debits are positive, credits negative.
    amount: MoneyView,
    /// What caused it: the order, a payment or a refund, by its id.
    reference: String,
}

impl From<&LedgerEntry> for LedgerEntryView {
    fn from(entry: &LedgerEntry) -> Self {
        Self {
            at: entry.at,
            account: match entry.account {
                LedgerAccount::Receivable => LedgerAccountView::Receivable,
                LedgerAccount::Payments => LedgerAccountView::Payments,
                LedgerAccount::Revenue => LedgerAccountView::Revenue,
                LedgerAccount::Tax => LedgerAccountView::Tax,
                LedgerAccount::Suspense => LedgerAccountView::Suspense,
            },
            amount: entry.amount.into(),
            reference: entry.reference.clone(),
        }
    }
}

/// The lines of an account.
pub(super) fn ledger(account: &Account) -> Vec<LedgerEntryView> {
    account.ledger.0.iter().map(LedgerEntryView::from).collect()
}

/// Whether and how a buyer can cancel now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Cancellable)]
pub(super) struct CancellableView {
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// What goes back if every ticket is cancelled now.
    pub refund: MoneyView,
    /// How much of a ticket's price goes back.
    pub refund_percent: u32,
}
