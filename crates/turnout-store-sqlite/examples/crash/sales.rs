//! The load: what every submitter does, step by step, and what must stand when given steps were applied.
//!
//! A step is all that is needed to make its change again: after a crash the verifier repeats it under the same token,
//! and knows what it should have done.

use std::collections::BTreeMap;

use jiff::Timestamp;
use turnout_domain::{Envelope, MessageId};
use turnout_store::{
    Change, Condition, Counter, Document, Expect, Index, IndexKey, Item, Key, NewItem, Query, Table, Token,
    Update,
};

pub(crate) const TABLE: Table = Table("tickets");
/// How many commit at once.
pub(crate) const SUBMITTERS: u32 = 64;
/// The partition of the pools, and what is counted in each: `left + held + sold` is always its places.
const POOLS: &str = "pools";
const POOLS_COUNT: u32 = 8;
const LEFT: Counter = Counter("left");
const HELD: Counter = Counter("held");
const SOLD: Counter = Counter("sold");
/// More than are ever bought.
const PLACES: i64 = 1_000_000_000;
/// The last pool has few: it sells out, and from then on its sales are refused.
const SCARCE: u32 = POOLS_COUNT - 1;
const SCARCE_PLACES: i64 = 2_000;
/// As much as an order weighs.
const FILLER: &str = "What else an order keeps: who bought, at what price, which terms they agreed to, in which \
    language they want their tickets, what they paid with and under which number the payment is known elsewhere.";

/// What one submitter does at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    pub(crate) submitter: u32,
    pub(crate) number: u32,
}

/// A step is one of these, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Stock goes down, an order is inserted: the change that matters most.
    Sale,
    /// The same in the pool that sells out.
    ScarceSale,
    /// Places are set aside.
    Hold,
    /// The hold of the step before is replaced, and its order inserted.
    Confirm,
    /// The hold of the step before is deleted.
    Release,
}

/// An item as it must stand: its version, document and index keys. Only pools have counters.
pub(crate) type Standing = (u64, Document, [Option<IndexKey>; 2]);

/// What a pool must count: left, held, sold, and its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    left: i64,
    held: i64,
    sold: i64,
    version: u64,
}

impl Step {
    fn kind(self) -> Kind {
        match self.number % 8 {
            1 | 5 => Kind::Hold,
            2 => Kind::Confirm,
            3 => Kind::ScarceSale,
            6 => Kind::Release,
            _ => Kind::Sale,
        }
    }

    /// Only the pool that sells out refuses.
    pub(crate) fn may_be_refused(self) -> bool {
        self.kind() == Kind::ScarceSale
    }

    pub(crate) fn next(self) -> Self {
        Self {
            number: self.number + 1,
            ..self
        }
    }

    /// The step that made the hold, for one that ends it.
    fn before(self) -> Self {
        Self {
            number: self.number.saturating_sub(1),
            ..self
        }
    }

    fn pool(self) -> u32 {
        match self.kind() {
            Kind::ScarceSale => SCARCE,
            Kind::Confirm | Kind::Release => self.before().pool(),
            Kind::Sale | Kind::Hold => (self.submitter + self.number) % SCARCE,
        }
    }

    fn places(self) -> i64 {
        match self.kind() {
            Kind::ScarceSale => 1,
            Kind::Confirm | Kind::Release => self.before().places(),
            Kind::Sale | Kind::Hold => i64::from(1 + self.number % 3),
        }
    }

    fn order_name(self) -> String {
        format!("order-{:08}", self.number)
    }

    fn hold_name(self) -> String {
        format!("hold-{:08}", self.number)
    }

    fn order(self) -> NewItem {
        let name = self.order_name();
        let record = serde_json::json!({ "order": name, "pool": self.pool(), "places": self.places(), "more": FILLER });
        let buyer = IndexKey::new(orders_of(self.submitter), name.clone());
        NewItem::new(key(self.submitter, &name), Document::of(&record)).index(Index::First, buyer)
    }

    /// A hold that is open has a place in the second index, one that was confirmed has none.
    fn hold(self, confirmed: bool) -> NewItem {
        let name = self.hold_name();
        let record = serde_json::json!({ "hold": name, "places": self.places(), "confirmed": confirmed });
        let item = NewItem::new(key(self.submitter, &name), Document::of(&record));
        if confirmed {
            item
        } else {
            item.index(Index::Second, IndexKey::new(open_holds_of(self.submitter), name))
        }
    }

    pub(crate) fn change(self) -> Change {
        let (places, pool) = (self.places(), Update::of(pool_key(self.pool())));
        let change = match self.kind() {
            Kind::Sale | Kind::ScarceSale => Change::of(TABLE)
                .update(pool.take(LEFT, places).give(SOLD, places))
                .put(self.order(), Expect::Absent),
            Kind::Hold => Change::of(TABLE)
                .update(pool.take(LEFT, places).give(HELD, places))
                .put(self.hold(false), Expect::Absent),
            Kind::Confirm => Change::of(TABLE)
                .update(pool.take(HELD, places).give(SOLD, places))
                .put(self.before().hold(true), Expect::Version(1))
                .put(self.order(), Expect::Absent),
            Kind::Release => Change::of(TABLE)
                .update(pool.take(HELD, places).give(LEFT, places))
                .delete(self.before().hold(false).key, Condition::Version(1)),
        };
        let mut change = change.emit(self.message());
        change.token = Token(u128::from(self.submitter) << 64 | u128::from(self.number));
        change
    }

