//! One moment of a store, read beside whoever writes it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::sync::Notify;
use turnout_store::{
    Change, CommitError, Committed, Cursor, Item, Key, OutboxBatch, OutboxPosition, Page, Query, Read, Store,
    StoreError, Table, check_keys, check_limit,
};

use crate::backup::{self, BackupError};
use crate::health::unavailable;
use crate::open::{database_error, owned_version};
use crate::{OpenError, connection, folder, queries, schema};

/// A store as it stands at the moment of opening, for as long as it is held. It needs no lock: a server may run on the
/// folder and go on writing, none of which is seen. It writes nothing, so a commit is
/// [`CommitError::Busy`](turnout_store::CommitError::Busy). While it is held, the server's log grows: do not keep it.
#[derive(Debug, Clone)]
pub struct SqliteSnapshot {
    connection: Arc<Mutex<Connection>>,
}

impl SqliteSnapshot {
    /// Opens the store in a folder for reading.
    ///
    /// # Errors
    /// [`OpenError`] if there is no store, or one of another program or another version.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        Self::of_file(&folder::database_in(folder)?)
    }

    /// Opens a file, say a backup, for reading.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn of_file(file: &Path) -> Result<Self, OpenError> {
        let failed = |source| database_error(file, source);
        if !file.is_file() {
            return Err(OpenError::Missing {
                file: file.to_owned(),
            });
        }
        let connection = connection::open_reader(file).map_err(failed)?;
        match owned_version(&connection, file)? {
            schema::VERSION => {}
            found => {
                return Err(OpenError::Older {
                    file: file.to_owned(),
                    found,
                    known: schema::VERSION,
                });
            }
        }
        // The moment is that of the first read.
        let first = "SELECT EXISTS (SELECT 1 FROM items)";
        connection
            .execute_batch("BEGIN")
            .and_then(|()| connection.query_row(first, [], |_| Ok(())))
            .map_err(failed)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// What is wrong with the file, if anything. Reads all of it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it cannot be read at all.
    pub async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.read(|connection| backup::faults(connection).map_err(|error| unavailable(&error)))
            .await
    }

    /// The names of the tables that have items or messages.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if they cannot be read.
    pub async fn tables(&self) -> Result<Vec<String>, StoreError> {
        self.read(|connection| queries::tables(connection).map_err(|error| unavailable(&error)))
            .await
    }

    /// How many batches wait in the outbox of a table.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if they cannot be counted.
    pub async fn outbox_batches(&self, table: Table) -> Result<i64, StoreError> {
        self.read(move |connection| {
            queries::outbox_batches(connection, table).map_err(|error| unavailable(&error))
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = Arc::clone(&self.connection);
        let done = tokio::task::spawn_blocking(move || {
            work(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        done.await.unwrap_or_else(|error| {
            Err(StoreError::Unavailable {
                why: error.to_string(),
            })
        })
    }
}

/// Copies the store in a folder to a new file, as it stands at this moment, while a server may run on it.
///
/// # Errors
/// [`OpenError`] inside, if there is no store of this version; [`BackupError`] if it cannot be copied. There is no file
/// then, or the one that was there before.
pub async fn back_up(folder: &Path, to: &Path) -> Result<(), BackupError> {
    let database = folder::database_in(folder)?;
    drop(SqliteSnapshot::of_file(&database)?);
    let to = to.to_owned();
    let file = to.clone();
    let done = tokio::task::spawn_blocking(move || backup::back_up(&database, &to));
    done.await.unwrap_or_else(|error| {
        Err(BackupError::File {
            file,
            source: error.into(),
        })
    })
}

const READ_ONLY: &str = "this is a snapshot, which nothing can be written to";

#[async_trait]
impl Store for SqliteSnapshot {
    async fn get(&self, key: &Key, _read: Read) -> Result<Option<Item>, StoreError> {
        key.validate()?;
        let key = key.clone();
        self.read(move |connection| queries::get(connection, &key)).await
    }

    async fn get_many(&self, keys: &[Key], _read: Read) -> Result<Vec<Option<Item>>, StoreError> {
        check_keys(keys)?;
        let keys = keys.to_vec();
        self.read(move |connection| keys.iter().map(|key| queries::get(connection, key)).collect())
            .await
    }

    async fn query(&self, query: Query) -> Result<Page, StoreError> {
        query.validate()?;
        self.read(move |connection| queries::query(connection, &query))
            .await
    }

    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        check_limit(limit)?;
        let after = after.map(|cursor| cursor.scanned(table)).transpose()?;
        self.read(move |connection| queries::scan(connection, table, after, limit))
            .await
    }

    async fn commit(&self, _change: Change) -> Result<Committed, CommitError> {
        Err(CommitError::Busy {
            why: READ_ONLY.to_owned(),
        })
    }

    async fn outbox(
        &self,
        table: Table,
        after: Option<&OutboxPosition>,
        limit: usize,
    ) -> Result<Vec<OutboxBatch>, StoreError> {
        let after = queries::outbox_number(after);
        self.read(move |connection| queries::outbox(connection, table, after, limit))
            .await
    }

    async fn outbox_sent(&self, _table: Table, _positions: &[OutboxPosition]) -> Result<(), StoreError> {
        Err(StoreError::Unavailable {
            why: READ_ONLY.to_owned(),
        })
    }

    /// Nothing is committed here, so nobody is ever notified.
    fn outbox_signal(&self, _table: Table) -> Arc<Notify> {
        Arc::default()
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
