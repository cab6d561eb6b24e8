//! One sale, as ticketing commits it for one order of one free ticket by a guest.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use turnout_domain::messages::{OrderConfirmed, OrderLine};
use turnout_domain::{
    Clock, Currency, Email, Envelope, EventId, Ids, MessageId, Money, OrderId, RandomIds, SystemClock,
    TicketTypeId,
};
use turnout_store::{
    Change, CommitError, Condition, Counter, Document, Expect, Index, IndexKey, Key, NewItem, Store, Table,
    Update,
};
use turnout_store_sqlite::{Options, SqliteStore};

const TABLE: Table = Table("ticketing");
const AVAILABLE: Counter = Counter("available");
const CONFIRMED: Counter = Counter("confirmed");
const PLACES: i64 = 1_000_000_000;
/// How often is looked whether the messages are gone.
const DRAIN_PAUSE: Duration = Duration::from_millis(20);
/// How many batches the relay takes from the outbox at a time, as the real one does.
const OUTBOX_PAGE: usize = 256;

/// A store with an event on sale.
#[derive(Clone)]
pub struct Stall {
    pub store: SqliteStore,
    folder: PathBuf,
    relay: Arc<tokio::task::JoinHandle<()>>,
    event: EventId,
    ticket_type: TicketTypeId,
    currency: Currency,
    email: Email,
}

impl Stall {
    /// A new store in a folder.
    pub async fn open(folder: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let store = SqliteStore::open(folder, &Options::default())?;
        let now = SystemClock.now();
        let relay = tokio::spawn(take_messages_away(store.clone()));
        let stall = Self {
            store,
            folder: folder.to_owned(),
            relay: Arc::new(relay),
            event: EventId::from_ulid(RandomIds.ulid(now)),
            ticket_type: TicketTypeId::from_ulid(RandomIds.ulid(now)),
            currency: "EUR".parse().expect("a currency"),
            email: "buyer4711@example.org".parse().expect("an address"),
        };
        let pool = |key| {
            NewItem::new(key, Document::empty())
                .counter(AVAILABLE, PLACES)
                .counter(Counter("capacity"), PLACES)
                .counter(CONFIRMED, 0)
                .counter(Counter("held"), 0)
        };
        let setting = Change::of(TABLE)
            .put(NewItem::new(stall.event_key(), Document::empty()), Expect::Absent)
            .put(pool(stall.pool_key("pool")), Expect::Absent)
            .put(pool(stall.pool_key("type")), Expect::Absent);
        stall.store.commit(setting).await?;
        Ok(stall)
    }

    /// Sells one place; answers once that is durable.
    pub async fn sell(&self) -> Result<(), CommitError> {
        self.store.commit(self.sale()).await.map(drop)
    }

    pub async fn close(self) {
        self.relay.abort();
        self.store.close().await;
    }

    pub fn file_bytes(&self) -> std::io::Result<u64> {
        Ok(std::fs::metadata(self.folder.join("turnout.db"))?.len())
    }

    pub fn log_bytes(&self) -> std::io::Result<u64> {
        Ok(std::fs::metadata(self.folder.join("turnout.db-wal"))?.len())
    }

    fn event_key(&self) -> Key {
        self.pool_key("event")
    }

    fn pool_key(&self, sort: &str) -> Key {
        Key::new(TABLE, format!("event#{}", self.event), sort)
    }

    /// A check of the offer, the two pools it moves, the order with its place in the organizer's list, one message.
    fn sale(&self) -> Change {
        let now = SystemClock.now();
        let order = OrderId::rounding(RandomIds.ulid(now));
        let placed = format!("{:014}#{order}", now.as_millisecond());
        let item = NewItem::new(
            Key::new(TABLE, format!("order#{order}"), "order"),
            self.document(order),
        )
        .index(
            Index::Second,
            IndexKey::new(format!("event-orders#{}", self.event), placed),
        );
        let take = |key| Update::of(key).take(AVAILABLE, 1).give(CONFIRMED, 1);
        Change::of(TABLE)
            .check(self.event_key(), Condition::Version(1))
            .update(take(self.pool_key("pool")))
            .update(take(self.pool_key("type")))
            .put(item, Expect::Absent)
            .emit(self.message(order))
    }

    /// As long as ticketing's record of an order, member by member.
    fn document(&self, order: OrderId) -> Document {
        let (event, ticket_type) = (self.event, self.ticket_type);
        let now = SystemClock.now();
        Document::from_stored(format!(
            r#"{{"id":"{order}","event_id":"{event}","state":"confirmed","confirmed_at":"{now}","lines":[{{"ticket_type_id":"{ticket_type}","name":"Standing","quantity":1,"unit_price":{{"amount":0,"currency":"EUR"}}}}],"total":{{"amount":0,"currency":"EUR"}},"buyer":{{"email":"buyer4711@example.org","name":"Buyer 4711"}},"user_id":null,"placed_at":"{now}","tickets":[{{"ticket_type_id":"{ticket_type}","status":"valid"}}],"fingerprint":"mPwq3vGJkL0cVd2fR8sYtA1x"}}"#
        ))
    }

    fn message(&self, order: OrderId) -> Envelope {
        let now = SystemClock.now();
        let free = Money::zero(self.currency);
        let message = OrderConfirmed {
            order_id: order,
            event_id: self.event,
            user_id: None,
            buyer_email: self.email.clone(),
            buyer_name: "Buyer 4711".to_owned(),
            lines: vec![OrderLine::new(self.ticket_type, "Standing".to_owned(), 1, free)],
            at_once: true,
            tickets: vec![order.ticket(1)],
            total: free,
            confirmed_at: now,
        };
        Envelope::new(MessageId::from_ulid(RandomIds.ulid(now)), now, &message)
    }
}

impl Stall {
    /// Waits until every message was taken away: what a rush left behind is not a later sale's cost.
    pub async fn drained(&self) -> Result<(), Box<dyn std::error::Error>> {
        while !self.store.outbox(TABLE, None, 1).await?.is_empty() {
            tokio::time::sleep(DRAIN_PAUSE).await;
        }
        Ok(())
    }
}

/// Reads messages and marks them as sent, as the relay does: without it the outbox would only grow, and the deletions
/// are part of what a sale costs.
async fn take_messages_away(store: SqliteStore) {
    let signal = store.outbox_signal(TABLE);
    loop {
        match store.outbox(TABLE, None, OUTBOX_PAGE).await {
            Ok(batches) if batches.is_empty() => signal.notified().await,
            Ok(batches) => {
                let positions: Vec<_> = batches.into_iter().map(|batch| batch.position).collect();
                if store.outbox_sent(TABLE, &positions).await.is_err() {
                    return;
                }
            }
            Err(_) => return,
        }
    }
}
