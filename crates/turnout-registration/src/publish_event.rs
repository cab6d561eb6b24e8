//! To publish an event: it goes on show, and its tickets on sale.

use turnout_domain::EventId;
use turnout_domain::messages::EventChange;
use turnout_http::{Manage, Permit};
use turnout_store::{CommitError, StoreError};

use crate::Registration;
use crate::model::{CountedEvent, PublishRefused};
use crate::registration::COMMIT_ATTEMPTS_MAX;

/// Why an event is not published.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishEventError {
    #[error("there is no such event")]
    Unknown,
    #[error(transparent)]
    Refused(#[from] PublishRefused),
    #[error("could not read the event")]
    Store(#[from] StoreError),
    #[error("could not write the event")]
    Commit(#[from] CommitError),
}

impl Registration {
    /// Publishes an event of the permit's organizer. One that is published already stays as it is.
    pub(crate) async fn publish_event(
        &self,
        by: &Permit<Manage>,
        id: EventId,
    ) -> Result<CountedEvent, PublishEventError> {
        let mut attempts = 1;
        loop {
            let found = self.event(id).await?;
            let found = found.filter(|found| found.event.organizer == by.organizer());
            let current = found.ok_or(PublishEventError::Unknown)?;
            let Some(event) = current.event.published(self.now())? else {
                return Ok(current);
            };
            match self.commit_changed(&event, EventChange::Published).await {
                Ok(_) => {
                    tracing::info!(event.id = %id, "Published event `{id}`");
                    return Ok(CountedEvent { event, ..current });
                }
                Err(CommitError::Refused(_)) if attempts < COMMIT_ATTEMPTS_MAX => attempts += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