    fn message(self) -> Envelope {
        let id = format!("{}_{:016}{:010}", MessageId::PREFIX, self.submitter, self.number);
        Envelope {
            id: id.parse().expect("decimal digits are a ULID"),
            kind: "crash.step_applied".to_owned(),
            occurred_at: Timestamp::UNIX_EPOCH,
            body: serde_json::value::to_raw_value(&(self.submitter, self.number))
                .expect("two numbers are JSON"),
        }
    }

    /// The step that a message tells of.
    pub(crate) fn of_message(message: &Envelope) -> Result<Self, String> {
        let (submitter, number) = serde_json::from_str(message.body.get())
            .map_err(|error| format!("the message {} cannot be read: {error}", message.id))?;
        Ok(Self { submitter, number })
    }

    /// Does to the items of its submitter, by their names, what its change does in the store.
    pub(crate) fn apply(self, items: &mut BTreeMap<String, Standing>) {
        let standing = |version, item: NewItem| (version, item.document, item.indexes);
        let (hold, before) = (self.hold_name(), self.before());
        match self.kind() {
            Kind::Sale | Kind::ScarceSale => drop(items.insert(self.order_name(), standing(1, self.order()))),
            Kind::Hold => drop(items.insert(hold, standing(1, self.hold(false)))),
            Kind::Confirm => {
                items.insert(before.hold_name(), standing(2, before.hold(true)));
                items.insert(self.order_name(), standing(1, self.order()));
            }
            Kind::Release => drop(items.remove(&before.hold_name())),
        }
    }

    /// The same for its pool.
    pub(crate) fn count(self, pools: &mut BTreeMap<String, Counts>) {
        let Some(pool) = pools.get_mut(&pool_name(self.pool())) else {
            return;
        };
        let (from, to) = match self.kind() {
            Kind::Sale | Kind::ScarceSale => (&mut pool.left, &mut pool.sold),
            Kind::Hold => (&mut pool.left, &mut pool.held),
            Kind::Confirm => (&mut pool.held, &mut pool.sold),
            Kind::Release => (&mut pool.held, &mut pool.left),
        };
        *from -= self.places();
        *to += self.places();
        pool.version += 1;
    }
}

impl Counts {
    pub(crate) fn of(pool: &Item) -> Self {
        Self {
            left: pool.counter(LEFT),
            held: pool.counter(HELD),
            sold: pool.counter(SOLD),
            version: pool.version,
        }
    }

    pub(crate) fn is_oversold(self) -> bool {
        self.left < 0 || self.held < 0
    }
}

/// Pools from which nothing was sold yet.
pub(crate) fn new_pools() -> BTreeMap<String, Counts> {
    let full = |pool| Counts {
        left: if pool == SCARCE { SCARCE_PLACES } else { PLACES },
        held: 0,
        sold: 0,
        version: 1,
    };
    (0..POOLS_COUNT)
        .map(|pool| (pool_name(pool), full(pool)))
        .collect()
}

/// Makes all pools.
pub(crate) fn opening() -> Change {
    let pools = new_pools().into_iter().map(|(name, counts)| {
        NewItem::new(Key::new(TABLE, POOLS, name), Document::empty())
            .counter(LEFT, counts.left)
            .counter(HELD, 0)
            .counter(SOLD, 0)
    });
    pools.fold(Change::of(TABLE), |change, pool| change.put(pool, Expect::Absent))
}

/// Stands if the pools were made.
pub(crate) fn any_pool() -> Key {
    pool_key(0)
}

pub(crate) fn pools() -> Query {
    Query::partition(TABLE, POOLS)
}

pub(crate) fn items_of(submitter: u32) -> Query {
    Query::partition(TABLE, partition_of(submitter))
}

/// The same items as two indexes find them: the orders, and the open holds.
pub(crate) fn indexed_of(submitter: u32) -> [Query; 2] {
    [
        Query::index(TABLE, Index::First, orders_of(submitter)),
        Query::index(TABLE, Index::Second, open_holds_of(submitter)),
    ]
}

/// Whose item it is; a pool is nobody's.
pub(crate) fn submitter_of(key: &Key) -> Option<u32> {
    key.partition.strip_prefix("submitter-")?.parse().ok()
}

fn partition_of(submitter: u32) -> String {
    format!("submitter-{submitter:08}")
}

fn orders_of(submitter: u32) -> String {
    format!("orders-{submitter:08}")
}

fn open_holds_of(submitter: u32) -> String {
    format!("open-holds-{submitter:08}")
}

fn key(submitter: u32, name: &str) -> Key {
    Key::new(TABLE, partition_of(submitter), name)
}

fn pool_key(pool: u32) -> Key {
    Key::new(TABLE, POOLS, pool_name(pool))
}

fn pool_name(pool: u32) -> String {
    format!("pool-{pool}")
}
