//! A store that fails on demand, so that tests can see what a service does then.

mod chance;
mod stale;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::{Notify, Semaphore};

use self::chance::Chance;
use self::stale::Stale;
use crate::{
    Change, CommitError, Committed, Cursor, Item, Key, OutboxBatch, OutboxPosition, Page, Query, Read,
    Source, Store, StoreError, Table,
};

/// What befalls a call.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The next read or commit does not reach the store: [`StoreError::Unavailable`], or [`CommitError::Busy`].
    Unavailable,
    /// The next commit is [`CommitError::Busy`]; nothing is written.
    Busy,
    /// The next commit is applied if its conditions hold, and the caller sees [`CommitError::Unknown`] either way.
    LoseReply,
    /// The next commit is not applied, and the caller sees [`CommitError::Unknown`].
    LoseRequest,
    /// The next read or commit waits at the gate until a test opens it, then goes on as usual.
    Wait(Gate),
    /// The next read or commit lets others go first, so many times, then goes on as usual.
    Delay(u8),
}

/// Where a call waits until a test lets it pass. A clone is the same gate.
#[derive(Debug, Clone)]
pub struct Gate {
    arrived: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

/// Another store, and the faults that befall it. Without faults it does what the other does. A clone has the same
/// faults to come.
#[derive(Debug, Clone)]
pub struct FaultyStore<S> {
    inner: S,
    script: Arc<Script>,
}

#[derive(Debug, Default)]
struct Script {
    faults: Mutex<VecDeque<Fault>>,
    outage: AtomicBool,
    chance: Mutex<Option<Chance>>,
    stale: Stale,
}

/// The two kinds of calls that faults befall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Read,
    Commit,
}

const SCRIPTED: &str = "a fault that a test asked for";

impl<S: Store> FaultyStore<S> {
    /// `inner`, without faults yet.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            script: Arc::default(),
        }
    }

    /// The store behind the faults.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Lets `fault` befall the next call that it can, after those asked for before. Calls about the outbox are spared:
    /// a relay in the background would take the fault from the call that a test means. Use an
    /// [outage](Self::begin_outage) for those.
    pub fn fail_next(&self, fault: Fault) {
        self.script.faults().push_back(fault);
    }

    /// Lets every call fail as with [`Fault::Unavailable`], the outbox and [`Store::ready`] included.
    pub fn begin_outage(&self) {
        self.script.outage.store(true, Ordering::SeqCst);
    }

    /// Ends the outage.
    pub fn end_outage(&self) {
        self.script.outage.store(false, Ordering::SeqCst);
    }

    /// Lets a fault befall so many of a hundred reads and commits, which ones and how is drawn from `seed`: refused
    /// by a busy store, a lost request, a reply lost after the commit, a delay. The same calls in the same order meet the
    /// same faults again. Faults asked for one by one come first. Calls about the outbox are spared.
    pub fn shake(&self, seed: u64, per_cent: u8) {
        *self.script.chance() = Some(Chance::new(seed, per_cent));
    }

    /// Ends what [`shake`](Self::shake) began.
    pub fn calm(&self) {
        *self.script.chance() = None;
    }

    /// Lets queries of an index give no item that was written through this store until so many such queries were made
    /// since: as an index may that is brought up to date later. 0 ends it for items written from then on.
    pub fn hide_new_in_indexes(&self, reads: usize) {
        self.script.stale.hide_new(reads);
    }

    /// How many faults have befallen no call yet.
    pub fn faults_left(&self) -> usize {
        self.script.faults().len()
    }
}

impl Gate {
    /// A closed gate.
    pub fn closed() -> Self {
        Self {
            arrived: Arc::new(Semaphore::new(0)),
            open: Arc::new(Semaphore::new(0)),
        }
    }

    /// Waits until a call stands at the gate.
    pub async fn reached(&self) {
        pass(&self.arrived).await;
    }

    /// Lets one call pass: the one that waits, or the next.
    pub fn open(&self) {
        self.open.add_permits(1);
    }

    async fn wait(&self) {
        self.arrived.add_permits(1);
        pass(&self.open).await;
    }
}

/// Takes a permit for good. The semaphores of a gate are never closed.
async fn pass(semaphore: &Semaphore) {
    if let Ok(permit) = semaphore.acquire().await {
        permit.forget();
    }
}

