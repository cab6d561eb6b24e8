//! Stock: counted places, and what a sale moves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use turnout_domain::{Email, PoolId, PromoCodeId, TicketTypeId};
use turnout_store::{Counter, Item};

/// How many places there are. Only where the number is limited.
pub(crate) const CAPACITY: Counter = Counter("capacity");
/// How many can still be taken. Only where the number is limited.
pub(crate) const AVAILABLE: Counter = Counter("available");
/// How many are set aside for orders that are not confirmed yet.
pub(crate) const HELD: Counter = Counter("held");
/// How many are sold or given out.
pub(crate) const CONFIRMED: Counter = Counter("confirmed");
/// What the confirmed ones of a ticket type cost, in minor units.
pub(crate) const REVENUE: Counter = Counter("revenue");

/// A counted stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PoolKey {
    /// The event's, which all ticket types draw on that admit someone.
    Event,
    /// A ticket type's own.
    Type(TicketTypeId),
    /// One that several ticket types share.
    Shared(PoolId),
    /// How often a promo code can be used: an order is one use.
    Code(PromoCodeId),
    /// Places set aside for a promo code. In the pools they came from they count as held; what is sold of them moves
    /// from held to confirmed there, and from available to confirmed here.
    Reserved(PromoCodeId),
    /// How many of a ticket type one person can have, in all orders together.
    Person(TicketTypeId, PersonKey),
}

impl PoolKey {
    /// Whether it is part of the offer that every sale is planned with. The others are limited always, and looked up
    /// only by who draws on them.
    pub fn in_offer(self) -> bool {
        matches!(self, Self::Event | Self::Type(_) | Self::Shared(_))
    }
}

/// Who a limit for each person counts: the e-mail address, in lower case, hashed to 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct PersonKey(u64);

impl PersonKey {
    pub fn of(email: &Email) -> Self {
        let hash = Sha256::digest(email.as_str().to_lowercase());
        Self(u64::from_be_bytes(std::array::from_fn(|byte| hash[byte])))
    }
}

impl std::fmt::Display for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<PersonKey> for String {
    fn from(key: PersonKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for PersonKey {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u64::from_str_radix(&text, 16).map(Self)
    }
}

/// A pool's counters as they stand: `capacity = available + held + confirmed` where it is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stock {
    pub capacity: Option<i64>,
    pub available: Option<i64>,
    pub held: i64,
    pub confirmed: i64,
    pub revenue: i64,
}

impl Stock {
    /// The stock of a new pool of so many places; of as many as people want where there is no number.
    pub fn new(capacity: Option<u32>) -> Self {
        let capacity = capacity.map(i64::from);
        Self {
            capacity,
            available: capacity,
            ..Self::default()
        }
    }

    /// The stock of a new pool of so many.
    pub fn new_counted(capacity: i64) -> Self {
        Self {
            capacity: Some(capacity),
            available: Some(capacity),
            ..Self::default()
        }
    }

    /// The counters of a pool's item.
    pub fn of(item: &Item) -> Self {
        let stock = Self::read(item);
        debug_assert!(
            stock.adds_up(),
            "a pool does not add up: {stock:?} at {:?}",
            item.key
        );
        stock
    }

    /// The counters of a pool's item, whether or not they add up.
    pub fn read(item: &Item) -> Self {
        Self {
            capacity: item.counters.get(CAPACITY.0).copied(),
            available: item.counters.get(AVAILABLE.0).copied(),
            held: item.counter(HELD),
            confirmed: item.counter(CONFIRMED),
            revenue: item.counter(REVENUE),
        }
    }

    /// How many are sold, held or set aside.
    pub fn taken(&self) -> i64 {
        self.held + self.confirmed
    }

    /// Whether invariant 1 holds: nothing is lost, nothing oversold.
    pub fn adds_up(&self) -> bool {
        let balanced = match (self.capacity, self.available) {
            (Some(capacity), Some(available)) => {
                available >= 0 && capacity == available + self.held + self.confirmed
            }
            (None, None) => true,
            _ => false,
        };
        balanced && self.held >= 0 && self.confirmed >= 0
    }
}

/// What a sale, or several together, move in one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Movement {
    pub available: i64,
    pub held: i64,
    pub confirmed: i64,
    pub revenue: i64,
}

impl Movement {
    /// Sets `n` places aside.
    pub fn hold(n: u32) -> Self {
        let n = i64::from(n);
        Self {
            available: -n,
            held: n,
            ..Self::default()
        }
    }

