//! A relay between a store and a bus, and what tests do to it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use turnout_domain::{Envelope, Ids, MessageId, SeededIds};
use turnout_store::{
    Change, CommitError, Committed, Cursor, Document, Expect, FaultyStore, Item, Key, MemoryStore, NewItem,
    OutboxBatch, OutboxPosition, Page, Query, Read, Store, StoreError, Table,
};

use crate::{Bus, Group, Handler, HandlerError, MemoryBus, relay};

pub(super) const TABLE: Table = Table("tickets");
pub(super) const SOLD: &str = "ticketing.sold";
pub(super) const ADMITTED: &str = "ticketing.admitted";
pub(super) const SALES: Group = Group {
    name: "test-sales",
    kinds: &[SOLD],
};
pub(super) const DOORS: Group = Group {
    name: "test-doors",
    kinds: &[ADMITTED],
};

/// A running relay, and what a test does to it.
pub(super) struct Running {
    pub(super) store: FaultyStore<MemoryStore>,
    pub(super) bus: MemoryBus,
    pub(super) ids: SeededIds,
    pub(super) shutdown: CancellationToken,
    pub(super) relay: JoinHandle<()>,
}

/// Commits a change for each message, as services do.
pub(super) async fn commit_to(
    store: &MemoryStore,
    ids: &SeededIds,
    kind: &str,
    count: usize,
) -> HashSet<MessageId> {
    let mut committed = HashSet::new();
    for _ in 0..count {
        let message = message(ids, kind);
        committed.insert(message.id);
        let item = NewItem::new(
            Key::new(TABLE, "order", message.id.to_string()),
            Document::empty(),
        );
        let change = Change::of(TABLE).put(item, Expect::Absent).emit(message);
        store.commit(change).await.expect("nothing is in the way");
    }
    committed
}

fn message(ids: &SeededIds, kind: &str) -> Envelope {
    let now = "2026-07-04T19:00:00Z".parse().expect("an instant");
    let body = serde_json::value::to_raw_value(&0).expect("a number");
    Envelope {
        id: MessageId::from_ulid(ids.ulid(now)),
        kind: kind.to_owned(),
        occurred_at: now,
        body,
    }
}

impl Running {
    pub(super) async fn with(group: Group, handler: impl Handler) -> Self {
        let bus = MemoryBus::new();
        bus.join(group, Arc::new(handler)).await.expect("joined");
        Self::over(Arc::new(bus.clone()), bus)
    }

    pub(super) fn over(relayed_to: Arc<dyn Bus>, bus: MemoryBus) -> Self {
        let store = FaultyStore::new(MemoryStore::new());
        let shutdown = CancellationToken::new();
        let relay = tokio::spawn(relay(
            Arc::new(store.clone()),
            relayed_to,
            TABLE,
            shutdown.clone(),
        ));
        Self {
            store,
            bus,
            ids: SeededIds::new(1),
            shutdown,
            relay,
        }
    }

    /// Commits a change for each message, as services do.
    pub(super) async fn commit(&self, kind: &'static str, count: usize) -> HashSet<MessageId> {
        commit_to(self.store.inner(), &self.ids, kind, count).await
    }

    /// Stops the relay and answers how many batches are left in the outbox.
    pub(super) async fn stop(self) -> usize {
        self.shutdown.cancel();
        self.relay.await.expect("the relay does not panic");
        self.store
            .inner()
            .outbox(TABLE, None, usize::MAX)
            .await
            .expect("nothing is in the way")
            .len()
    }
}

/// Tells a test what it handled; fails on the first messages, as many as it is told.
pub(super) struct Recorder {
    pub(super) handled: mpsc::UnboundedSender<MessageId>,
    pub(super) failures_left: AtomicUsize,
}

impl Recorder {
    pub(super) fn failing(failures: usize) -> (Self, mpsc::UnboundedReceiver<MessageId>) {
        let (handled, receiver) = mpsc::unbounded_channel();
        (
            Self {
                handled,
                failures_left: AtomicUsize::new(failures),
            },
            receiver,
        )
    }
}

#[async_trait]
impl Handler for Recorder {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        let failing = self
            .failures_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if failing.is_ok() {
            return Err(HandlerError::new("as the test asked"));
        }
        self.handled.send(message.id).map_err(HandlerError::new)
    }
}

/// The ids of the next `count` messages that were handled.
pub(super) async fn handled(
    receiver: &mut mpsc::UnboundedReceiver<MessageId>,
    count: usize,
) -> HashSet<MessageId> {
    let mut ids = HashSet::new();
    while ids.len() < count {
        let id = timeout(Duration::from_mins(10), receiver.recv())
            .await
            .expect("it is handled in time");
        ids.insert(id.expect("the handler lives"));
    }
    ids
}

/// A store that several processes can write, whose batches are seen otherwise than they stand.
#[derive(Clone)]
pub(super) struct Doctored(pub(super) MemoryStore, pub(super) fn(&mut OutboxBatch));

#[async_trait]
impl Store for Doctored {
    async fn outbox(
        &self,
        table: Table,
        after: Option<&OutboxPosition>,
        limit: usize,
    ) -> Result<Vec<OutboxBatch>, StoreError> {
        let mut batches = self.0.outbox(table, after, limit).await?;
        batches.iter_mut().for_each(self.1);
        Ok(batches)
    }

    async fn outbox_sent(&self, table: Table, positions: &[OutboxPosition]) -> Result<(), StoreError> {
        self.0.outbox_sent(table, positions).await
    }

    fn outbox_signal(&self, table: Table) -> Arc<Notify> {
        self.0.outbox_signal(table)
    }

    async fn get(&self, key: &Key, read: Read) -> Result<Option<Item>, StoreError> {
        self.0.get(key, read).await
    }

    async fn get_many(&self, keys: &[Key], read: Read) -> Result<Vec<Option<Item>>, StoreError> {
        self.0.get_many(keys, read).await
    }

    async fn query(&self, query: Query) -> Result<Page, StoreError> {
        self.0.query(query).await
    }

    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        self.0.scan(table, after, limit).await
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        self.0.commit(change).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.0.ready().await
    }
}
