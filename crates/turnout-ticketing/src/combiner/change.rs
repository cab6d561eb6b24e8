//! The change that a plan makes, and what it tells.

use jiff::Timestamp;
use turnout_domain::messages::{OrderConfirmed, OrderHeld, OrderReleased, StockChanged};
use turnout_domain::{Envelope, EventId, MessageId};
use turnout_store::{Change, Expect};

use super::plan::Entry;
use crate::TABLE;
use crate::items;
use crate::model::{Movements, Offer, Order, OrderLine, OrderState};
use crate::waitlist::{self, PoolsOfOthers};

/// A write of the change, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The check that the offer still stands.
    Offer,
    /// The stock of the pool with this number.
    Pool(usize),
    /// The order of the entry with this number.
    Entry(usize),
}

impl Place {
    /// What the write at `write` of a change of so many pools is about.
    pub fn of(write: usize, pools: usize) -> Self {
        match write.checked_sub(1) {
            None => Self::Offer,
            Some(pool) if pool < pools => Self::Pool(pool),
            Some(entry) => Self::Entry(entry - pools),
        }
    }
}

/// The change of these entries: the same whenever it is made, but for its token.
pub(super) fn change(
    event: EventId,
    offer: &Offer,
    movements: &Movements,
    entries: &[Entry],
    messages: &[MessageId],
    now: Timestamp,
) -> Change {
    let orders = || entries.iter().map(|entry| &entry.order);
    let frees = waitlist::frees(offer, movements, orders());
    let mut change = if frees {
        // Nobody may sell by what was left before: it is for those who wait.
        Change::of(TABLE).put(items::event_item(&offer.event), Expect::Version(offer.version))
    } else {
        Change::of(TABLE).check(items::event_key(event), items::offer_unchanged(offer.version))
    };
    let others = PoolsOfOthers::of(offer, orders());
    for (pool, movement) in movements {
        let update = items::pool_update(event, *pool, *movement, offer.limited(*pool));
        change = change.update(others.keep(update, *pool, *movement));
    }
    for message in waitlist::told(event, frees, orders(), &messages[entries.len()..], now) {
        change = change.emit(message);
    }
    for (entry, id) in entries.iter().zip(messages) {
        change = change
            .put(items::order_item(&entry.order), items::expect(entry.version))
            .emit(message(entry, *id, now));
    }
    change
}

/// What is told of an order that has just come into its state.
fn message(entry: &Entry, id: MessageId, now: Timestamp) -> Envelope {
    let order = &entry.order;
    let (order_id, event_id, quantity) = (order.id, order.event_id, order.quantity());
    match order.state {
        OrderState::Held { expires_at } => {
            let held = OrderHeld {
                order_id,
                event_id,
                quantity,
                expires_at,
            };
            Envelope::new(id, now, &held)
        }
        OrderState::Confirmed { confirmed_at } => {
            let confirmed = OrderConfirmed {
                at_once: entry.version.is_none(),
                ..confirmation(order, confirmed_at)
            };
            Envelope::new(id, now, &confirmed)
        }
        // No step of the combiner leaves an order waiting or refunded; what is free changed all the same.
        OrderState::AwaitingPayment { .. } | OrderState::Refunded { .. } => {
            Envelope::new(id, now, &StockChanged { event_id })
        }
        OrderState::Cancelled { .. } | OrderState::Expired { .. } => {
            let released = OrderReleased {
                order_id,
                event_id,
                quantity,
                expired: matches!(order.state, OrderState::Expired { .. }),
            };
            Envelope::new(id, now, &released)
        }
    }
}

/// That an order was confirmed.
pub(crate) fn confirmation(order: &Order, confirmed_at: Timestamp) -> OrderConfirmed {
    OrderConfirmed {
        order_id: order.id,
        event_id: order.event_id,
        user_id: order.user_id,
        buyer_email: order.buyer.email.clone(),
        buyer_name: order.buyer.name.clone(),
        lines: order.lines.iter().map(OrderLine::told).collect(),
        tickets: order.numbered_tickets().map(|(id, _)| id).collect(),
        total: order.total,
        confirmed_at,
        at_once: false,
    }
}