    /// Sells `n` places that nobody held, for `revenue` minor units.
    pub fn sell(n: u32, revenue: i64) -> Self {
        let n = i64::from(n);
        Self {
            available: -n,
            confirmed: n,
            revenue,
            held: 0,
        }
    }

    /// Sells `n` places that were held, for `revenue` minor units.
    pub fn confirm(n: u32, revenue: i64) -> Self {
        let n = i64::from(n);
        Self {
            held: -n,
            confirmed: n,
            revenue,
            available: 0,
        }
    }

    /// Gives `n` held places back.
    pub fn release(n: u32) -> Self {
        let n = i64::from(n);
        Self {
            available: n,
            held: -n,
            ..Self::default()
        }
    }

    /// What the same step moves in the pool that a reserve's places came from: they count as held there until they are
    /// sold, whether or not someone holds them.
    pub fn of_reserve(self) -> Self {
        Self {
            available: 0,
            held: -self.confirmed,
            ..self
        }
    }

    /// Takes `n` sold places back, which cost `revenue` minor units.
    pub fn cancel(n: u32, revenue: i64) -> Self {
        let n = i64::from(n);
        Self {
            available: n,
            confirmed: -n,
            revenue: -revenue,
            held: 0,
        }
    }

    /// Both movements.
    pub fn and(self, other: Self) -> Self {
        Self {
            available: self.available + other.available,
            held: self.held + other.held,
            confirmed: self.confirmed + other.confirmed,
            revenue: self.revenue + other.revenue,
        }
    }
}

/// What a sale moves, by pool.
pub(crate) type Movements = BTreeMap<PoolKey, Movement>;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The stock after the movement, if the store would allow it.
    fn moved(stock: Stock, movement: Movement) -> Option<Stock> {
        let after = Stock {
            available: stock.available.map(|available| available + movement.available),
            held: stock.held + movement.held,
            confirmed: stock.confirmed + movement.confirmed,
            revenue: stock.revenue + movement.revenue,
            ..stock
        };
        let allowed = after.available.unwrap_or(0) >= 0 && after.held >= 0;
        allowed.then_some(after)
    }

    fn movement() -> impl Strategy<Value = Movement> {
        (0..4_usize, 1..20_u32).prop_map(|(kind, n)| match kind {
            0 => Movement::hold(n),
            1 => Movement::sell(n, i64::from(n) * 1250),
            2 => Movement::confirm(n, i64::from(n) * 1250),
            _ => Movement::release(n),
        })
    }

    proptest! {
        #[test]
        fn whatever_is_moved_the_capacity_is_kept(
            capacity in proptest::option::of(0..200_u32),
            movements in proptest::collection::vec(movement(), 0..60),
        ) {
            let mut stock = Stock::new(capacity);
            for movement in movements {
                if let Some(after) = moved(stock, movement) {
                    prop_assert!(after.adds_up(), "{after:?}");
                    prop_assert_eq!(after.revenue, after.confirmed * 1250);
                    stock = after;
                }
            }
        }

        #[test]
        fn movements_together_are_what_they_are_one_by_one(
            movements in proptest::collection::vec(movement(), 0..20),
        ) {
            let one_by_one = movements.iter().try_fold(Stock::new(Some(10_000)), |stock, movement| moved(stock, *movement));
            let sum = movements.iter().fold(Movement::default(), |sum, movement| sum.and(*movement));
            if let Some(expected) = one_by_one {
                prop_assert_eq!(moved(Stock::new(Some(10_000)), sum), Some(expected));
            }
        }
    }

    #[test]
    fn a_stock_that_lost_count_is_seen() {
        let right = Stock {
            held: 2,
            confirmed: 3,
            available: Some(5),
            ..Stock::new(Some(10))
        };
        assert!(right.adds_up());
        assert!(
            Stock {
                available: None,
                capacity: None,
                ..right
            }
            .adds_up()
        );
        for wrong in [
            Stock { held: 3, ..right },
            Stock {
                available: Some(-1),
                held: 8,
                ..right
            },
            Stock {
                available: Some(8),
                held: -1,
                ..right
            },
            Stock {
                available: None,
                ..right
            },
            Stock {
                capacity: None,
                ..right
            },
        ] {
            assert!(!wrong.adds_up(), "{wrong:?}");
        }
    }
}
