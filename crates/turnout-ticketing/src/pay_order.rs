//! Pays an order: what it holds becomes tickets.

use turnout_domain::OrderId;

use crate::Ticketing;
use crate::combiner::Step;
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
    /// Confirms the order. Paid again, it stays as it is.
    ///
    /// # Errors
    /// [`SaleError::HoldExpired`], [`SaleError::Declined`], [`SaleError::PaymentDue`] and what the store says.
    pub(crate) async fn pay_order(&self, id: OrderId, payment: Payment) -> Result<Order, SaleError> {
        let (order, version) = self.order(id).await?.ok_or(SaleError::Unknown)?;
        if matches!(order.state, OrderState::Confirmed { .. }) {
            return Ok(order);
        }
        // Asked before the money moves; the change asks again.
        order.confirm(self.clock.now())?;
        match payment {
            Payment::Free if !order.total.is_zero() => return Err(SaleError::PaymentDue),
            Payment::Sandbox { declines: true } => return Err(SaleError::Declined),
            Payment::Free | Payment::Sandbox { declines: false } => {}
        }
        let settled = self
            .combiner
            .settle(order.event_id, Step::Confirm { order, version })
            .await?;
        Ok(settled.order)
    }
}
