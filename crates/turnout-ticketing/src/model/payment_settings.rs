//! What an organizer chooses about paying and cancelling.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{EventCopy, Method, Order, OrderState};

/// How the tickets of an event are paid, and whether buyers may give them back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PaymentSettings {
    pub methods: Vec<Method>,
    #[serde(default)]
    pub offline: OfflineSettings,
    #[serde(default)]
    pub cancellation: CancellationSettings,
}

/// How an offline payment is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfflineSettings {
    /// The bank's details, in the organizer's words.
    pub instructions: String,
    /// How many days the places are kept.
    pub due_days: u32,
    /// Whether it can be paid at the door; then the places are kept until the event is over.
    pub at_door: bool,
}

impl Default for OfflineSettings {
    fn default() -> Self {
        Self {
            instructions: String::new(),
            due_days: 7,
            at_door: false,
        }
    }
}

/// Whether buyers may cancel by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CancellationSettings {
    pub by_buyer: bool,
    /// How many hours before the event begins it is too late.
    pub until_hours_before: u32,
    /// How much of the price goes back.
    pub refund_percent: u32,
}

impl Default for CancellationSettings {
    fn default() -> Self {
        Self {
            by_buyer: false,
            until_hours_before: 24,
            refund_percent: 100,
        }
    }
}

impl PaymentSettings {
    /// Until when an offline payment is waited for: some days, but not longer than the event.
    pub fn offline_due_at(&self, event: &EventCopy, now: Timestamp) -> Timestamp {
        let over = event.ends_at.instant();
        if self.offline.at_door {
            return over;
        }
        let days = SignedDuration::from_hours(24 * i64::from(self.offline.due_days));
        now.checked_add(days).unwrap_or(Timestamp::MAX).min(over)
    }

    /// Until when a buyer may cancel; `None` if never.
    pub fn cancellable_until(&self, event: &EventCopy) -> Option<Timestamp> {
        let cancellation = &self.cancellation;
        let before = SignedDuration::from_hours(cancellation.until_hours_before.into());
        let begins = event.starts_at().instant();
        cancellation
            .by_buyer
            .then(|| begins.checked_sub(before).unwrap_or(Timestamp::MIN))
    }

    /// Whether a buyer may cancel tickets of the order now.
    pub fn buyer_may_cancel(&self, order: &Order, event: &EventCopy, now: Timestamp) -> bool {
        matches!(order.state, OrderState::Confirmed { .. })
            && self.cancellable_until(event).is_some_and(|until| now < until)
    }

    /// How much of what tickets cost goes back to a buyer who cancels them: what can go back, and no more.
    pub fn buyers_refund(&self, order: &Order, cost: i64) -> i64 {
        let percent = i128::from(self.cancellation.refund_percent.min(100));
        let part = i64::try_from(i128::from(cost) * percent / 100).unwrap_or(0);
        part.min(order.account.refundable()).max(0)
    }
}
