//! Writes an order beside the combiner, with what it moves and what is told: for what happens now and then, such as a
//! refund, and needs more in its change than a sale does.

use turnout_domain::Envelope;
use turnout_store::{Change, CommitError, Condition, Expect, Key, NewItem};

use crate::commit::commit;
use crate::error::SaleError;
use crate::items;
use crate::model::{AVAILABLE, Movements, Offer, Order, PoolKey};
use crate::{TABLE, Ticketing};

/// How often something is decided again because the order or the offer changed meanwhile.
pub(crate) const DECISIONS_MAX: usize = 16;

/// An order as it is to stand, and what belongs to that.
pub(crate) struct OrderWrite<'a> {
    pub order: &'a Order,
    /// The version it was read at.
    pub version: u64,
    /// The offer that the movements were decided with; not needed where nothing moves.
    pub offer: Option<&'a Offer>,
    pub movements: Movements,
    pub puts: Vec<(NewItem, Expect)>,
    pub checks: Vec<(Key, Condition)>,
    pub messages: Vec<Envelope>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrote {
    /// It stands.
    Done,
    /// Something changed meanwhile: read again, decide again.
    Stale,
    /// There is not enough stock to take.
    Short(PoolKey, i64),
}

impl<'a> OrderWrite<'a> {
    /// A write of the order alone.
    pub fn of(order: &'a Order, version: u64) -> Self {
        Self {
            order,
            version,
            offer: None,
            movements: Movements::new(),
            puts: Vec::new(),
            checks: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// With what it moves in the pools of this offer.
    pub fn moving(mut self, offer: &'a Offer, movements: Movements) -> Self {
        self.offer = Some(offer);
        self.movements = movements;
        self
    }

    /// With another item.
    pub fn put(mut self, item: NewItem, expect: Expect) -> Self {
        self.puts.push((item, expect));
        self
    }

    /// Only if these hold.
    pub fn check(mut self, checks: impl IntoIterator<Item = (Key, Condition)>) -> Self {
        self.checks.extend(checks);
        self
    }

    /// With something to tell.
    pub fn emit(mut self, message: Envelope) -> Self {
        self.messages.push(message);
        self
    }
}

impl Ticketing {
    /// Commits it, whole or not at all.
    pub(crate) async fn write_order(&self, write: OrderWrite<'_>) -> Result<Wrote, SaleError> {
        let event = write.order.event_id;
        let build = || {
            let mut change =
                Change::of(TABLE).put(items::order_item(write.order), Expect::Version(write.version));
            if let Some(offer) = write.offer {
                change = change.check(items::event_key(event), items::offer_unchanged(offer.version));
                for (pool, movement) in &write.movements {
                    let limited = offer.limited(*pool);
                    change = change.update(items::pool_update(event, *pool, *movement, limited));
                }
            }
            for (item, expect) in &write.puts {
                change = change.put(item.clone(), *expect);
            }
            for (key, condition) in &write.checks {
                change = change.check(key.clone(), *condition);
            }
            write.messages.iter().cloned().fold(change, Change::emit)
        };
        let refusals = match commit(&*self.store, build).await {
            Ok(_) => return Ok(Wrote::Done),
            Err(CommitError::Refused(refusals)) => refusals,
            Err(error) => return Err(error.into()),
        };
        // The order first: whoever was faster changed what is to be decided.
        if refusals.iter().any(|refusal| refusal.write <= 1) || write.offer.is_none() {
            return Ok(Wrote::Stale);
        }
        let pools: Vec<_> = write.movements.iter().collect();
        for refusal in refusals {
            let Some((pool, movement)) = pools.get(refusal.write - 2) else {
                continue;
            };
            let left = match &refusal.current {
                Some(item) => item.counters.get(AVAILABLE.0).copied(),
                // A promo code that was taken back after the order had lapsed.
                None => (!pool.in_offer()).then_some(0),
            };
            if let Some(left) = left.filter(|left| left + movement.available < 0) {
                return Ok(Wrote::Short(**pool, left));
            }
        }
        Ok(Wrote::Stale)
    }
}

/// What is said when it kept changing.
pub(crate) fn kept_changing() -> SaleError {
    let why = "the order kept changing".into();
    CommitError::Busy { why }.into()
}
