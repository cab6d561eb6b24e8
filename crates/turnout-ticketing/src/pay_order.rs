//! Pays an order: what it holds becomes tickets.

use crate::Ticketing;
use crate::combiner::{Settled, Step};
use crate::error::SaleError;
use crate::model::{Order, OrderState};

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payment {
    /// Nothing is to be paid.
    Free,
    /// A provider that plays along: no money moves.
    Sandbox {
        /// Whether it declines.
        declines: bool,
    },
}

impl Ticketing {
    /// Confirms the order, read at this version. Paid again, it stays as it is.
    ///
    /// # Errors
    /// [`SaleError::HoldExpired`], [`SaleError::Declined`], [`SaleError::PaymentDue`] and what the store says.
    pub(crate) async fn pay_order(
        &self,
        (order, version): (Order, u64),
        payment: Payment,
    ) -> Result<Settled, SaleError> {
        if matches!(order.state, OrderState::Confirmed { .. }) {
            return Ok(Settled {
                order,
                replayed: true,
            });
        }
        // Asked before the money moves; the change asks again.
        order.confirm(self.clock.now())?;
        if order.incomplete {
            let missing = self.offer(order.event_id).await?.unanswered(&order);
            if !missing.is_empty() {
                return Err(SaleError::Invalid(missing));
            }
        }
        match payment {
            Payment::Free if !order.total.is_zero() => return Err(SaleError::PaymentDue),
            Payment::Sandbox { declines: true } => return Err(SaleError::Declined),
            Payment::Free | Payment::Sandbox { declines: false } => {}
        }
        self.combiner
            .settle(order.event_id, Step::Confirm { order, version })
            .await
    }
}
