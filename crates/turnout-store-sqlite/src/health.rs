//! Whether the store still takes commits.

use std::sync::OnceLock;

use turnout_store::StoreError;

/// Sound until a write to the disk fails in a way that leaves open what is there. From then on nothing is written any
/// more: after a failed sync the system may have dropped pages it still shows us, and only a restart, which reads the
/// log anew from the disk, tells what was kept.
#[derive(Debug, Default)]
pub(crate) struct Health {
    broken: OnceLock<String>,
}

impl Health {
    /// Takes no more commits, and says why.
    pub(crate) fn break_because(&self, why: &str) {
        if self.broken.set(why.to_owned()).is_ok() {
            tracing::error!(
                why,
                "The store takes no more commits. The process must be restarted"
            );
        }
    }

    /// Why no commits are taken, if so.
    pub(crate) fn broken(&self) -> Option<String> {
        self.broken
            .get()
            .map(|why| format!("a write to the disk failed, and the process must be restarted: {why}"))
    }

    /// Whether commits are taken.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        self.broken()
            .map_or(Ok(()), |why| Err(StoreError::Unavailable { why }))
    }
}

/// What an error of the database means for those who wait for its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Rolled back; the next one may go through.
    Passing,
    /// The disk or the file is not what it should be.
    Broken,
}

/// A full disk, a file held by another program and want of memory pass; everything else does not.
pub(crate) fn trouble(error: &rusqlite::Error) -> Trouble {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull, OperationInterrupted, OutOfMemory};
    match error.sqlite_error_code() {
        Some(DiskFull | DatabaseBusy | DatabaseLocked | OperationInterrupted | OutOfMemory) => {
            Trouble::Passing
        }
        _ => Trouble::Broken,
    }
}

/// A read that the database could not do.
pub(crate) fn unavailable(error: &rusqlite::Error) -> StoreError {
    StoreError::Unavailable {
        why: error.to_string(),
    }
}
