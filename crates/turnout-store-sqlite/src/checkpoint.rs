//! Moving what was committed from the write-ahead log into the file, beside the writer.
//!
//! A checkpoint beside a busy writer never catches up, and the log begins anew only when it did. So the thread does
//! the bulk, in some passes, and then asks the writer for the last stretch between two commits. Measured at full load: the
//! thread alone let the log grow without bound, the writer alone made a commit wait four times as long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::Connection;
use rusqlite::wal::CheckpointMode;

use crate::connection;
use crate::health::{Health, Trouble, trouble};

/// From so many pages in the log on, the thread begins: 32 MiB.
pub(crate) const PAGES_MIN: i32 = 8_000;
/// It leaves an eighth of that to the writer: about ten milliseconds of work.
const TAIL: i32 = 8;
/// So many passes it makes at most; a writer that is faster than that finishes the rest anyway.
const PASSES_MAX: usize = 4;

/// The writer's end.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    pages_min: i32,
    wake: SyncSender<()>,
    tail: Arc<AtomicBool>,
}

/// The thread's end.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    pages_min: i32,
    connection: Connection,
    woken: Receiver<()>,
    tail: Arc<AtomicBool>,
    health: Arc<Health>,
}

/// Both ends. The thread ends when the writer's end is dropped.
pub(crate) fn checkpoints(
    connection: Connection,
    health: Arc<Health>,
    pages_min: i32,
) -> (Checkpoints, Checkpointer) {
    let (wake, woken) = sync_channel(1);
    let tail = Arc::new(AtomicBool::new(false));
    let thread = Checkpointer {
        pages_min,
        connection,
        woken,
        tail: Arc::clone(&tail),
        health,
    };
    (
        Checkpoints {
            pages_min,
            wake,
            tail,
        },
        thread,
    )
}

impl Checkpoints {
    /// To be called after a commit, with the writer's connection.
    pub(crate) fn after_commit(&self, writer: &Connection, health: &Health) {
        let mode = if self.tail.swap(false, Ordering::AcqRel) {
            CheckpointMode::PASSIVE
        } else {
            CheckpointMode::NOOP
        };
        match pages_left(writer, mode) {
            // If it is full, the thread knows already.
            Ok(pages) if pages >= self.pages_min => drop(self.wake.try_send(())),
            Ok(_) => {}
            Err(error) => failed(&error, health),
        }
    }
}

impl Checkpointer {
    /// Runs until the writer is gone.
    pub(crate) fn run(self) {
        while self.woken.recv().is_ok() {
            if let Err(error) = self.passes() {
                failed(&error, &self.health);
            }
        }
        if self.health.broken().is_some() {
            connection::leave_log(&self.connection);
        }
    }

    fn passes(&self) -> rusqlite::Result<()> {
        for _ in 0..PASSES_MAX {
            if pages_left(&self.connection, CheckpointMode::PASSIVE)? <= self.pages_min / TAIL {
                break;
            }
        }
        self.tail.store(true, Ordering::Release);
        Ok(())
    }
}

/// The pages of the log that are not in the file yet, after a checkpoint of this kind.
fn pages_left(connection: &Connection, mode: CheckpointMode) -> rusqlite::Result<i32> {
    let (log, done) = connection.wal_checkpoint_v2(None::<&str>, mode)?;
    Ok(log - done)
}

/// Two checkpoints at once pass. A failed sync of the file does not: the log must not begin anew after it.
fn failed(error: &rusqlite::Error, health: &Health) {
    match trouble(error) {
        Trouble::Passing => tracing::debug!(%error, "A checkpoint could not run"),
        Trouble::Broken => health.break_because(&error.to_string()),
    }
}
