//! What can go wrong in every use case.

use turnout_http::Problem;
use turnout_store::{CommitError, StoreError};

/// A part that is needed does not do its work now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unable {
    #[error("could not read")]
    Read(#[from] StoreError),
    #[error("could not commit")]
    Commit(#[from] CommitError),
    #[error("too many passwords wait to be hashed")]
    Crowded,
}

impl From<Unable> for Problem {
    fn from(unable: Unable) -> Self {
        match unable {
            Unable::Read(error) => error.into(),
            Unable::Commit(error) => error.into(),
            Unable::Crowded => {
                tracing::warn!("Too many passwords wait to be hashed");
                Self::unavailable()
            }
        }
    }
}