impl Script {
    fn faults(&self) -> MutexGuard<'_, VecDeque<Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chance(&self) -> MutexGuard<'_, Option<Chance>> {
        self.chance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault for this call, if there is one: asked for, or by chance.
    fn next(&self, call: Call) -> Option<Fault> {
        self.asked_for(call)
            .or_else(|| self.chance().as_mut().and_then(|chance| chance.next(call)))
    }

    fn asked_for(&self, call: Call) -> Option<Fault> {
        let mut faults = self.faults();
        let befalls = |fault: &Fault| {
            call == Call::Commit || matches!(fault, Fault::Unavailable | Fault::Wait(_) | Fault::Delay(_))
        };
        let place = faults.iter().position(befalls)?;
        faults.remove(place)
    }

    fn check_outage(&self) -> Result<(), StoreError> {
        if self.outage.load(Ordering::SeqCst) {
            Err(unavailable())
        } else {
            Ok(())
        }
    }

    async fn before_read(&self) -> Result<(), StoreError> {
        self.check_outage()?;
        match self.next(Call::Read) {
            Some(Fault::Wait(gate)) => {
                gate.wait().await;
                Ok(())
            }
            Some(Fault::Delay(turns)) => {
                delay(turns).await;
                Ok(())
            }
            Some(_) => Err(unavailable()),
            None => Ok(()),
        }
    }
}

/// Turns of the runtime and no time: a test neither waits nor depends on a clock.
async fn delay(turns: u8) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable {
        why: SCRIPTED.to_owned(),
    }
}

fn busy() -> CommitError {
    CommitError::Busy {
        why: SCRIPTED.to_owned(),
    }
}

fn unknown() -> CommitError {
    CommitError::Unknown {
        why: SCRIPTED.to_owned(),
    }
}

#[async_trait]
impl<S: Store> Store for FaultyStore<S> {
    async fn get(&self, key: &Key, read: Read) -> Result<Option<Item>, StoreError> {
        self.script.before_read().await?;
        self.inner.get(key, read).await
    }

    async fn get_many(&self, keys: &[Key], read: Read) -> Result<Vec<Option<Item>>, StoreError> {
        self.script.before_read().await?;
        self.inner.get_many(keys, read).await
    }

    async fn query(&self, query: Query) -> Result<Page, StoreError> {
        self.script.before_read().await?;
        let of_index = matches!(query.source, Source::Index(..));
        let mut page = self.inner.query(query).await?;
        if of_index {
            self.script.stale.hide(&mut page);
        }
        Ok(page)
    }

    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        self.script.before_read().await?;
        self.inner.scan(table, after, limit).await
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        self.script.check_outage().map_err(|_| busy())?;
        let fault = self.script.next(Call::Commit);
        if !matches!(fault, Some(Fault::LoseRequest | Fault::Busy | Fault::Unavailable)) {
            // Before anybody can see it; if it is refused after all, an item is hidden that was not written now.
            self.script.stale.note(&change);
        }
        match fault {
            None => self.inner.commit(change).await,
            Some(Fault::Wait(gate)) => {
                gate.wait().await;
                self.inner.commit(change).await
            }
            Some(Fault::Delay(turns)) => {
                delay(turns).await;
                self.inner.commit(change).await
            }
            Some(Fault::LoseReply) => {
                // Whatever the answer is, it gets lost.
                let _lost = self.inner.commit(change).await;
                Err(unknown())
            }
            Some(Fault::LoseRequest) => Err(unknown()),
            Some(Fault::Busy | Fault::Unavailable) => Err(busy()),
        }
    }

    async fn outbox(
        &self,
        table: Table,
        after: Option<&OutboxPosition>,
        limit: usize,
    ) -> Result<Vec<OutboxBatch>, StoreError> {
        self.script.check_outage()?;
        self.inner.outbox(table, after, limit).await
    }

    async fn outbox_sent(&self, table: Table, positions: &[OutboxPosition]) -> Result<(), StoreError> {
        self.script.check_outage()?;
        self.inner.outbox_sent(table, positions).await
    }

    fn outbox_signal(&self, table: Table) -> Arc<Notify> {
        self.inner.outbox_signal(table)
    }

    fn is_exclusive(&self) -> bool {
        self.inner.is_exclusive()
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.script.check_outage()?;
        self.inner.ready().await
    }
}

#[cfg(test)]
mod tests;
