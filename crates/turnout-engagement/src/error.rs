//! How a message's effect fails to happen.

use turnout_bus::HandlerError;
use turnout_http::{PeerError, Problem};
use turnout_store::{CommitError, StoreError};

/// Why something could not be done. None of them is the caller's doing; the same may go through later.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EffectError {
    /// A message is not what its kind says.
    #[error("the message cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// The store did not answer.
    #[error("could not read what stands")]
    Store(#[from] StoreError),
    /// The store did not take a change.
    #[error("could not commit")]
    Commit(#[from] CommitError),
    /// Another service did not answer.
    #[error("could not ask another service")]
    Peer(#[from] PeerError),
}

impl From<EffectError> for HandlerError {
    fn from(error: EffectError) -> Self {
        Self::new(error)
    }
}

impl From<EffectError> for Problem {
    fn from(error: EffectError) -> Self {
        match error {
            EffectError::Malformed(error) => {
                tracing::error!(%error, "A message could not be read");
                Self::internal()
            }
            EffectError::Store(error) => error.into(),
            EffectError::Commit(error) => error.into(),
            EffectError::Peer(error) => error.into(),
        }
    }
}
