//! The storage port on `SQLite`: the embedded default, one file in one folder on one machine.
//!
//! - One thread writes. It takes all changes that wait, judges each by itself, and commits what is not refused in one
//!   transaction: a sync costs the same for one change and for two hundred. Nobody is answered before it is durable.
//! - A few connections read, beside it and without waiting for it, from the last commit on.
//! - A third thread moves what was committed from the write-ahead log into the file, and the writer does the last
//!   stretch between two commits: without that the log would never begin anew.
//!
//! An operator looks inside with `sqlite3 turnout.db`: keys, counters and documents are text and JSON there.

mod backup;
mod batch;
mod checkpoint;
mod connection;
mod folder;
mod health;
mod open;
mod queries;
mod readers;
mod restore;
mod rows;
mod schema;
mod snapshot;
mod store;
mod sweep;
#[cfg(test)]
mod trouble_tests;
mod writer;

pub use backup::BackupError;
pub use open::{OpenError, Options};
pub use restore::{RestoreError, restore};
pub use snapshot::{SqliteSnapshot, back_up};
pub use store::SqliteStore;
