//! The store itself: the ends of the threads.

use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use async_trait::async_trait;
use tokio::sync::{Notify, oneshot};
use turnout_store::{
    Change, CommitError, Committed, Cursor, Item, Key, OutboxBatch, OutboxPosition, Page, Query, Read, Store,
    StoreError, Table, check_keys, check_limit,
};

use crate::backup::{self, BackupError};
use crate::batch::Judged;
use crate::checkpoint::{PAGES_MIN, checkpoints};
use crate::folder::Folder;
use crate::health::{Health, unavailable};
use crate::open::{Opened, open};
use crate::queries;
use crate::readers::{Readers, closed};
use crate::writer::{self, Commit, Failure, Job, Outcome, QUEUE_MAX, Reply, Signals, Work, Writer};
use crate::{OpenError, Options};

/// Items in one `SQLite` file. A clone is another handle on the same file; when the last one is dropped, what waits is
/// written, and the file is closed.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// None once the store is closed.
    jobs: Mutex<Option<SyncSender<Job>>>,
    readers: Arc<Readers>,
    signals: Arc<Signals>,
    health: Arc<Health>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Let go of last: until then nobody else may open the folder.
    folder: Folder,
}

/// What tests of the store set otherwise.
pub(crate) struct Tuning {
    pub(crate) commit: Commit,
    pub(crate) checkpoint_pages_min: i32,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            commit: Box::new(writer::commit),
            checkpoint_pages_min: PAGES_MIN,
        }
    }
}

impl SqliteStore {
    /// Opens the store in a folder, and makes both if they are not there.
    ///
    /// # Errors
    /// [`OpenError`], and nothing was changed, if the folder is in use, not on a disk of this machine, or has a file
    /// of another program or of a newer version.
    pub fn open(folder: &Path, options: &Options) -> Result<Self, OpenError> {
        Self::open_tuned(folder, options, Tuning::default())
    }

    pub(crate) fn open_tuned(folder: &Path, options: &Options, tuning: Tuning) -> Result<Self, OpenError> {
        let Opened {
            folder,
            writer,
            checkpointer,
            readers,
            outbox_next,
        } = open(folder, options)?;
        let (jobs, queue) = sync_channel(QUEUE_MAX);
        let (signals, health) = (Arc::new(Signals::default()), Arc::new(Health::default()));
        let (checkpoints, checkpointer) =
            checkpoints(checkpointer, Arc::clone(&health), tuning.checkpoint_pages_min);
        let writer = Writer {
            connection: writer,
            jobs: queue,
            clock: Arc::clone(&options.clock),
            signals: Arc::clone(&signals),
            health: Arc::clone(&health),
            checkpoints,
            outbox_next,
            swept: Instant::now(),
            commit: tuning.commit,
        };
        let threads = [
            thread("store-writer", move || writer.run())?,
            thread("store-checkpoint", move || checkpointer.run())?,
        ];
        Ok(Self {
            inner: Arc::new(Inner {
                jobs: Mutex::new(Some(jobs)),
                readers: Readers::new(readers),
                signals,
                health,
                threads: Mutex::new(threads.into()),
                folder,
            }),
        })
    }

    /// Writes what waits, and closes the file, for all handles: from now on they answer that the store is not
    /// available. Dropping the last handle does the same, on the thread that drops it.
    pub async fn close(self) {
        let inner = Arc::clone(&self.inner);
        drop(self);
        // The threads log what they have to say themselves.
        drop(tokio::task::spawn_blocking(move || inner.close()).await);
    }

    /// Copies what is committed at this moment to a new file, while the store goes on. To restore it, put it into an
    /// empty folder as `turnout.db`.
    ///
    /// # Errors
    /// [`BackupError`]; there is no file then, or the one that was there before.
    pub async fn backup(&self, to: &Path) -> Result<(), BackupError> {
        let (inner, to) = (Arc::clone(&self.inner), to.to_owned());
        let file = to.clone();
        let done = tokio::task::spawn_blocking(move || backup::back_up(&inner.folder.database(), &to));
        done.await.unwrap_or_else(|error| {
            Err(BackupError::File {
                file,
                source: error.into(),
            })
        })
    }

