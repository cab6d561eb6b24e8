//! To count no longer who gave their tickets back, from what ticketing tells.

use async_trait::async_trait;
use turnout_bus::{Handler, HandlerError};
use turnout_domain::Envelope;
use turnout_domain::messages::TicketsCancelled;
use turnout_store::{CommitError, Read};

use crate::{Registration, items};

/// How often it is tried again when the participant's item changed meanwhile.
const COMMIT_ATTEMPTS_MAX: usize = 8;

/// Takes ticketing's messages of cancelled tickets.
pub(crate) struct Cancellations(pub Registration);

#[async_trait]
impl Handler for Cancellations {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        let Some(cancelled) = message.open::<TicketsCancelled>().map_err(HandlerError::new)? else {
            return Ok(());
        };
        self.0.cancel_tickets(&cancelled).await.map_err(HandlerError::new)
    }
}

impl Registration {
    /// Leaves an order the places that remain to it. Messages come in any order and more than once: what remains only
    /// shrinks, so the least that was told is what holds; told before the order itself, it stands for it.
    async fn cancel_tickets(&self, cancelled: &TicketsCancelled) -> Result<(), CommitError> {
        let key = items::participant_key(cancelled.event_id, cancelled.order_id);
        let mut refused = CommitError::Refused(Vec::new());
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let found = self.store().get(&key, Read::Consistent).await;
            let known = found.map_err(|error| CommitError::Busy {
                why: error.to_string(),
            })?;
            let change = items::stay(cancelled, known.as_ref()).map_err(|error| CommitError::Busy {
                why: error.to_string(),
            })?;
            let Some(change) = change else { return Ok(()) };
            match self.commit(change).await {
                Ok(_) => return Ok(()),
                Err(error @ CommitError::Refused(_)) => refused = error,
                Err(error) => return Err(error),
            }
        }
        Err(refused)
    }
}
