//! How ticketing's types become items of the store, and back.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, OrderId, PaymentId, QuestionId, RefundId, UserId};
use turnout_store::{
    Condition, Counter, Document, Expect, Index, IndexKey, Item, Key, NewItem, Query, SortRange, StoreError,
    Update, Write,
};
use ulid::Ulid;

use crate::TABLE;
use crate::model::{
    AVAILABLE, CAPACITY, CONFIRMED, EventCopy, HELD, Movement, Offer, Order, OrderState, PoolKey, PromoCode,
    Question, REVENUE, Reserve, SharedPool, Stock, TicketType,
};

/// Partitions of the index of holds by their ends: so that no one partition takes every hold of a rush.
pub(crate) const EXPIRY_SHARDS: u32 = 4;
/// The partition of the index of reserves by the ends of their promo codes.
const RESERVE_EXPIRY: &str = "reserve-expiry";

fn event_partition(event: EventId) -> String {
    format!("event#{event}")
}

fn codes_partition(event: EventId) -> String {
    format!("codes#{event}")
}

pub(crate) fn event_key(event: EventId) -> Key {
    Key::new(TABLE, event_partition(event), "event")
}

pub(crate) fn pool_key(event: EventId, pool: PoolKey) -> Key {
    let sort = match pool {
        PoolKey::Event => "pool".to_owned(),
        PoolKey::Type(ticket_type) => format!("type#{ticket_type}"),
        PoolKey::Shared(pool) => format!("shared#{pool}"),
        // Apart from the offer: every sale reads that, and there may be many of these.
        PoolKey::Code(code) => return Key::new(TABLE, codes_partition(event), format!("code#{code}")),
        PoolKey::Reserved(code) => return Key::new(TABLE, codes_partition(event), format!("reserve#{code}")),
        PoolKey::Person(ticket_type, person) => {
            return Key::new(TABLE, format!("person#{event}#{person}"), ticket_type.to_string());
        }
    };
    Key::new(TABLE, event_partition(event), sort)
}

pub(crate) fn order_key(order: OrderId) -> Key {
    Key::new(TABLE, format!("order#{order}"), "order")
}

/// Everything of an event's offer: its copy, its pools, its ticket types.
pub(crate) fn offer_query(event: EventId) -> Query {
    Query::partition(TABLE, event_partition(event)).limit(Query::LIMIT_MAX)
}

/// The confirmed orders of a person, by the time they were placed.
pub(crate) fn buyer_query(user: UserId) -> Query {
    Query::index(TABLE, Index::First, format!("buyer#{user}"))
}

/// The orders of an event, by the time they were placed.
pub(crate) fn event_orders_query(event: EventId) -> Query {
    Query::index(TABLE, Index::Second, format!("event-orders#{event}"))
}

/// The holds of a shard, by their ends.
pub(crate) fn expiry_query(shard: u32) -> Query {
    Query::index(TABLE, Index::First, format!("hold-expiry#{shard}"))
}

/// An instant as text that sorts as instants do: milliseconds of the Unix epoch in 15 digits.
pub(crate) fn sortable(instant: Timestamp) -> String {
    format!("{:015}", instant.as_millisecond().max(0))
}

/// The offer read from the items of the event's partition; `None` if the event is not known here.
pub(crate) fn offer(items: &[Item]) -> Result<Option<Offer>, StoreError> {
    let Some(event) = items.iter().find(|item| item.key.sort == "event") else {
        return Ok(None);
    };
    let mut offer = Offer {
        event: event.parse()?,
        version: event.version,
        ticket_types: BTreeMap::new(),
        pools: BTreeMap::new(),
        questions: BTreeMap::new(),
        stock: BTreeMap::new(),
        versions: BTreeMap::new(),
    };
    for item in items {
        let mut pool_of = |pool: PoolKey| {
            offer.stock.insert(pool, Stock::of(item));
            offer.versions.insert(pool, item.version);
        };
        if item.key.sort == "pool" {
            pool_of(PoolKey::Event);
        } else if item.key.sort.starts_with("type#") {
            let ticket_type: TicketType = item.parse()?;
            pool_of(PoolKey::Type(ticket_type.id));
            offer.ticket_types.insert(ticket_type.id, ticket_type);
        } else if item.key.sort.starts_with("shared#") {
            let pool: SharedPool = item.parse()?;
            pool_of(PoolKey::Shared(pool.id));
            offer.pools.insert(pool.id, pool);
        } else if item.key.sort.starts_with("question#") {
            let question: Question = item.parse()?;
            offer.questions.insert(question.id, question);
        }
    }
    Ok(Some(offer))
}

