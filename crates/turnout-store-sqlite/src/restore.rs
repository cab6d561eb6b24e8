//! A store from a backup.

use std::path::Path;

use rusqlite::Connection;

use crate::backup::{self, BackupError};
use crate::folder::{DATABASE, Folder};
use crate::snapshot::SqliteSnapshot;
use crate::{OpenError, connection};

/// Why a backup was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The backup is not a store of this program, or the folder cannot be had.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The folder has something in it.
    #[error("the folder {} is not empty: it has {found}", folder.display())]
    NotEmpty {
        /// The folder.
        folder: std::path::PathBuf,
        /// The first thing in it.
        found: String,
    },
    /// The backup is damaged.
    #[error("the backup {} is damaged: {what}", file.display())]
    Damaged {
        /// The backup.
        file: std::path::PathBuf,
        /// What `SQLite` found first.
        what: String,
    },
    /// The copy was not made.
    #[error(transparent)]
    Copy(#[from] BackupError),
    /// The store that stands there cannot be put away.
    #[error("the folder {} cannot be written", folder.display())]
    Folder {
        /// The folder.
        folder: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What the backup's program and `SQLite` leave beside a database.
const SIDECARS: [&str; 3] = ["", "-wal", "-shm"];

/// Makes a store in `folder` from a backup: all of it is checked first, and nothing is touched if anything is wrong. A
/// store that stands there is put away beside it, under a name that ends in `.replaced`, if `replace` says so.
///
/// # Errors
/// [`RestoreError`], and the folder is as it was.
pub fn restore(backup: &Path, folder: &Path, replace: bool) -> Result<(), RestoreError> {
    let failed = |source| RestoreError::Folder {
        folder: folder.to_owned(),
        source,
    };
    check(backup)?;
    if !replace && let Some(found) = first_in(folder).map_err(failed)? {
        return Err(RestoreError::NotEmpty {
            folder: folder.to_owned(),
            found,
        });
    }
    // No server may run on the folder, nor start while it is filled.
    let lock = Folder::lock(folder)?;
    let database = lock.database();
    let copy = folder.join(format!("{DATABASE}.restoring"));
    for sidecar in SIDECARS {
        remove(&folder.join(format!("{DATABASE}.restoring{sidecar}"))).map_err(failed)?;
    }
    backup::back_up(backup, &copy)?;
    for sidecar in SIDECARS {
        let from = folder.join(format!("{DATABASE}{sidecar}"));
        let to = folder.join(format!("{DATABASE}.replaced{sidecar}"));
        // A log of an earlier one must not be taken for that of this one.
        remove(&to).map_err(failed)?;
        match std::fs::rename(&from, &to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    std::fs::rename(&copy, &database).map_err(failed)?;
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

/// Whether the backup is ours, of a version that this program reads, and sound.
fn check(backup: &Path) -> Result<(), RestoreError> {
    match SqliteSnapshot::of_file(backup) {
        // What is older is brought up to date when the store is opened.
        Ok(_) | Err(OpenError::Older { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let damaged = |what: String| RestoreError::Damaged {
        file: backup.to_owned(),
        what,
    };
    let connection: Connection =
        connection::open_reader(backup).map_err(|error| damaged(error.to_string()))?;
    let faults = backup::faults(&connection).map_err(|error| damaged(error.to_string()))?;
    match faults.into_iter().next() {
        Some(what) => Err(damaged(what)),
        None => Ok(()),
    }
}

/// The name of something in the folder, if it is there and not empty. The lock alone is nothing.
fn first_in(folder: &Path) -> std::io::Result<Option<String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name != crate::folder::LOCK {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn remove(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
