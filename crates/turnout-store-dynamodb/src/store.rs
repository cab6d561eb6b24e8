//! The adapter itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::future::try_join_all;
use tokio::sync::Notify;
use turnout_store::{
    Change, CommitError, Committed, Cursor, Item, Key, OutboxBatch, OutboxPosition, Page, Query, Read, Store,
    StoreError, Table,
};

use crate::attributes::key_attributes;
use crate::config::{Clients, Config, ConnectError};
use crate::definition::table_name;
use crate::failure::judge;
use crate::{commit, outbox, query, read, tables};

/// The storage port on `DynamoDB`. A clone is another handle on the same connections.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    pub(crate) clients: Clients,
    table_prefix: Arc<str>,
    tables: Arc<[Table]>,
    signals: Arc<Mutex<HashMap<Table, Arc<Notify>>>>,
}

impl DynamoStore {
    /// A store on the `DynamoDB` of `config`. Nothing is sent yet: [`Store::ready`] tells whether it answers.
    ///
    /// # Errors
    /// [`ConnectError`] if the credentials are not to be had.
    pub fn connect(config: &Config) -> Result<Self, ConnectError> {
        Ok(Self {
            clients: Clients::new(config)?,
            table_prefix: config.table_prefix.as_str().into(),
            tables: config.tables.as_slice().into(),
            signals: Arc::default(),
        })
    }

    /// Creates those of the configured tables that are not there, and waits until all can be used. Gives the names of
    /// those it made. Point-in-time recovery and a key of one's own are left to the template of
    /// [`cloud_formation`](crate::cloud_formation), which is how tables that matter should be made.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if `DynamoDB` does not answer, or refuses.
    pub async fn create_tables(&self) -> Result<Vec<String>, StoreError> {
        let mut created = Vec::new();
        for table in self.tables.iter().copied() {
            if tables::create(self, table).await? {
                created.push(self.name_of(table));
            }
        }
        Ok(created)
    }

    /// The table's name in `DynamoDB`.
    pub(crate) fn name_of(&self, table: Table) -> String {
        table_name(&self.table_prefix, table)
    }

    pub(crate) fn signal(&self, table: Table) -> Arc<Notify> {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(signals.entry(table).or_default())
    }

    /// Reads one item that is never there, which needs no more permission than serving does.
    async fn probe(&self, table: Table) -> Result<(), StoreError> {
        let name = self.name_of(table);
        let request = self.clients.reads.get_item().table_name(&name);
        let answer = request
            .set_key(Some(key_attributes("readiness probe", "-")))
            .send()
            .await;
        answer.map_err(|error| judge(&name, &error).of_read())?;
        Ok(())
    }
}

#[async_trait]
impl Store for DynamoStore {
    async fn get(&self, key: &Key, read: Read) -> Result<Option<Item>, StoreError> {
        read::get(self, key, read).await
    }

    async fn get_many(&self, keys: &[Key], read: Read) -> Result<Vec<Option<Item>>, StoreError> {
        read::get_many(self, keys, read).await
    }

    async fn query(&self, query: Query) -> Result<Page, StoreError> {
        query::query(self, query).await
    }

    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        query::scan(self, table, after, limit).await
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        commit::commit(self, change).await
    }

    async fn outbox(
        &self,
        table: Table,
        after: Option<&OutboxPosition>,
        limit: usize,
    ) -> Result<Vec<OutboxBatch>, StoreError> {
        outbox::waiting(self, table, after, limit).await
    }

    async fn outbox_sent(&self, table: Table, positions: &[OutboxPosition]) -> Result<(), StoreError> {
        outbox::sent(self, table, positions).await
    }

    fn outbox_signal(&self, table: Table) -> Arc<Notify> {
        self.signal(table)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        try_join_all(self.tables.iter().map(|table| self.probe(*table))).await?;
        Ok(())
    }
}