pub(crate) fn event_item(event: &EventCopy) -> NewItem {
    NewItem::new(event_key(event.event_id), Document::of(event))
}

/// A pool of `stock`.
pub(crate) fn pool_item(event: EventId, stock: Stock) -> NewItem {
    with_stock(
        NewItem::new(pool_key(event, PoolKey::Event), Document::empty()),
        stock,
    )
}

pub(crate) fn ticket_type_item(event: EventId, ticket_type: &TicketType, stock: Stock) -> NewItem {
    with_stock(
        NewItem::new(
            pool_key(event, PoolKey::Type(ticket_type.id)),
            Document::of(ticket_type),
        ),
        stock,
    )
}

/// The write that leaves the pool with `wanted` places, read with `stock` at `version`, and with this record. A difference
/// can be applied beside running sales, and the store keeps the floor; a limit that comes or goes changes what the pool
/// is, so nothing may sell in between.
///
/// # Errors
/// How many are taken, if more than wanted.
pub(crate) fn resized(
    (event, pool): (EventId, PoolKey),
    stock: &Stock,
    version: u64,
    wanted: Option<i64>,
    document: Document,
) -> Result<Write, i64> {
    let taken = stock.taken();
    if wanted.is_some_and(|wanted| wanted < taken) {
        return Err(taken);
    }
    Ok(match (stock.capacity, wanted) {
        (Some(capacity), Some(wanted)) => {
            let more = Movement {
                available: wanted - capacity,
                ..Movement::default()
            };
            let update = pool_update(event, pool, more, true).document(document);
            Write::Update(if wanted == capacity {
                update
            } else {
                update.give(CAPACITY, wanted - capacity)
            })
        }
        (None, None) => Write::Update(Update::of(pool_key(event, pool)).document(document)),
        _ => {
            let stock = Stock {
                capacity: wanted,
                available: wanted.map(|wanted| wanted - taken),
                ..*stock
            };
            Write::Replace(
                with_stock(NewItem::new(pool_key(event, pool), document), stock),
                version,
            )
        }
    })
}

pub(crate) fn question_key(event: EventId, question: QuestionId) -> Key {
    Key::new(TABLE, event_partition(event), format!("question#{question}"))
}

/// Where a promo code's text leads to its id.
pub(crate) fn code_name_key(event: EventId, code: &str) -> Key {
    Key::new(TABLE, codes_partition(event), format!("name#{code}"))
}

/// An event's promo codes, the oldest first.
pub(crate) fn codes_query(event: EventId) -> Query {
    Query::partition(TABLE, codes_partition(event)).range(SortRange::Prefix("code#".into()))
}

/// The promo codes whose end gives back what is set aside for them, by their ends.
pub(crate) fn reserve_expiry_query() -> Query {
    Query::index(TABLE, Index::First, RESERVE_EXPIRY)
}

/// A pool of `stock` with this record.
pub(crate) fn stocked_item<T: Serialize>(
    (event, pool): (EventId, PoolKey),
    record: &T,
    stock: Stock,
) -> NewItem {
    with_stock(NewItem::new(pool_key(event, pool), Document::of(record)), stock)
}

/// What is set aside for a promo code, found when the code ends if there is anything to give back, or may be once who
/// holds it has decided.
pub(crate) fn reserve_item(event: EventId, code: &PromoCode, reserve: &Reserve, stock: Stock) -> NewItem {
    let item = stocked_item((event, PoolKey::Reserved(code.id)), reserve, stock);
    match &code.ends_at {
        Some(end) if stock.available.unwrap_or(0) > 0 || stock.held > 0 => {
            let sort = format!("{}#{event}#{}", sortable(end.instant()), code.id);
            item.index(Index::First, IndexKey::new(RESERVE_EXPIRY, sort))
        }
        _ => item,
    }
}

fn with_stock(item: NewItem, stock: Stock) -> NewItem {
    let item = item
        .counter(HELD, stock.held)
        .counter(CONFIRMED, stock.confirmed)
        .counter(REVENUE, stock.revenue);
    match (stock.capacity, stock.available) {
        (Some(capacity), Some(available)) => item.counter(CAPACITY, capacity).counter(AVAILABLE, available),
        _ => item,
    }
}

/// What the movement does to the pool's counters, if there is enough to take.
pub(crate) fn pool_update(event: EventId, pool: PoolKey, movement: Movement, limited: bool) -> Update {
    let mut update = Update::of(pool_key(event, pool));
    if limited && movement.available != 0 {
        update = moved(update, AVAILABLE, movement.available);
    }
    for (counter, n) in [
        (HELD, movement.held),
        (CONFIRMED, movement.confirmed),
        (REVENUE, movement.revenue),
    ] {
        if n != 0 {
            update = moved(update, counter, n);
        }
    }
    update
}

