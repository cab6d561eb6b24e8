//! To cancel an event: it stays visible, as called off, and everyone who holds a ticket is told.

use turnout_domain::EventId;
use turnout_domain::messages::EventChange;
use turnout_http::{Manage, Permit};
use turnout_store::{CommitError, StoreError};

use crate::Registration;
use crate::model::{CancelRefused, CountedEvent};
use crate::registration::COMMIT_ATTEMPTS_MAX;

/// Why an event is not cancelled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CancelEventError {
    #[error("there is no such event")]
    Unknown,
    #[error(transparent)]
    Refused(#[from] CancelRefused),
    #[error("could not read the event")]
    Store(#[from] StoreError),
    #[error("could not write the event")]
    Commit(#[from] CommitError),
}

impl Registration {
    /// Cancels an event of the permit's organizer. One that is cancelled already stays as it is.
    pub(crate) async fn cancel_event(
        &self,
        by: &Permit<Manage>,
        id: EventId,
    ) -> Result<CountedEvent, CancelEventError> {
        let mut attempts = 1;
        loop {
            let found = self.event(id).await?;
            let found = found.filter(|found| found.event.organizer == by.organizer());
            let current = found.ok_or(CancelEventError::Unknown)?;
            let Some(event) = current.event.cancelled(self.now())? else {
                return Ok(current);
            };
            match self.commit_changed(&event, EventChange::Cancelled).await {
                Ok(_) => {
                    tracing::info!(event.id = %id, "Cancelled event `{id}`");
                    return Ok(CountedEvent { event, ..current });
                }
                Err(CommitError::Refused(_)) if attempts < COMMIT_ATTEMPTS_MAX => attempts += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