    /// What is wrong with the file, if anything. Reads all of it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it cannot be read at all.
    pub async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.inner
            .readers
            .read(|connection| backup::faults(connection).map_err(|error| unavailable(&error)))
            .await
    }

    /// Deletes items that expired more than an hour ago, a thousand at most, without waiting for the writer to do so by
    /// itself. Gives how many are gone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the transaction was not committed.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        self.gone(Work::Sweep).await
    }

    async fn gone(&self, work: Work) -> Result<usize, StoreError> {
        match self.inner.ask(work).await.map_err(Failure::of_store)? {
            Outcome::Gone(rows) => Ok(rows),
            Outcome::Judged(_) => Ok(0),
        }
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(OpenError::Thread)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    /// Hands work to the writer and waits for its answer.
    async fn ask(&self, work: Work) -> Reply {
        if let Some(why) = self.health.broken() {
            return Err(Failure::NotWritten(why));
        }
        let (reply, answer) = oneshot::channel();
        let sent = match lock(&self.jobs).as_ref() {
            Some(jobs) => jobs.try_send(Job { work, reply }),
            None => return Err(Failure::NotWritten(closed().to_string())),
        };
        match sent {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                return Err(Failure::NotWritten(format!("{QUEUE_MAX} changes wait already")));
            }
            Err(TrySendError::Disconnected(_)) => {
                return Err(Failure::NotWritten("the writer has ended".to_owned()));
            }
        }
        answer
            .await
            .unwrap_or_else(|_| Err(Failure::Unknown("the writer ended before it answered".to_owned())))
    }

    fn writer_runs(&self) -> bool {
        lock(&self.threads)
            .first()
            .is_some_and(|writer| !writer.is_finished())
    }

    fn close(&self) {
        // The readers first: whoever closes the file last moves the log into it, and a reader may not. Then a store at
        // rest is one file, to be copied as such.
        self.readers.close();
        drop(lock(&self.jobs).take());
        let threads = std::mem::take(&mut *lock(&self.threads));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("A thread of the store has panicked");
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn get(&self, key: &Key, _read: Read) -> Result<Option<Item>, StoreError> {
        key.validate()?;
        let key = key.clone();
        self.inner
            .readers
            .read(move |connection| queries::get(connection, &key))
            .await
    }

    async fn get_many(&self, keys: &[Key], _read: Read) -> Result<Vec<Option<Item>>, StoreError> {
        check_keys(keys)?;
        let keys = keys.to_vec();
        let all = move |connection: &_| keys.iter().map(|key| queries::get(connection, key)).collect();
        self.inner.readers.read(all).await
    }

    async fn query(&self, query: Query) -> Result<Page, StoreError> {
        query.validate()?;
        self.inner
            .readers
            .read(move |connection| queries::query(connection, &query))
            .await
    }

    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        check_limit(limit)?;
        let after = after.map(|cursor| cursor.scanned(table)).transpose()?;
        self.inner
            .readers
            .read(move |connection| queries::scan(connection, table, after, limit))
            .await
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        change.validate()?;
        match self
            .inner
            .ask(Work::Commit(change))
            .await
            .map_err(Failure::of_commit)?
        {
            Outcome::Judged(Judged::Applied(committed)) => Ok(committed),
            Outcome::Judged(Judged::Refused(refusals)) => Err(CommitError::Refused(refusals)),
            Outcome::Judged(Judged::Unreadable { key, why }) => Err(CommitError::Corrupt { key, why }),
            Outcome::Gone(_) => Ok(Committed { versions: Vec::new() }),
        }
    }

    async fn outbox(
        &self,
        table: Table,
        after: Option<&OutboxPosition>,
        limit: usize,
    ) -> Result<Vec<OutboxBatch>, StoreError> {
        let after = queries::outbox_number(after);
        self.inner
            .readers
            .read(move |connection| queries::outbox(connection, table, after, limit))
            .await
    }

    async fn outbox_sent(&self, table: Table, positions: &[OutboxPosition]) -> Result<(), StoreError> {
        // What is not a number never was a position here, and so is gone already.
        let positions: Vec<i64> = positions
            .iter()
            .filter_map(|position| position.0.parse().ok())
            .collect();
        if positions.is_empty() {
            return Ok(());
        }
        self.gone(Work::Sent(table, positions)).await.map(drop)
    }

    fn outbox_signal(&self, table: Table) -> Arc<Notify> {
        self.inner.signals.of(table)
    }

    /// The data folder is locked against others from opening to closing.
    fn is_exclusive(&self) -> bool {
        true
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.inner.health.check()?;
        if !self.inner.writer_runs() {
            return Err(closed());
        }
        let readable = |connection: &rusqlite::Connection| {
            let one = connection.query_row("SELECT EXISTS (SELECT 1 FROM items)", [], |_| Ok(()));
            one.map_err(|error| unavailable(&error))
        };
        self.inner.readers.read(readable).await
    }
}
