//! The one thread that writes.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{Notify, oneshot};
use turnout_domain::Clock;
use turnout_store::{Change, CommitError, StoreError, Table};

use crate::batch::{Batch, Judged};
use crate::checkpoint::Checkpoints;
use crate::health::{Health, Trouble, trouble};
use crate::{connection, sweep};

/// The most jobs that wait; one more is turned away.
pub(crate) const QUEUE_MAX: usize = 1_024;
/// The most jobs of one transaction: more would make the first of them wait for the last, and gain little.
const BATCH_MAX: usize = 256;
/// From so many bytes of documents and messages on, a batch takes no more.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// How long the deletion of sent messages waits for a change to share a sync with. Whoever waits for it loses nothing,
/// and a lone buyer's next change does not queue behind a sync of its own.
const SENT_WAIT: Duration = Duration::from_millis(50);
/// The most batches whose deletion waits.
const SENT_WAIT_MAX: usize = 32;
/// How often is looked for what expired.
const SWEEP_PERIOD: Duration = Duration::from_secs(1);

/// Something to write, and who waits for it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) work: Work,
    pub(crate) reply: oneshot::Sender<Reply>,
}

/// Something to write.
#[derive(Debug)]
pub(crate) enum Work {
    /// A change, which is valid.
    Commit(Change),
    /// Batches that left the outbox.
    Sent(Table, Vec<i64>),
    /// What expired, now rather than at the next opportunity.
    Sweep,
}

/// What became of a job. Sent when its transaction is durable, or known not to be.
pub(crate) type Reply = Result<Outcome, Failure>;

/// What became of a job whose transaction was committed.
#[derive(Debug)]
pub(crate) enum Outcome {
    Judged(Judged),
    /// So many rows are gone.
    Gone(usize),
}

/// Why a transaction was not committed, or may not have been.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    NotWritten(String),
    Unknown(String),
}

impl Failure {
    pub(crate) fn of_commit(self) -> CommitError {
        match self {
            Self::NotWritten(why) => CommitError::Busy { why },
            Self::Unknown(why) => CommitError::Unknown { why },
        }
    }

    pub(crate) fn of_store(self) -> StoreError {
        let (Self::NotWritten(why) | Self::Unknown(why)) = self;
        StoreError::Unavailable { why }
    }
}

/// Who is woken when a table's outbox has something new.
#[derive(Debug, Default)]
pub(crate) struct Signals(Mutex<HashMap<Table, Arc<Notify>>>);

impl Signals {
    pub(crate) fn of(&self, table: Table) -> Arc<Notify> {
        let mut signals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(signals.entry(table).or_default())
    }
}

/// The thread's own.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) jobs: Receiver<Job>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) signals: Arc<Signals>,
    pub(crate) health: Arc<Health>,
    pub(crate) checkpoints: Checkpoints,
    pub(crate) outbox_next: i64,
    pub(crate) swept: Instant,
    pub(crate) commit: Commit,
}

/// Deletions of sent messages that wait for a change to go along with.
#[derive(Default)]
struct SentJobs {
    jobs: Vec<Job>,
    /// How many batches they delete.
    batches: usize,
    due: Option<Instant>,
}

impl SentJobs {
    /// Whether the job may wait with the others. Many batches are worth a sync of their own.
    fn takes(&self, job: &Job) -> bool {
        matches!(&job.work, Work::Sent(_, positions) if self.batches + positions.len() <= SENT_WAIT_MAX)
    }

    fn add(&mut self, job: Job) {
        if let Work::Sent(_, positions) = &job.work {
            self.batches += positions.len();
        }
        self.due.get_or_insert_with(|| Instant::now() + SENT_WAIT);
        self.jobs.push(job);
    }

    /// How long they wait yet; none if there are none.
    fn wait(&self) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(Instant::now()))
    }

    fn take(&mut self) -> std::vec::IntoIter<Job> {
        self.due = None;
        self.batches = 0;
        std::mem::take(&mut self.jobs).into_iter()
    }
}

/// Ends the transaction, durably. A value, so that a test can let it wait or fail.
pub(crate) type Commit = Box<dyn Fn(&Connection) -> rusqlite::Result<()> + Send>;

