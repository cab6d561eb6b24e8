//! A store that is counted.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::{
    Change, CommitError, Committed, Cursor, Item, Key, OutboxBatch, OutboxPosition, Page, Query, Read, Store,
    StoreError, Table,
};

/// How many calls there were, by `operation`, `table` and `outcome`.
const CALLS: &str = "turnout_store_calls_total";
/// How long they took, in seconds, by the same.
const SECONDS: &str = "turnout_store_call_seconds";

/// Another store, and metrics of every call: how many, how long, and with what outcome. It changes nothing.
///
/// The outcomes are `ok`, `refused`, `busy`, `unknown`, `unavailable`, `corrupt`, `cursor` and `invalid`. Operators
/// watch `busy`, `unknown` and `unavailable`; `refused` is how a sold-out pool answers, and no trouble.
#[derive(Debug, Clone)]
pub struct MeteredStore<S> {
    inner: S,
}

impl<S: Store> MeteredStore<S> {
    /// `inner`, with metrics.
    pub fn new(inner: S) -> Self {
        metrics::describe_counter!(CALLS, "Calls of the store by operation, table and outcome");
        metrics::describe_histogram!(
            SECONDS,
            metrics::Unit::Seconds,
            "How long calls of the store took"
        );
        Self { inner }
    }

    /// The store that is counted.
    pub fn inner(&self) -> &S {
        &self.inner
    }
}

/// A call under way. One that is dropped before it ended, because nobody waits for it any more, is not counted.
struct Call {
    operation: &'static str,
    table: &'static str,
    began: Instant,
}

impl Call {
    fn of(operation: &'static str, table: Table) -> Self {
        let began = Instant::now();
        Self {
            operation,
            table: table.0,
            began,
        }
    }

    fn ended(&self, outcome: &'static str) {
        let labels = [
            ("operation", self.operation),
            ("table", self.table),
            ("outcome", outcome),
        ];
        metrics::counter!(CALLS, &labels).increment(1);
        metrics::histogram!(SECONDS, &labels).record(self.began.elapsed());
    }

    fn read<T>(&self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        self.ended(match &answer {
            Ok(_) => "ok",
            Err(StoreError::Unavailable { .. }) => "unavailable",
            Err(StoreError::Corrupt { .. }) => "corrupt",
            Err(StoreError::Cursor) => "cursor",
            Err(StoreError::Invalid(_)) => "invalid",
        });
        answer
    }

    fn commit(&self, answer: Result<Committed, CommitError>) -> Result<Committed, CommitError> {
        self.ended(match &answer {
            Ok(_) => "ok",
            Err(CommitError::Refused(_)) => "refused",
            Err(CommitError::Busy { .. }) => "busy",
            Err(CommitError::Unknown { .. }) => "unknown",
            Err(CommitError::Corrupt { .. }) => "corrupt",
            Err(CommitError::Invalid(_)) => "invalid",
        });
        answer
    }
}

/// What calls of no single table are counted under.
const ANY: Table = Table("any");

#[async_trait]
impl<S: Store> Store for MeteredStore<S> {
    async fn get(&self, key: &Key, read: Read) -> Result<Option<Item>, StoreError> {
        let call = Call::of("get", key.table);
        call.read(self.inner.get(key, read).await)
    }

    async fn get_many(&self, keys: &[Key], read: Read) -> Result<Vec<Option<Item>>, StoreError> {
        let call = Call::of("get_many", keys.first().map_or(ANY, |key| key.table));
        call.read(self.inner.get_many(keys, read).await)
    }

    async fn query(&self, query: Query) -> Result<Page, StoreError> {
        let call = Call::of("query", query.table);
        call.read(self.inner.query(query).await)
    }

    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        let call = Call::of("scan", table);
        call.read(self.inner.scan(table, after, limit).await)
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        let call = Call::of("commit", change.table);
        call.commit(self.inner.commit(change).await)
    }

    async fn outbox(
        &self,
        table: Table,
        after: Option<&OutboxPosition>,
        limit: usize,
    ) -> Result<Vec<OutboxBatch>, StoreError> {
        let call = Call::of("outbox", table);
        call.read(self.inner.outbox(table, after, limit).await)
    }

    async fn outbox_sent(&self, table: Table, positions: &[OutboxPosition]) -> Result<(), StoreError> {
        let call = Call::of("outbox_sent", table);
        call.read(self.inner.outbox_sent(table, positions).await)
    }

    fn outbox_signal(&self, table: Table) -> Arc<Notify> {
        self.inner.outbox_signal(table)
    }

    fn is_exclusive(&self) -> bool {
        self.inner.is_exclusive()
    }

    async fn ready(&self) -> Result<(), StoreError> {
        let call = Call::of("ready", ANY);
        call.read(self.inner.ready().await)
    }
}
