//! Committing until the store has said yes or no.

use turnout_bus::pause;
use turnout_store::{Change, CommitError, Committed};

use crate::Engagement;

/// How often one change is sent before we say that we cannot.
const COMMIT_TRIES_MAX: u32 = 3;

/// How often a use case gathers again after its change was refused.
pub(crate) const COMMIT_ATTEMPTS_MAX: u32 = 5;

impl Engagement {
    /// Commits `change`. One whose answer was lost is sent again under its token, so it is applied once.
    pub(crate) async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        for tried in 1..COMMIT_TRIES_MAX {
            match self.store().commit(change.clone()).await {
                Err(CommitError::Busy { .. } | CommitError::Unknown { .. }) => {
                    tokio::time::sleep(pause(tried)).await;
                }
                answer => return answer,
            }
        }
        self.store().commit(change).await
    }
}
