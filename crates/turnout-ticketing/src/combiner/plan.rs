//! What a batch would do: pure.

use std::collections::{BTreeMap, HashSet, VecDeque};

use jiff::Timestamp;
use turnout_domain::EventId;
use turnout_domain::messages::EventStatus;
use turnout_store::Change;

use super::{Job, Step};
use crate::commit::Patience;
use crate::error::SaleError;
use crate::model::{Movement, Movements, Offer, Order, OrderLine, OrderState, PoolKey};
use crate::waitlist::PoolsOfOthers;

/// The most bytes that names and answers add to one change: the rest is for the orders themselves.
const DETAILS_BYTES_MAX: usize = Change::BYTES_MAX / 2;

/// What a combiner remembers between batches.
pub(super) struct Batch {
    pub event: EventId,
    /// The offer as last read; every change checks that it still stands.
    pub offer: Option<Offer>,
    /// What the store said is left, when it refused the batch before. It holds for those who waited then, and for one
    /// plan: who comes later must not be turned away because of it.
    pub left: BTreeMap<PoolKey, Left>,
    /// For a store that did not answer the batch before.
    pub patience: Patience,
}

impl Batch {
    pub fn new(event: EventId) -> Self {
        Self {
            event,
            offer: None,
            left: BTreeMap::new(),
            patience: Patience::Usual,
        }
    }

    /// Keeps the offer for the next batch, unless people wait for something: then what is left decides who may buy, and
    /// is read every time.
    pub fn keep(&mut self, offer: Offer) {
        self.offer = offer.event.waited_for.is_empty().then_some(offer);
    }
}

/// What the store said of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    /// How many can be had.
    pub available: i64,
    /// How many others hold: they may come back.
    pub held: i64,
}

/// A job that takes part in the change, and the order as the change will leave it.
pub(super) struct Entry {
    pub job: Job,
    pub order: Order,
    /// The version the order has before; none where it is new.
    pub version: Option<u64>,
}

impl Entry {
    /// The version the order has after the change: a put makes version 1, or one more.
    pub fn version_after(&self) -> u64 {
        self.version.map_or(1, |version| version + 1)
    }
}

/// What becomes of the jobs of a batch.
pub(super) struct Plan {
    /// Those that take part, in the order they came.
    pub entries: Vec<Entry>,
    /// Those for which what the store said is left does not suffice, whoever else is served.
    pub short: Vec<(Job, SaleError)>,
    /// Those that the offer or their order's state does not allow.
    pub refused: Vec<(Job, SaleError)>,
    /// Those whose buyer must be counted before they can be planned.
    pub uncounted: Vec<(Job, SaleError)>,
    /// Those that must wait for the next change.
    pub later: VecDeque<Job>,
    /// What the entries move together.
    pub movements: Movements,
    /// What the entries' messages have at most.
    message_bytes: usize,
    /// What names and answers add to the entries' orders.
    details_bytes: usize,
}

/// Plans a change for the jobs, first come, first served.
pub(super) fn plan(
    offer: &Offer,
    left: &BTreeMap<PoolKey, Left>,
    jobs: impl IntoIterator<Item = Job>,
    now: Timestamp,
) -> Plan {
    let mut plan = Plan {
        entries: Vec::new(),
        short: Vec::new(),
        refused: Vec::new(),
        uncounted: Vec::new(),
        later: VecDeque::new(),
        movements: Movements::new(),
        message_bytes: 0,
        details_bytes: 0,
    };
    let mut orders = HashSet::new();
    let mut others = PoolsOfOthers::default();
    if !offer.event.waited_for.is_empty() {
        others = PoolsOfOthers::set_aside(offer);
    }
    for job in jobs {
        if !orders.insert(job.step.order_id()) {
            // Two steps of one order cannot be in one change: the second sees what the first did.
            plan.later.push_back(job);
            continue;
        }
        match step(offer, &job.step, now) {
            Err(error @ SaleError::NotCounted { .. }) => plan.uncounted.push((job, error)),
            Err(error) => plan.refused.push((job, error)),
            Ok((order, movements)) => match stock(&movements, left, &plan.movements) {
                _ if let Some(ticket_type) = others.need(offer, &order, &movements, &plan.movements) => {
                    plan.refused.push((job, SaleError::WaitlistFirst { ticket_type }));
                }
                InStock::Never => plan.short.push((job, sold_out(&order, &movements, left))),
                InStock::Now if plan.fits(&order, &movements) => plan.take(job, order, &movements),
                InStock::Now | InStock::PerhapsLater => plan.later.push_back(job),
            },
        }
    }
    plan
}

impl Plan {
    /// Every job, in the order they came.
    pub fn into_jobs(self) -> VecDeque<Job> {
        let told = self.short.into_iter().chain(self.refused).chain(self.uncounted);
        let told = told.map(|(job, _)| job);
        let served = self.entries.into_iter().map(|entry| entry.job);
        in_order(served.chain(told).chain(self.later))
    }

