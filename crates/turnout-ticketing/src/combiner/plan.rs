//! What a batch would do: pure.

use std::collections::{BTreeMap, HashSet, VecDeque};

use jiff::Timestamp;
use turnout_domain::messages::EventStatus;
use turnout_domain::{EventId, OrderId};
use turnout_store::Change;

use super::{Job, Step};
use crate::error::SaleError;
use crate::model::{Movement, Movements, Offer, Order, OrderState, PoolKey};

/// What a combiner remembers between batches.
pub(super) struct Batch {
    pub event: EventId,
    /// The offer as last read; every change checks that it still stands.
    pub offer: Option<Offer>,
    /// What the store said is left, when it refused the batch before. Good for the next plan only.
    pub left: BTreeMap<PoolKey, i64>,
}

impl Batch {
    pub fn new(event: EventId) -> Self {
        Self {
            event,
            offer: None,
            left: BTreeMap::new(),
        }
    }
}

/// A job that takes part in the change, and the order as the change will leave it.
pub(super) struct Entry {
    pub job: Job,
    pub order: Order,
    /// The version the order has before; none where it is new.
    pub version: Option<u64>,
}

/// What becomes of the jobs of a batch.
pub(super) struct Plan {
    /// Those that take part, in the order they came.
    pub entries: Vec<Entry>,
    /// Those for which what the store said is left does not suffice, after those before them.
    pub short: Vec<(Job, SaleError)>,
    /// Those that the offer or their order's state does not allow.
    pub refused: Vec<(Job, SaleError)>,
    /// Those that must wait for the next change.
    pub later: VecDeque<Job>,
    /// What the entries move together.
    pub movements: Movements,
}

/// Plans a change for the jobs, first come, first served.
pub(super) fn plan(
    offer: &Offer,
    left: &BTreeMap<PoolKey, i64>,
    jobs: impl IntoIterator<Item = Job>,
    now: Timestamp,
) -> Plan {
    let mut plan = Plan {
        entries: Vec::new(),
        short: Vec::new(),
        refused: Vec::new(),
        later: VecDeque::new(),
        movements: Movements::new(),
    };
    let mut orders = HashSet::new();
    for job in jobs {
        if !orders.insert(order_id(&job.step)) {
            // Two steps of one order cannot be in one change: the second sees what the first did.
            plan.later.push_back(job);
            continue;
        }
        match step(offer, &job.step, now) {
            Err(error) => plan.refused.push((job, error)),
            Ok((order, version, movements)) => {
                if let Some(error) = short(&order, &movements, left, &plan.movements) {
                    plan.short.push((job, error));
                } else if plan.fits(&movements) {
                    plan.take(&movements);
                    plan.entries.push(Entry { job, order, version });
                } else {
                    plan.later.push_back(job);
                }
            }
        }
    }
    plan
}

impl Plan {
    /// Whether one more order, drawing on these pools, fits into one change: with the check of the offer and the outbox.
    fn fits(&self, movements: &Movements) -> bool {
        let pools = self.movements.len()
            + movements
                .keys()
                .filter(|pool| !self.movements.contains_key(pool))
                .count();
        self.entries.len() + 1 + pools + 2 <= Change::WRITES_MAX
    }

    fn take(&mut self, movements: &Movements) {
        for (pool, movement) in movements {
            let sum = self.movements.entry(*pool).or_default();
            *sum = sum.and(*movement);
        }
    }
}

pub(super) fn order_id(step: &Step) -> OrderId {
    match step {
        Step::Place(request) => request.order_id,
        Step::Confirm { order, .. } | Step::Release { order, .. } => order.id,
    }
}

type Next = (Order, Option<u64>, Movements);

/// The order after the step, the version it has before, and what the step moves.
fn step(offer: &Offer, step: &Step, now: Timestamp) -> Result<Next, SaleError> {
    match step {
        Step::Place(request) => {
            let order = offer.place(request, now)?;
            let movements = match order.state {
                OrderState::Confirmed { .. } => order.movements(Movement::sell),
                _ => order.movements(|n, _| Movement::hold(n)),
            };
            Ok((order, None, movements))
        }
        Step::Confirm { order, version } => {
            if offer.event.status != EventStatus::Published {
                return Err(SaleError::NotOnSale);
            }
            Ok((
                order.confirm(now)?,
                Some(*version),
                order.movements(Movement::confirm),
            ))
        }
        Step::Release { order, version } => Ok((
            order.release(now)?,
            Some(*version),
            order.movements(|n, _| Movement::release(n)),
        )),
    }
}

/// Why the order cannot be served with what is left, if the store said so.
fn short(
    order: &Order,
    movements: &Movements,
    left: &BTreeMap<PoolKey, i64>,
    taken: &Movements,
) -> Option<SaleError> {
    movements.iter().find_map(|(pool, movement)| {
        let left = left.get(pool)? + taken.get(pool).map_or(0, |movement| movement.available);
        let ticket_type = match pool {
            PoolKey::Type(ticket_type) => *ticket_type,
            PoolKey::Event => order.lines.first()?.ticket_type_id,
        };
        (movement.available < 0 && left + movement.available < 0)
            .then_some(SaleError::SoldOut { ticket_type, left })
    })
}
