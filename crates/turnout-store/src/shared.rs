//! A shared store is a store.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::{
    Change, CommitError, Committed, Cursor, Item, Key, OutboxBatch, OutboxPosition, Page, Query, Read, Store,
    StoreError, Table,
};

/// So that a wrapper takes an `Arc<dyn Store>` like any other store.
#[async_trait]
impl<S: Store + ?Sized> Store for Arc<S> {
    async fn get(&self, key: &Key, read: Read) -> Result<Option<Item>, StoreError> {
        (**self).get(key, read).await
    }

    async fn get_many(&self, keys: &[Key], read: Read) -> Result<Vec<Option<Item>>, StoreError> {
        (**self).get_many(keys, read).await
    }

    async fn query(&self, query: Query) -> Result<Page, StoreError> {
        (**self).query(query).await
    }

    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        (**self).scan(table, after, limit).await
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        (**self).commit(change).await
    }

    async fn outbox(
        &self,
        table: Table,
        after: Option<&OutboxPosition>,
        limit: usize,
    ) -> Result<Vec<OutboxBatch>, StoreError> {
        (**self).outbox(table, after, limit).await
    }

    async fn outbox_sent(&self, table: Table, positions: &[OutboxPosition]) -> Result<(), StoreError> {
        (**self).outbox_sent(table, positions).await
    }

    fn outbox_signal(&self, table: Table) -> Arc<Notify> {
        (**self).outbox_signal(table)
    }

    fn is_exclusive(&self) -> bool {
        (**self).is_exclusive()
    }

    async fn ready(&self) -> Result<(), StoreError> {
        (**self).ready().await
    }
}
