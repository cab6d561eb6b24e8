//! Whose turn it is: pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{TicketTypeId, WaitlistEntryId};

use super::WaitlistEntry;
use crate::model::{Offer, PoolKey, RequestedLine, Sales, TicketType};

/// How often later entries may be served past one that needs more than there is. From then on what it lacks is kept for
/// it, so that nobody waits for ever because others want less.
pub(crate) const PASSES_MAX: u32 = 3;

/// An entry as the queue has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiter {
    pub id: WaitlistEntryId,
    pub number: u64,
    pub ticket_types: Vec<TicketTypeId>,
    pub quantity: u32,
}

impl From<&WaitlistEntry> for Waiter {
    fn from(entry: &WaitlistEntry) -> Self {
        Self {
            id: entry.id,
            number: entry.number,
            ticket_types: entry.ticket_types.clone(),
            quantity: entry.quantity,
        }
    }
}

/// Why someone is not offered anything now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Nothing they want is free.
    NothingFree,
    /// Something is free, but not so many.
    TooFew { free: i64 },
    /// So many would be free, but they are kept for someone before them who needs more.
    KeptForEarlier,
    /// What they want is not on sale now.
    NotOnSale,
    /// The event does not have so many places at all.
    NeverFits,
}

/// What becomes of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is served with these; the entry it was served past, if one could have used them.
    Serve {
        lines: Vec<RequestedLine>,
        past: Option<u64>,
    },
    /// It goes on waiting.
    Wait(Why),
}

/// What is left in the limited pools.
type Left = BTreeMap<PoolKey, i64>;

/// Goes through the queue in order, and says what becomes of each entry with what is free now.
///
/// An entry is served whole or not at all: from one ticket type if one suffices, the first it named rather, or else from
/// several. One that needs more than there is keeps its place, and those behind it are served; but after [`PASSES_MAX`]
/// of them took what it lacks, that is kept for it.
pub(crate) fn turns(
    offer: &Offer,
    queue: &[Waiter],
    passed: &BTreeMap<u64, u32>,
    now: Timestamp,
) -> Vec<Turn> {
    let sold = |id: &TicketTypeId| {
        let ticket_type = offer.ticket_types.get(id);
        ticket_type.is_some_and(|ticket_type| ticket_type.sales(&offer.event, now) == Sales::Open)
    };
    let mut left: Left = offer.limited_stock(|stock| stock.available);
    let all: Left = offer.limited_stock(|stock| stock.capacity);
    let mut kept: BTreeSet<PoolKey> = BTreeSet::new();
    let mut skipped: Vec<(u64, BTreeSet<PoolKey>, u32)> = Vec::new();
    let mut turns = Vec::with_capacity(queue.len());
    for waiter in queue {
        if !waiter.ticket_types.iter().any(sold) {
            turns.push(Turn::Wait(Why::NotOnSale));
            continue;
        }
        if let Some(lines) = allot(offer, waiter, &left, |id| {
            sold(id) && offer.draws_on(*id).iter().all(|pool| !kept.contains(pool))
        }) {
            let drawn = take(offer, &lines, &mut left);
            let past = skipped
                .iter_mut()
                .find(|(_, short, _)| !short.is_disjoint(&drawn));
            let past = past.map(|(number, short, times)| {
                *times += 1;
                if *times >= PASSES_MAX {
                    kept.extend(short.iter().copied());
                }
                *number
            });
            turns.push(Turn::Serve { lines, past });
            continue;
        }
        let why = if allot(offer, waiter, &all, |_| true).is_none() {
            Why::NeverFits
        } else if allot(offer, waiter, &left, sold).is_some() {
            Why::KeptForEarlier
        } else {
            match waiter.ticket_types.iter().map(|t| room(offer, *t, &left)).max() {
                Some(free) if free > 0 => Why::TooFew { free },
                _ => Why::NothingFree,
            }
        };
        turns.push(Turn::Wait(why));
        if why == Why::NeverFits {
            continue;
        }
        let short: BTreeSet<PoolKey> = waiter
            .ticket_types
            .iter()
            .flat_map(|ticket_type| offer.draws_on(*ticket_type))
            .filter(|pool| {
                left.get(pool)
                    .is_some_and(|left| *left < i64::from(waiter.quantity))
            })
            .collect();
        let times = passed.get(&waiter.number).copied().unwrap_or(0);
        if times >= PASSES_MAX {
            kept.extend(short.iter().copied());
        }
        skipped.push((waiter.number, short, times));
    }
    turns
}

/// How many places of a ticket type there are; without a limit, as many as there are numbers.
fn room(offer: &Offer, ticket_type: TicketTypeId, left: &Left) -> i64 {
    let pools = offer.draws_on(ticket_type);
    let room = pools.iter().filter_map(|pool| left.get(pool)).min();
    room.copied().unwrap_or(i64::MAX)
}

/// The lines that serve the waiter whole, if there are any.
fn allot(
    offer: &Offer,
    waiter: &Waiter,
    left: &Left,
    usable: impl Fn(&TicketTypeId) -> bool,
) -> Option<Vec<RequestedLine>> {
    let usable: Vec<&TicketType> = waiter
        .ticket_types
        .iter()
        .filter(|id| usable(id))
        .filter_map(|id| offer.ticket_types.get(id))
        .collect();
    let of_one = |least: u32, most: u32| (least..=most).contains(&waiter.quantity);
    let whole = usable.iter().find(|one| {
        of_one(one.min_per_order, one.max_per_order)
            && i64::from(waiter.quantity) <= room(offer, one.id, left)
    });
    if let Some(one) = whole {
        return Some(vec![RequestedLine::of(one.id, waiter.quantity)]);
    }
    let mut left = left.clone();
    let mut lines = Vec::new();
    let mut wanted = waiter.quantity;
    for one in usable {
        let room = u32::try_from(room(offer, one.id, &left).max(0)).unwrap_or(u32::MAX);
        let some = wanted.min(one.max_per_order).min(room);
        if some > 0 && some >= one.min_per_order {
            lines.push(RequestedLine::of(one.id, some));
            take(offer, &lines[lines.len() - 1..], &mut left);
            wanted -= some;
        }
    }
    (wanted == 0).then_some(lines)
}

/// Takes the lines from what is left; the pools they draw on.
fn take(offer: &Offer, lines: &[RequestedLine], left: &mut Left) -> BTreeSet<PoolKey> {
    let mut drawn = BTreeSet::new();
    for line in lines {
        for pool in offer.draws_on(line.ticket_type_id) {
            if let Some(left) = left.get_mut(&pool) {
                *left -= i64::from(line.quantity);
            }
            drawn.insert(pool);
        }
    }
    drawn
}

#[cfg(test)]
mod tests;
