//! A store that fails on demand, so that tests can see what a service does then.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::{Notify, Semaphore};

use crate::{
    Change, CommitError, Committed, Cursor, Item, Key, OutboxBatch, OutboxPosition, Page, Query, Read, Store,
    StoreError, Table,
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

    /// The fault for this call, if there is one.
    fn next(&self, call: Call) -> Option<Fault> {
        let mut faults = self.faults();
        let befalls =
            |fault: &Fault| call == Call::Commit || matches!(fault, Fault::Unavailable | Fault::Wait(_));
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
            Some(_) => Err(unavailable()),
            None => Ok(()),
        }
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
        self.inner.query(query).await
    }

    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        self.script.before_read().await?;
        self.inner.scan(table, after, limit).await
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        self.script.check_outage().map_err(|_| busy())?;
        match self.script.next(Call::Commit) {
            None => self.inner.commit(change).await,
            Some(Fault::Wait(gate)) => {
                gate.wait().await;
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

    async fn outbox(&self, table: Table, limit: usize) -> Result<Vec<OutboxBatch>, StoreError> {
        self.script.check_outage()?;
        self.inner.outbox(table, limit).await
    }

    async fn outbox_sent(&self, table: Table, positions: &[OutboxPosition]) -> Result<(), StoreError> {
        self.script.check_outage()?;
        self.inner.outbox_sent(table, positions).await
    }

    fn outbox_signal(&self, table: Table) -> Arc<Notify> {
        self.inner.outbox_signal(table)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.script.check_outage()?;
        self.inner.ready().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Expect, MemoryStore, NewItem};

    const TABLE: Table = Table("faults");

    fn key() -> Key {
        Key::new(TABLE, "p", "s")
    }

    fn insert() -> Change {
        Change::of(TABLE).put(NewItem::new(key(), Document::empty()), Expect::Absent)
    }

    async fn stands(store: &FaultyStore<Arc<dyn Store>>) -> bool {
        store
            .get(&key(), Read::Consistent)
            .await
            .expect("no fault is left")
            .is_some()
    }

    fn store() -> FaultyStore<Arc<dyn Store>> {
        FaultyStore::new(Arc::new(MemoryStore::new()))
    }

    #[tokio::test]
    async fn a_lost_reply_leaves_the_change_applied_and_the_retry_gives_the_first_answer() {
        let store = store();
        store.fail_next(Fault::LoseReply);
        let change = insert();
        assert!(matches!(
            store.commit(change.clone()).await,
            Err(CommitError::Unknown { .. })
        ));
        assert!(stands(&store).await);
        assert_eq!(store.commit(change).await.expect("applied once").versions, [1]);
    }

    #[tokio::test]
    async fn a_lost_request_and_a_busy_store_leave_nothing() {
        let store = store();
        store.fail_next(Fault::LoseRequest);
        store.fail_next(Fault::Busy);
        assert!(matches!(
            store.commit(insert()).await,
            Err(CommitError::Unknown { .. })
        ));
        assert!(matches!(
            store.commit(insert()).await,
            Err(CommitError::Busy { .. })
        ));
        assert!(!stands(&store).await);
        assert_eq!(store.faults_left(), 0);
    }

    #[tokio::test]
    async fn a_read_leaves_the_faults_of_commits_alone() {
        let store = store();
        store.fail_next(Fault::Busy);
        store.fail_next(Fault::Unavailable);
        let read = store.get(&key(), Read::Consistent).await;
        assert!(matches!(read, Err(StoreError::Unavailable { .. })));
        assert!(matches!(
            store.commit(insert()).await,
            Err(CommitError::Busy { .. })
        ));
    }

    #[tokio::test]
    async fn an_outage_fails_every_call_until_it_ends() {
        let store = store();
        store.begin_outage();
        assert!(store.ready().await.is_err());
        assert!(store.outbox(TABLE, 1).await.is_err());
        assert!(matches!(
            store.commit(insert()).await,
            Err(CommitError::Busy { .. })
        ));
        store.end_outage();
        assert!(store.ready().await.is_ok());
        assert!(!stands(&store).await);
    }

    #[tokio::test]
    async fn a_commit_waits_at_the_gate() {
        let store = store();
        let gate = Gate::closed();
        store.fail_next(Fault::Wait(gate.clone()));
        let commit = tokio::spawn({
            let store = store.clone();
            async move { store.commit(insert()).await }
        });
        gate.reached().await;
        assert!(!stands(&store).await);
        gate.open();
        commit.await.expect("no panic").expect("nothing is in the way");
        assert!(stands(&store).await);
    }
}
