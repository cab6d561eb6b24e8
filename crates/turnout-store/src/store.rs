//! The port itself.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Notify;
use turnout_domain::Envelope;

use crate::{Change, CommitError, Cursor, Item, Key, Page, Query, Read, StoreError, Table};

/// Items, and one way to write them.
///
/// # Contract
/// - [`commit`](Store::commit) applies every write of a [`Change`] or none. All conditions are judged against what
///   stood before the change. One that does not hold gives [`CommitError::Refused`], with every such write and what
///   stands there now. It answers after the change, its messages and its token are durable.
/// - Changes are serialisable: two that touch one item are applied one after the other.
/// - A change committed again with the same token within ten minutes is not applied again: the answer is the first
///   one, whatever stands there now; also after a restart. A refused change leaves no token behind.
/// - A lost answer is [`CommitError::Unknown`], never a plain failure. [`CommitError::Busy`] means that nothing was
///   written.
/// - An insert makes version 1; every write after it one more. An update needs an item that stands.
/// - [`get`](Store::get) and a query of the table with [`Read::Consistent`] see every commit that was answered
///   before they began. With [`Read::Eventual`], and on an index always, they may see less. What is not there is `Ok(None)`.
/// - A query gives items by sort key in byte order; those of an index with equal sort keys in an order
///   of the backend's own, which does not change between two pages. Going
///   on with the cursor of a page skips nothing that stood throughout and repeats nothing. A cursor of another query, or
///   one that no process with the table's key made, is [`StoreError::Cursor`].
/// - A scan, page by page to the last, gives every item of the table that stood throughout exactly once, and of those
///   written meanwhile perhaps some.
/// - A key, a query, a page or a batch out of bounds is [`StoreError::Invalid`] or [`CommitError::Invalid`], on every
///   backend alike: [`Change::validate`], [`Query::validate`], [`Key::validate`].
/// - Messages of a change are in its table's outbox from the commit until they are marked as sent: at least once each,
///   in batches, one a change, the oldest first as nearly as the backend can tell. A batch that cannot be read is among
///   them and says so.
/// - A counter stays within [`Counter::MAX`](crate::Counter::MAX) and its negative: an update that would lead beyond is
///   refused.
/// - A clone of an adapter is another handle on the same data.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The item at `key`.
    async fn get(&self, key: &Key, read: Read) -> Result<Option<Item>, StoreError>;

    /// The items at `keys`, in their order; at most [`KEYS_MAX`]. Not a snapshot: one may be older than another.
    async fn get_many(&self, keys: &[Key], read: Read) -> Result<Vec<Option<Item>>, StoreError>;

    /// One page of a query.
    async fn query(&self, query: Query) -> Result<Page, StoreError>;

    /// One page of all items of a table, at most `limit`, in an order of the backend's own: for checking and copying,
    /// not for serving.
    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError>;

    /// Commits a change.
    async fn commit(&self, change: Change) -> Result<Committed, CommitError>;

    /// Messages that wait to be sent, at most `limit` batches, behind the batch at `after` if one is given: so that
    /// batches that stay do not stand in the way of those behind them.
    async fn outbox(
        &self,
        table: Table,
        after: Option<&OutboxPosition>,
        limit: usize,
    ) -> Result<Vec<OutboxBatch>, StoreError>;

    /// Marks batches as sent. One that is gone already is no error.
    async fn outbox_sent(&self, table: Table, positions: &[OutboxPosition]) -> Result<(), StoreError>;

    /// Is notified, one waiter or else the next, when a change with messages was committed through this handle or a
    /// clone of it. What other processes commit is found by looking again after a while.
    fn outbox_signal(&self, table: Table) -> Arc<Notify>;

    /// Whether no other process can write what this handle writes, for as long as it is open. Work in the background
    /// then needs no [`Lease`](crate::Lease).
    fn is_exclusive(&self) -> bool {
        false
    }

    /// Whether the store answers at this moment, for the readiness probe.
    async fn ready(&self) -> Result<(), StoreError>;
}

/// The most keys of one [`get_many`](Store::get_many): `DynamoDB`'s bound for a batch.
pub const KEYS_MAX: usize = 100;

/// A change that is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The version each write left its item at, in the order of the writes; 0 for a delete or a check, and for an
    /// update where the backend cannot tell: `DynamoDB` answers a transaction with nothing but that it was applied.
    pub versions: Vec<u64>,
}

/// The messages of one change, waiting to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxBatch {
    /// Where the batch stands.
    pub position: OutboxPosition,
    /// Its messages.
    pub messages: Vec<Envelope>,
    /// Why its messages cannot be read, if so; there are none in it then. It stays until someone mends or marks it,
    /// and holds up no other.
    pub unreadable: Option<String>,
    /// Whether another process committed it, or an earlier run of this one: it may be about to send it.
    pub elsewhere: bool,
}

/// Where a batch stands in its outbox; opaque.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OutboxPosition(pub String);