/// How transactions are ended outside of tests.
pub(crate) fn commit(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

impl Writer {
    /// Runs until nobody can send jobs any more and all of them are done.
    pub(crate) fn run(mut self) {
        let mut sent = SentJobs::default();
        loop {
            match self.jobs.recv_timeout(sent.wait().unwrap_or(SWEEP_PERIOD)) {
                Ok(job) if sent.takes(&job) => sent.add(job),
                Ok(job) => self.serve(sent.take().chain([job]).collect()),
                Err(RecvTimeoutError::Timeout) => {
                    if sent.wait() == Some(Duration::ZERO) {
                        self.serve(sent.take().collect());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.serve(sent.take().collect());
                    break;
                }
            }
            if self.swept.elapsed() >= SWEEP_PERIOD {
                self.swept = Instant::now();
                self.sweep();
            }
        }
        if self.health.broken().is_some() {
            connection::leave_log(&self.connection);
        }
    }

    /// Does these jobs, and with them all that wait behind them.
    fn serve(&mut self, first: Vec<Job>) {
        if first.is_empty() {
            return;
        }
        let mut bytes = first.iter().map(|job| job.work.bytes()).sum::<usize>();
        let (mut works, mut replies): (Vec<Work>, Vec<oneshot::Sender<Reply>>) =
            first.into_iter().map(|job| (job.work, job.reply)).unzip();
        let mut tables = Vec::new();
        while works.len() < BATCH_MAX && bytes < BATCH_BYTES {
            let Ok(job) = self.jobs.try_recv() else { break };
            bytes += job.work.bytes();
            works.push(job.work);
            replies.push(job.reply);
        }
        // One entry a job, so that the answers can be told apart; few changes have messages.
        tables.extend(works.iter().map(Work::signals));
        match self.transact(works) {
            Ok(outcomes) => {
                for ((outcome, reply), table) in outcomes.into_iter().zip(replies).zip(tables) {
                    if let (Some(table), Outcome::Judged(Judged::Applied(_))) = (table, &outcome) {
                        self.signals.of(table).notify_one();
                    }
                    // Who gave up waiting will ask again under the same token.
                    drop(reply.send(Ok(outcome)));
                }
                self.checkpoints.after_commit(&self.connection, &self.health);
            }
            Err(failure) => {
                for reply in replies {
                    drop(reply.send(Err(failure.clone())));
                }
            }
        }
    }

    /// Deletes what expired, if anything did. A failure is known to [`Health`], or passes.
    fn sweep(&mut self) {
        let due = sweep::is_due(&self.connection, self.now());
        if matches!(due, Ok(true)) && self.transact(vec![Work::Sweep]).is_ok() {
            self.checkpoints.after_commit(&self.connection, &self.health);
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().as_second()
    }

    /// Does all of it in one transaction, or nothing.
    fn transact(&mut self, works: Vec<Work>) -> Result<Vec<Outcome>, Failure> {
        if let Some(why) = self.health.broken() {
            return Err(Failure::NotWritten(why));
        }
        let outcomes = match self.write(works) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.roll_back();
                return Err(Failure::NotWritten(self.reason(&error)));
            }
        };
        match (self.commit)(&self.connection) {
            Ok(()) => Ok(outcomes),
            Err(error) => {
                let why = self.reason(&error);
                self.roll_back();
                // The log has no commit record if the disk was full or the file held; otherwise nobody knows.
                Err(
                    if trouble(&error) == Trouble::Passing && self.health.broken().is_none() {
                        Failure::NotWritten(why)
                    } else {
                        Failure::Unknown(why)
                    },
                )
            }
        }
    }

    /// Begins a transaction and writes all of it.
    fn write(&mut self, works: Vec<Work>) -> rusqlite::Result<Vec<Outcome>> {
        let now = self.now();
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        // A sweep comes first: what it deletes, the batch must not have read before.
        let sweeps = works.iter().any(|work| matches!(work, Work::Sweep));
        let swept = if sweeps {
            sweep::sweep(&self.connection, now)?
        } else {
            0
        };
        let mut batch = Batch::new(&self.connection);
        let mut outcomes = Vec::with_capacity(works.len());
        for work in works {
            outcomes.push(match work {
                Work::Commit(change) => Outcome::Judged(batch.add(change)?),
                Work::Sent(table, positions) => Outcome::Gone(sent(&self.connection, table, &positions)?),
                Work::Sweep => Outcome::Gone(swept),
            });
        }
        batch.write(&mut self.outbox_next, now)?;
        Ok(outcomes)
    }

    /// Some errors end the transaction by themselves. One that cannot be ended would take the next batch with it.
    fn roll_back(&self) {
        if self.connection.is_autocommit() {
            return;
        }
        if let Err(error) = self.connection.execute_batch("ROLLBACK") {
            self.health.break_because(&error.to_string());
        }
    }

    /// What to tell those who wait; after trouble that does not pass, no more commits are taken.
    fn reason(&self, error: &rusqlite::Error) -> String {
        let why = error.to_string();
        match trouble(error) {
            Trouble::Passing => tracing::warn!(why, "A transaction was rolled back"),
            Trouble::Broken => self.health.break_because(&why),
        }
        why
    }
}

fn sent(connection: &Connection, table: Table, positions: &[i64]) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached("DELETE FROM outbox WHERE id = ?1 AND tbl = ?2")?;
    positions
        .iter()
        .map(|position| statement.execute((position, table.0)))
        .sum()
}

impl Work {
    /// The bytes of documents and messages, about.
    fn bytes(&self) -> usize {
        match self {
            Self::Commit(change) => change.bytes(),
            Self::Sent(..) | Self::Sweep => 0,
        }
    }

    /// The table whose outbox gets something, if the work is applied.
    fn signals(&self) -> Option<Table> {
        match self {
            Self::Commit(change) if !change.messages.is_empty() => Some(change.table),
            Self::Commit(_) | Self::Sent(..) | Self::Sweep => None,
        }
    }
}
