//! Copies of a store in use, and looking whether a file is sound.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::connection;

/// Why a backup was not made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no store to be copied, or one of another program or version.
    #[error(transparent)]
    Open(#[from] crate::OpenError),
    /// A backup is not written over anything.
    #[error("the file {} is there already", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// The copy cannot be written.
    #[error("the file {} cannot be written", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database cannot be copied.
    #[error("the database cannot be copied to {}", file.display())]
    Database {
        /// The copy.
        file: PathBuf,
        /// What `SQLite` said.
        source: rusqlite::Error,
    },
}

/// Copies what is committed at this moment, in one read: changes go on meanwhile and are not in the copy. The copy
/// appears under its name when it is whole and durable.
pub(crate) fn back_up(database: &Path, to: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::File {
        file: to.to_owned(),
        source,
    };
    if to.try_exists().map_err(failed)? {
        return Err(BackupError::Exists { file: to.to_owned() });
    }
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = to.with_file_name(name);
    let copied = copy(database, &part).map_err(|source| BackupError::Database {
        file: to.to_owned(),
        source,
    });
    let named = copied.and_then(|()| rename(&part, to).map_err(failed));
    if named.is_err() {
        // What is left of it is of no use; that it cannot be removed is less than why it failed.
        drop(std::fs::remove_file(&part));
    }
    named
}

fn copy(database: &Path, part: &Path) -> rusqlite::Result<()> {
    let from = connection::open_reader(database)?;
    let mut to = connection::open(part)?;
    to.pragma_update(None, "synchronous", "FULL")?;
    let backup = Backup::new(&from, &mut to)?;
    // All pages in one step, so that a commit in between does not make it begin again.
    while backup.step(-1)? != StepResult::Done {
        std::thread::yield_now();
    }
    drop(backup);
    // One file, to be copied on as such; opened as a store, it gets its log back.
    to.pragma_update(None, "journal_mode", "DELETE")
}

fn rename(part: &Path, to: &Path) -> std::io::Result<()> {
    File::open(part)?.sync_all()?;
    std::fs::rename(part, to)?;
    let folder = to
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// What `PRAGMA integrity_check` finds wrong, at most a hundred things; nothing if the file is sound.
pub(crate) fn faults(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(100)")?;
    let found = statement.query_map([], |row| row.get(0))?;
    let found: Vec<String> = found.collect::<rusqlite::Result<_>>()?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}
