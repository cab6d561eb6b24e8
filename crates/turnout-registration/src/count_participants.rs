//! To count who takes part, from what ticketing tells.

use async_trait::async_trait;
use turnout_bus::{Handler, HandlerError};
use turnout_domain::Envelope;
use turnout_domain::messages::OrderConfirmed;
use turnout_store::CommitError;

use crate::{Registration, items};

#[async_trait]
impl Handler for Registration {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        match message.open::<OrderConfirmed>().map_err(HandlerError::new)? {
            Some(order) => self.count_participant(&order).await.map_err(HandlerError::new),
            None => Ok(()),
        }
    }
}

impl Registration {
    /// Counts the places of an order, once: the participant's item is the mark that it was done, whichever message
    /// told of the order.
    ///
    /// An order's event was committed here before ticketing could hear of it, so its count stands. Should it be
    /// missing (say the tables were restored to different times), the message is refused, and comes again until it is
    /// there: to drop it would lose a participant for good.
    async fn count_participant(&self, order: &OrderConfirmed) -> Result<(), CommitError> {
        match self.commit(items::participate(order)).await {
            Ok(_) => Ok(()),
            Err(CommitError::Refused(refusals))
                if refusals
                    .iter()
                    .any(|refusal| refusal.write == items::PARTICIPANT_WRITE) =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