fn moved(update: Update, counter: Counter, n: i64) -> Update {
    if n < 0 {
        update.take(counter, -n)
    } else {
        update.give(counter, n)
    }
}

pub(crate) fn order_item(order: &Order) -> NewItem {
    let placed = format!("{}#{}", sortable(order.placed_at), order.id);
    let item = NewItem::new(order_key(order.id), Document::of(order)).index(
        Index::Second,
        IndexKey::new(format!("event-orders#{}", order.event_id), placed.clone()),
    );
    if let Some(lapses_at) = order.lapses_at() {
        let shard = expiry_shard(order.id);
        return item.index(
            Index::First,
            IndexKey::new(format!("hold-expiry#{shard}"), sortable(lapses_at)),
        );
    }
    // One whose tickets were issued stays with its buyer, whatever became of them.
    let issued = matches!(order.state, OrderState::Confirmed { .. }) || !order.tickets.is_empty();
    match order.user_id {
        Some(user) if issued => item.index(Index::First, IndexKey::new(format!("buyer#{user}"), placed)),
        _ => item,
    }
}

fn expiry_shard(order: OrderId) -> u32 {
    u32::try_from(shard_of(order.ulid())).unwrap_or(0)
}

fn shard_of(ulid: Ulid) -> u128 {
    // The low bits of an order's own id number its tickets; those of the others are as random as these.
    (ulid.0 >> OrderId::TICKET_BITS) % u128::from(EXPIRY_SHARDS)
}

/// What is still to be done about a payment or a refund: the order says how it stands, this says when to look again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Errand {
    pub order_id: OrderId,
    pub event_id: EventId,
    pub payment_id: PaymentId,
    /// For a refund; else it is about the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<RefundId>,
    pub begun_at: Timestamp,
    /// How often it was looked after.
    #[serde(default)]
    pub tries: u32,
    /// When to look again; none once nothing is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Since when its money waits for a person to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_aside_at: Option<Timestamp>,
}

pub(crate) fn payment_key(payment: PaymentId) -> Key {
    Key::new(TABLE, format!("payment#{payment}"), "payment")
}

pub(crate) fn refund_key(payment: PaymentId, refund: RefundId) -> Key {
    Key::new(TABLE, format!("payment#{payment}"), format!("refund#{refund}"))
}

impl Errand {
    /// Where it stands.
    pub fn key(&self) -> Key {
        match self.refund_id {
            Some(refund) => refund_key(self.payment_id, refund),
            None => payment_key(self.payment_id),
        }
    }
}

pub(crate) fn errand_item(errand: &Errand) -> NewItem {
    let mut item = NewItem::new(errand.key(), Document::of(errand));
    if let Some(due_at) = errand.due_at {
        item = item.index(Index::First, errand_index(errand.payment_id, due_at));
    }
    if let Some(at) = errand.put_aside_at {
        let sort = format!("{}#{}", sortable(at), errand.payment_id);
        item = item.index(
            Index::Second,
            IndexKey::new(format!("put-aside#{}", errand.event_id), sort),
        );
    }
    item
}

/// Where the index finds what is due about a payment.
pub(crate) fn errand_index(payment: PaymentId, due_at: Timestamp) -> IndexKey {
    let shard = shard_of(payment.ulid());
    IndexKey::new(format!("payment-errands#{shard}"), sortable(due_at))
}

/// The errands of a shard, by when they are due.
pub(crate) fn errands_query(shard: u32) -> Query {
    Query::index(TABLE, Index::First, format!("payment-errands#{shard}"))
}

/// The payments of an event that were put aside, by when they were.
pub(crate) fn put_aside_query(event: EventId) -> Query {
    Query::index(TABLE, Index::Second, format!("put-aside#{event}"))
}

pub(crate) fn sandbox_key(payment: PaymentId) -> Key {
    Key::new(TABLE, format!("sandbox#{payment}"), "payment")
}

pub(crate) fn payment_settings_key(event: EventId) -> Key {
    // Apart from the offer: what is changed here is no reason to plan a sale anew.
    Key::new(TABLE, format!("payment-settings#{event}"), "settings")
}

/// What a put of the order finds: nothing, or the version it was read at.
pub(crate) fn expect(version: Option<u64>) -> Expect {
    version.map_or(Expect::Absent, Expect::Version)
}

/// The offer must be as it was read.
pub(crate) fn offer_unchanged(version: u64) -> Condition {
    Condition::Version(version)
}

#[cfg(test)]
mod tests;