    /// Whether one more order, drawing on these pools, fits into one change: with the check of the offer and the outbox.
    fn fits(&self, order: &Order, movements: &Movements) -> bool {
        let pools = self.movements.len()
            + movements
                .keys()
                .filter(|pool| !self.movements.contains_key(pool))
                .count();
        self.entries.len() + 1 + pools + 2 <= Change::WRITES_MAX
            && self.message_bytes + order.message_bytes_max() <= Change::MESSAGE_BYTES_MAX
            && self.details_bytes + order.details_bytes() <= DETAILS_BYTES_MAX
    }

    fn take(&mut self, job: Job, order: Order, movements: &Movements) {
        for (pool, movement) in movements {
            let sum = self.movements.entry(*pool).or_default();
            *sum = sum.and(*movement);
        }
        self.message_bytes += order.message_bytes_max();
        self.details_bytes += order.details_bytes();
        let version = job.step.expects();
        self.entries.push(Entry { job, order, version });
    }
}

/// The jobs in the order they came.
pub(super) fn in_order(jobs: impl IntoIterator<Item = Job>) -> VecDeque<Job> {
    let mut jobs: Vec<Job> = jobs.into_iter().collect();
    jobs.sort_by_key(|job| job.number);
    jobs.into()
}

/// The order after the step, and what the step moves.
fn step(offer: &Offer, step: &Step, now: Timestamp) -> Result<(Order, Movements), SaleError> {
    match step {
        Step::Place(request) => {
            let order = offer.place(request, now)?;
            let movements = match order.state {
                OrderState::Confirmed { .. } => order.movements(Movement::sell),
                _ => order.movements(|n, _| Movement::hold(n)),
            };
            Ok((order, movements))
        }
        Step::Confirm { order, .. } => {
            if offer.event.status != EventStatus::Published {
                return Err(SaleError::NotOnSale);
            }
            Ok((order.confirm(now)?, order.movements(Movement::confirm)))
        }
        Step::Release { order, .. } => {
            Ok((order.release(now)?, order.movements(|n, _| Movement::release(n))))
        }
    }
}

/// Whether there is stock for an order, as far as the store said what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum InStock {
    /// After those before it in the plan.
    Now,
    /// Only if one of those before it leaves the plan. Whether it does is known once they are served.
    PerhapsLater,
    /// Not even alone.
    Never,
}

fn stock(movements: &Movements, left: &BTreeMap<PoolKey, Left>, taken: &Movements) -> InStock {
    let of_pool = |(pool, movement): (&PoolKey, &Movement)| {
        let left = left.get(pool)?.available + movement.available;
        let after = left + taken.get(pool).map_or(0, |movement| movement.available);
        (movement.available < 0 && after < 0).then_some(if left < 0 {
            InStock::Never
        } else {
            InStock::PerhapsLater
        })
    };
    let worst = movements.iter().filter_map(of_pool).max();
    worst.unwrap_or(InStock::Now)
}

/// Why the order cannot be had: which of its lines, and how many there are of that one; or its code, or its buyer.
fn sold_out(order: &Order, movements: &Movements, left: &BTreeMap<PoolKey, Left>) -> SaleError {
    let short = |pool: &PoolKey| {
        let wanted = movements.get(pool).map_or(0, |movement| -movement.available);
        left.get(pool).is_some_and(|left| left.available < wanted)
    };
    for pool in movements.keys().filter(|pool| short(pool)) {
        match pool {
            PoolKey::Code(_) => return SaleError::CodeUsedUp,
            PoolKey::Reserved(_) => return SaleError::ReserveShort,
            PoolKey::Person(ticket_type, _) => {
                return SaleError::PersonLimit {
                    ticket_type: *ticket_type,
                    left: left[pool].available,
                };
            }
            PoolKey::Event | PoolKey::Type(_) | PoolKey::Shared(_) => {}
        }
    }
    let of_line = |line: &OrderLine| {
        let pools = line.movements(line.quantity, 0, |n, _| Movement::hold(n));
        let least = pools.iter().filter_map(|(pool, _)| left.get(pool));
        let least = least.min_by_key(|left| left.available)?;
        Some((line.ticket_type_id, *least))
    };
    let alone = order
        .lines
        .iter()
        .find_map(|line| of_line(line).filter(|(_, left)| left.available < i64::from(line.quantity)));
    // Each line could be had alone, but not all together: then it is a pool they share that has too few.
    let together = || {
        let draws = |line: &&OrderLine| {
            let pools = line.movements(line.quantity, 0, |n, _| Movement::hold(n));
            pools.iter().any(|(pool, _)| short(pool))
        };
        order.lines.iter().find(draws).and_then(of_line)
    };
    match alone.or_else(together) {
        Some((ticket_type, left)) => SaleError::SoldOut {
            ticket_type,
            left: left.available,
            in_carts: left.held,
            next_release: None,
        },
        None => SaleError::NotOnSale,
    }
}

#[cfg(test)]
mod tests;
