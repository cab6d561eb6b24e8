//! Connections, and the settings that durability hangs on.

use std::path::Path;
use std::time::Duration;

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
