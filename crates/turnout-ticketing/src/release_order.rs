//! Gives back what an order holds.

use crate::Ticketing;
use crate::combiner::Step;
use crate::error::SaleError;
use crate::model::{Order, OrderState, PaymentRecord};
use crate::payments::Status;

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
        let under_way = order
            .account
            .current()
            .filter(|payment| payment.awaits_provider());
        if let Some(payment) = under_way {
            self.close_payment(&order, payment).await?;
        }
        self.combiner
            .settle(order.event_id, Step::Release { order, version })
            .await
            .map(drop)
    }

    /// Ends a payment at its provider before the places go, so that nobody pays for nothing. A provider that does not
    /// answer is asked again later; money that comes all the same goes back.
    ///
    /// # Errors
    /// [`SaleError::NotHeld`] if it was paid a moment ago.
    async fn close_payment(&self, order: &Order, payment: &PaymentRecord) -> Result<(), SaleError> {
        let intent = self.intent(order, payment).await?;
        if intent.reference.is_none() {
            return Ok(());
        }
        let closed = match self.providers.of(payment.method) {
            Ok(provider) => provider.close(&intent).await,
            Err(error) => Err(error),
        };
        match closed {
            Ok(status @ Status::Succeeded(_)) => {
                self.settle_payment(order.id, payment.id, &status).await?;
                Err(SaleError::NotHeld)
            }
            Ok(Status::Pending | Status::Failed(_)) => Ok(()),
            Err(error) => {
                tracing::warn!(order.id = %order.id, payment.id = %payment.id, %error, "A payment could not be ended");
                Ok(())
            }
        }
    }
}
