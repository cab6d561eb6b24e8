//! Gives back what an order holds.

use turnout_domain::OrderId;

use crate::Ticketing;
use crate::combiner::Step;
use crate::error::SaleError;
use crate::model::{Order, OrderState};

impl Ticketing {
    /// Releases the hold; one that is gone already stays so.
    ///
    /// # Errors
    /// [`SaleError::NotHeld`] if its tickets were issued.
    pub(crate) async fn release_order(&self, id: OrderId) -> Result<Order, SaleError> {
        let (order, version) = self.order(id).await?.ok_or(SaleError::Unknown)?;
        if matches!(
            order.state,
            OrderState::Cancelled { .. } | OrderState::Expired { .. }
        ) {
            return Ok(order);
        }
        let settled = self
            .combiner
            .settle(order.event_id, Step::Release { order, version })
            .await?;
        Ok(settled.order)
    }
}
