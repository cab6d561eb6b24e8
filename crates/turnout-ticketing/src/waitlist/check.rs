//! Verifies lists over everything stored: that heads count what stands, that who waits is in the queue, and that nobody
//! has two offers.

use std::collections::{BTreeMap, BTreeSet};

use turnout_domain::{EventId, OrderId, TicketTypeId, WaitlistEntryId};
use turnout_store::{Item, StoreError};

use super::{EntryState, Head, WaitlistEntry};
use crate::model::{EventCopy, Order, OrderState};

/// What was read of lists.
#[derive(Default)]
pub(crate) struct Lists {
    heads: BTreeMap<EventId, Head>,
    queued: BTreeSet<(EventId, String)>,
    persons: BTreeMap<EventId, usize>,
    entries: Vec<WaitlistEntry>,
    waited_for: BTreeMap<EventId, BTreeSet<TicketTypeId>>,
    /// By entry, the orders made for it that hold or sold places.
    orders: BTreeMap<WaitlistEntryId, Vec<OrderId>>,
    lost: Vec<String>,
}

impl Lists {
    /// Takes an item in, if it is of a list; whether it is.
    pub fn add(&mut self, item: &Item, kind: &str, id: &str) -> Result<bool, StoreError> {
        match kind {
            "wle" => self.entries.push(item.parse()?),
            "waitlist" | "waitlist-person" => match id.parse::<EventId>() {
                Ok(event) if kind == "waitlist-person" => *self.persons.entry(event).or_default() += 1,
                Ok(event) if item.key.sort == "head" => {
                    self.heads.insert(event, item.parse()?);
                }
                Ok(event) => {
                    self.queued.insert((event, item.key.sort.clone()));
                }
                Err(_) => self.lost.push(format!("{} is of no event", item.key)),
            },
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub fn add_event(&mut self, event: &EventCopy) {
        self.waited_for.insert(event.event_id, event.waited_for.clone());
    }

    pub fn add_order(&mut self, order: &Order) {
        let ended = matches!(
            order.state,
            OrderState::Cancelled { .. } | OrderState::Expired { .. }
        );
        if let Some(entry) = order.waitlist_entry.filter(|_| !ended) {
            self.orders.entry(entry).or_default().push(order.id);
        }
    }

    /// In words: everything that does not hold.
    pub fn violations(mut self) -> Vec<String> {
        let mut heads: BTreeMap<EventId, Head> = BTreeMap::new();
        let mut open: BTreeMap<EventId, usize> = BTreeMap::new();
        for entry in std::mem::take(&mut self.entries) {
            let head = heads.entry(entry.event_id).or_default();
            if entry.waits() {
                head.add(&entry);
                let queue = super::items::queue_key(entry.event_id, entry.number).sort;
                if !self.queued.remove(&(entry.event_id, queue)) {
                    self.lost
                        .push(format!("{} waits, but is not in the queue", entry.id));
                }
            }
            head.offered += u64::from(matches!(entry.state, EntryState::Offered { .. }));
            *open.entry(entry.event_id).or_default() += usize::from(entry.is_open());
            let orders = self.orders.remove(&entry.id).unwrap_or_default();
            if orders.len() > 1 {
                self.lost.push(format!(
                    "{} was offered places by {} orders at once",
                    entry.id,
                    orders.len()
                ));
            }
            let own = match entry.state {
                EntryState::Offered { order_id, .. } | EntryState::Taken { order_id, .. } => Some(order_id),
                _ => None,
            };
            if let (Some(own), Some(other)) = (own, orders.iter().find(|order| Some(**order) != own)) {
                self.lost.push(format!(
                    "{} was offered {own}, and {other} holds places for it",
                    entry.id
                ));
            }
        }
        for (event, sort) in std::mem::take(&mut self.queued) {
            self.lost
                .push(format!("{sort} of {event} is in the queue, but does not wait"));
        }
        for (entry, orders) in std::mem::take(&mut self.orders) {
            self.lost.push(format!(
                "{entry} is not there, but {} orders are for it",
                orders.len()
            ));
        }
        for (event, persons) in std::mem::take(&mut self.persons) {
            let open = open.remove(&event).unwrap_or(0);
            if persons != open {
                self.lost.push(format!(
                    "{event} bars {persons} people from joining again; {open} wait or have an offer"
                ));
            }
        }
        for (event, waited_for) in std::mem::take(&mut self.waited_for) {
            let said = self.heads.remove(&event).unwrap_or_default();
            let there = heads.remove(&event).unwrap_or_default();
            if (&said.blocks, &said.types, said.offered) != (&there.blocks, &there.types, there.offered) {
                self.lost.push(format!(
                    "the waitlist of {event} says {said:?}; its entries say {there:?}"
                ));
            }
            if waited_for != there.waited_for() {
                self.lost.push(format!(
                    "{event} says that people wait for {waited_for:?}; its entries say otherwise"
                ));
            }
        }
        for event in self.heads.into_keys().chain(heads.into_keys()) {
            self.lost
                .push(format!("{event} has a waitlist, but is not there itself"));
        }
        self.lost
    }
}
