//! Gives back what an order holds.

use crate::Ticketing;
use crate::combiner::Step;
use crate::error::SaleError;
use crate::model::{Order, OrderState};

impl Ticketing {
    /// Releases the hold of the order, read at this version; one that is gone already stays so.
    ///
    /// # Errors
    /// [`SaleError::NotHeld`] if its tickets were issued.
    pub(crate) async fn release_order(&self, (order, version): (Order, u64)) -> Result<(), SaleError> {
        if matches!(
            order.state,
            OrderState::Cancelled { .. } | OrderState::Expired { .. }
        ) {
            return Ok(());
        }
        order.release(self.clock.now())?;
        self.combiner
            .settle(order.event_id, Step::Release { order, version })
            .await
            .map(drop)
    }
}
