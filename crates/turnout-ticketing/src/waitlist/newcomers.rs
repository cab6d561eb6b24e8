//! What newcomers may have while others wait, and what the combiner's changes say of it. Where nobody waits, nothing is
//! looked at.

use std::collections::BTreeMap;

use jiff::Timestamp;
use turnout_domain::messages::{PlacesFreed, WaitlistOrderMoved};
use turnout_domain::{Envelope, EventId, MessageId, TicketTypeId};
use turnout_store::{Condition, Update};

use crate::model::{AVAILABLE, Movement, Movements, Offer, Order, OrderState, PoolKey, Stock, TicketType};

impl Offer {
    /// The pools that a ticket type draws on.
    pub fn draws_on(&self, ticket_type: TicketTypeId) -> Vec<PoolKey> {
        let ticket_type = self.ticket_types.get(&ticket_type);
        ticket_type.map(TicketType::pools).unwrap_or_default()
    }

    /// A number of every limited pool.
    pub fn limited_stock(&self, of: impl Fn(&Stock) -> Option<i64>) -> BTreeMap<PoolKey, i64> {
        let limited = |(pool, stock): (&PoolKey, &Stock)| Some((*pool, of(stock)?));
        self.stock.iter().filter_map(limited).collect()
    }

    /// How many places of a ticket type newcomers can have, as far as was read: none of what others wait for.
    pub fn available_to_newcomers(&self, ticket_type: TicketTypeId) -> Option<i64> {
        let available = self.available(ticket_type);
        if self.event.waited_for.is_empty() {
            return available;
        }
        if self.event.waited_for.contains(&ticket_type) {
            return Some(0);
        }
        let others = PoolsOfOthers::set_aside(self);
        let pools = self.draws_on(ticket_type);
        let left = pools.iter().filter_map(|pool| {
            let left = self.stock.get(pool)?.available?;
            Some(left.saturating_sub(others.aside(*pool)).max(0))
        });
        left.min().or(available)
    }
}

/// How many places of each pool are for those who wait alone, though not only what they wait for draws on it.
#[derive(Debug, Default)]
pub(crate) struct PoolsOfOthers(BTreeMap<PoolKey, i64>);

impl PoolsOfOthers {
    /// As many as the ticket types that are waited for could still use of the pool. What they cannot use, because a pool of
    /// their own is empty, is everyone's.
    pub fn set_aside(offer: &Offer) -> Self {
        let mut aside: BTreeMap<PoolKey, i64> = BTreeMap::new();
        for waited in &offer.event.waited_for {
            let limited: Vec<(PoolKey, i64)> = offer
                .draws_on(*waited)
                .into_iter()
                .filter_map(|pool| Some((pool, offer.stock.get(&pool)?.available?)))
                .collect();
            for (pool, _) in &limited {
                let others = limited.iter().filter(|(other, _)| other != pool);
                let usable = others.map(|(_, left)| *left).min().unwrap_or(i64::MAX);
                let sum = aside.entry(*pool).or_default();
                *sum = sum.saturating_add(usable);
            }
        }
        aside.retain(|_, usable| *usable > 0);
        Self(aside)
    }

    /// For a change of these orders: those made for someone who waits may have what is set aside.
    pub fn of<'a>(offer: &Offer, mut orders: impl Iterator<Item = &'a Order>) -> Self {
        if offer.event.waited_for.is_empty() || orders.any(|order| order.waitlist_entry.is_some()) {
            return Self::default();
        }
        Self::set_aside(offer)
    }

    fn aside(&self, pool: PoolKey) -> i64 {
        self.0.get(&pool).copied().unwrap_or(0)
    }

    /// The ticket type of the order that newcomers cannot have, because others wait for it or for what it draws on.
    pub fn need(
        &self,
        offer: &Offer,
        order: &Order,
        movements: &Movements,
        taken: &Movements,
    ) -> Option<TicketTypeId> {
        if offer.event.waited_for.is_empty() || order.waitlist_entry.is_some() {
            return None;
        }
        // What is set aside for a code is its own, whoever waits.
        let takes = |(pool, movement): (&PoolKey, &Movement)| pool.in_offer() && movement.available < 0;
        if !movements.iter().any(takes) {
            return None;
        }
        let of_others = |pool: &PoolKey| {
            let left = offer.stock.get(pool).and_then(|stock| stock.available);
            let moved = |all: &Movements| all.get(pool).map_or(0, |movement| movement.available);
            let aside = self.aside(*pool);
            left.is_some_and(|left| aside > 0 && left + moved(taken).min(0) + moved(movements) < aside)
        };
        let mut types = order.lines.iter().map(|line| line.ticket_type_id);
        types.find(|id| offer.event.waited_for.contains(id) || offer.draws_on(*id).iter().any(of_others))
    }

    /// The update of the pool, which leaves what is set aside even if it was read a moment ago.
    pub fn keep(&self, update: Update, pool: PoolKey, movement: Movement) -> Update {
        match self.0.get(&pool) {
            Some(aside) if movement.available < 0 => {
                let least = aside.saturating_sub(movement.available);
                update.require(Condition::AtLeast(AVAILABLE, least))
            }
            _ => update,
        }
    }
}

/// Whether what the orders move may give places back that others wait for.
pub(crate) fn frees<'a>(
    offer: &Offer,
    movements: &Movements,
    mut orders: impl Iterator<Item = &'a Order>,
) -> bool {
    // What comes free beside what is taken does not show in the sum.
    let ended = |order: &Order| {
        matches!(
            order.state,
            OrderState::Cancelled { .. } | OrderState::Expired { .. }
        )
    };
    !offer.event.waited_for.is_empty()
        && (movements.values().any(|movement| movement.available > 0) || orders.any(ended))
}

/// How many messages [`told`] makes at most.
pub(crate) fn messages_max<'a>(offer: &Offer, orders: impl Iterator<Item = &'a Order>) -> usize {
    usize::from(!offer.event.waited_for.is_empty())
        + orders.filter(|order| order.waitlist_entry.is_some()).count()
}

/// What the list is told of a change: that places came free, and of its own orders what became of them.
pub(crate) fn told<'a>(
    event: EventId,
    frees: bool,
    orders: impl Iterator<Item = &'a Order>,
    ids: &[MessageId],
    now: Timestamp,
) -> Vec<Envelope> {
    let mut ids = ids.iter().copied();
    let mut told = Vec::new();
    if frees && let Some(id) = ids.next() {
        told.push(Envelope::new(id, now, &PlacesFreed { event_id: event }));
    }
    for order in orders {
        let ended = !matches!(order.state, OrderState::Held { .. });
        if let Some(entry_id) = order.waitlist_entry.filter(|_| ended)
            && let Some(id) = ids.next()
        {
            let moved = WaitlistOrderMoved {
                event_id: event,
                entry_id,
                order_id: order.id,
            };
            told.push(Envelope::new(id, now, &moved));
        }
    }
    told
}
