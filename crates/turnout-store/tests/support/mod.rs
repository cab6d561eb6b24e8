//! A caller that tries again, as services do.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Notify;
use turnout_store::{
    Change, CommitError, Committed, Cursor, Item, Key, OutboxBatch, OutboxPosition, Page, Query, Read, Store,
    StoreError, Table,
};

/// More in a row than chance brings.
const ATTEMPTS_MAX: usize = 100;

/// Another store, asked again until it answers: reads that failed, and commits under the same token.
#[derive(Debug, Clone)]
pub struct Retrying<S>(pub S);

/// Repeats a call while its answer is one of these.
macro_rules! again {
    ($call:expr, $trouble:pat) => {{
        let mut answer = $call;
        for _ in 0..ATTEMPTS_MAX {
            if !matches!(answer, Err($trouble)) {
                break;
            }
            answer = $call;
        }
        answer
    }};
}

#[async_trait]
impl<S: Store> Store for Retrying<S> {
    async fn get(&self, key: &Key, read: Read) -> Result<Option<Item>, StoreError> {
        again!(self.0.get(key, read).await, StoreError::Unavailable { .. })
    }

    async fn get_many(&self, keys: &[Key], read: Read) -> Result<Vec<Option<Item>>, StoreError> {
        again!(self.0.get_many(keys, read).await, StoreError::Unavailable { .. })
    }

    async fn query(&self, query: Query) -> Result<Page, StoreError> {
        again!(self.0.query(query.clone()).await, StoreError::Unavailable { .. })
    }

    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        again!(
            self.0.scan(table, after.clone(), limit).await,
            StoreError::Unavailable { .. }
        )
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        again!(
            self.0.commit(change.clone()).await,
            CommitError::Busy { .. } | CommitError::Unknown { .. }
        )
    }

    async fn outbox(
        &self,
        table: Table,
        after: Option<&OutboxPosition>,
        limit: usize,
    ) -> Result<Vec<OutboxBatch>, StoreError> {
        self.0.outbox(table, after, limit).await
    }

    async fn outbox_sent(&self, table: Table, positions: &[OutboxPosition]) -> Result<(), StoreError> {
        self.0.outbox_sent(table, positions).await
    }

    fn outbox_signal(&self, table: Table) -> Arc<Notify> {
        self.0.outbox_signal(table)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.0.ready().await
    }
}
