//! Who may come: the attendees of events whose doors are at work, in memory, so that a name is found among fifty
//! thousand in a moment and a sale pays nothing for it.
//!
//! A roster is read from the event's orders when a door first asks, then kept up with those placed since, and read
//! again as a whole every few minutes. It finds people; whether one is let in is decided on the order itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use turnout_domain::{EventId, OrderId, TicketId, TicketTypeId};
use turnout_store::{KEYS_MAX, Query, Read, SortRange};
use ulid::Ulid;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::error::DoorError;
use super::holder;
use crate::Ticketing;
use crate::items;
use crate::model::{Order, OrderState};

/// How old what is shown may be.
const FRESH: SignedDuration = SignedDuration::from_secs(2);
/// How often all orders are read again: what was cancelled, renamed or passed on is found then.
pub(super) const WHOLE_EVERY: SignedDuration = SignedDuration::from_secs(120);
/// How far behind the newest order a refresh begins: orders are committed a little after they are placed, and an index
/// may be late.
const OVERLAP: SignedDuration = SignedDuration::from_secs(10);
/// The most attendees that are kept, of all events together; about 200 bytes each.
const ATTENDEES_MAX: usize = 500_000;
/// The most orders still to be paid that are looked at again in a refresh.
const PENDING_MAX: usize = 1_000;

/// One ticket and whom it admits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attendee {
    pub ticket: TicketId,
    pub ticket_type: TicketTypeId,
    pub generation: u8,
    /// Whether the ticket admits at all.
    pub valid: bool,
    pub name: Box<str>,
    /// The name in lower case and without accents.
    folded: Box<str>,
    /// When this process saw it so for the first time.
    pub seen_at: Timestamp,
}

/// What a ticket is sold as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SoldAs {
    pub name: String,
    /// Whether it is for coming in.
    pub admission: bool,
}

/// The attendees of one event.
#[derive(Debug)]
pub(crate) struct Roster {
    attendees: BTreeMap<TicketId, Attendee>,
    ticket_types: BTreeMap<TicketTypeId, SoldAs>,
    /// Orders that were still to be paid.
    pending: BTreeSet<OrderId>,
    /// When the newest order known was placed.
    newest: Timestamp,
    /// Tells the roster of this process from those of others.
    pub id: Ulid,
    /// When it was first read as a whole: what changed before that is not known to have changed.
    pub begun_at: Timestamp,
    whole_at: Timestamp,
    refreshed_at: Timestamp,
}

struct Entry {
    /// None until it was read for the first time.
    roster: RwLock<Option<Roster>>,
    /// Held by whoever reads orders for it.
    reading: tokio::sync::Mutex<()>,
    used_at: Mutex<Timestamp>,
}

/// The rosters of events whose doors are at work.
#[derive(Clone, Default)]
pub(crate) struct Rosters {
    entries: Arc<Mutex<HashMap<EventId, Arc<Entry>>>>,
}

/// Lower case without accents: `Zoë` is `zoe`. Letters that Unicode does not take apart, such as `ø`, stay.
pub(super) fn folded(text: &str) -> String {
    text.nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

impl Roster {
    fn new(id: Ulid, now: Timestamp) -> Self {
        Self {
            id,
            attendees: BTreeMap::new(),
            ticket_types: BTreeMap::new(),
            pending: BTreeSet::new(),
            newest: Timestamp::UNIX_EPOCH,
            begun_at: now,
            whole_at: now,
            refreshed_at: now,
        }
    }

    fn learn(&mut self, order: &Order, now: Timestamp) {
        self.newest = self.newest.max(order.placed_at);
        if order.tickets.is_empty() {
            if matches!(order.state, OrderState::Held { .. }) {
                self.pending.insert(order.id);
            } else {
                self.pending.remove(&order.id);
            }
            return;
        }
        self.pending.remove(&order.id);
        for (id, ticket) in order.numbered_tickets() {
            let name = holder::attendee_name(order, ticket);
            let attendee = Attendee {
                ticket: id,
                ticket_type: ticket.ticket_type_id,
                generation: holder::generation(ticket),
                valid: holder::fault(order, ticket, None).is_none(),
                name: name.into(),
                folded: folded(name).into(),
                seen_at: now,
            };
            self.ticket_types
                .entry(ticket.ticket_type_id)
                .or_insert_with(|| SoldAs {
                    name: holder::ticket_type_name(order, ticket.ticket_type_id).to_owned(),
                    admission: holder::is_admission(order, ticket.ticket_type_id),
                });
            let known = self.attendees.get(&id);
            if known.is_none_or(|known| !known.says_the_same(&attendee)) {
                self.attendees.insert(id, attendee);
            }
        }
    }

    /// At most `limit` attendees whose name has, for every word of `query`, a word that begins so; or the ticket or
    /// the tickets of the order with this id.
    pub fn find(&self, query: &str, limit: usize) -> Vec<Attendee> {
        if let Ok(ticket) = query.parse::<TicketId>() {
            return self.attendees.get(&ticket).cloned().into_iter().collect();
        }
        if let Ok(order) = query.parse::<OrderId>() {
            let tickets = self.attendees.range(order.ticket(1)..);
            let own = tickets.take_while(|(ticket, _)| ticket.order() == order);
            return own.take(limit).map(|(_, attendee)| attendee.clone()).collect();
        }
        let folded = folded(query);
        let words: Vec<&str> = folded.split_whitespace().collect();
        let found = self
            .attendees
            .values()
            .filter(|attendee| attendee.answers_to(&words));
        let mut found: Vec<Attendee> = found.take(limit).cloned().collect();
        found.sort_by(|one, other| (&one.folded, one.ticket).cmp(&(&other.folded, other.ticket)));
        found
    }

    /// At most `limit` attendees behind the ticket `after`, of those seen so at `since` or later.
    pub fn page(&self, since: Timestamp, after: Option<TicketId>, limit: usize) -> Vec<Attendee> {
        let bound = after.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
        let behind = self.attendees.range((bound, std::ops::Bound::Unbounded));
        let wanted = behind.filter(|(_, attendee)| attendee.seen_at >= since);
        wanted.take(limit).map(|(_, attendee)| attendee.clone()).collect()
    }

    /// What tickets are sold as, by type.
    pub fn ticket_types(&self) -> &BTreeMap<TicketTypeId, SoldAs> {
        &self.ticket_types
    }
}

impl Attendee {
    fn says_the_same(&self, other: &Self) -> bool {
        (self.generation, self.valid, &self.name, self.ticket_type)
            == (other.generation, other.valid, &other.name, other.ticket_type)
    }

    fn answers_to(&self, words: &[&str]) -> bool {
        let begins = |word: &&str| {
            self.folded
                .split(|letter: char| !letter.is_alphanumeric())
                .any(|own| own.starts_with(*word))
                || self.folded.starts_with(*word)
        };
        words.iter().all(begins)
    }
}

impl Entry {
    fn read<R>(&self, look: impl FnOnce(&Roster) -> R) -> Option<R> {
        let roster = self.roster.read().unwrap_or_else(PoisonError::into_inner);
        roster.as_ref().map(look)
    }

    fn learn(&self, orders: &[Order], now: Timestamp) {
        let mut roster = self.roster.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(roster) = roster.as_mut() {
            for order in orders {
                roster.learn(order, now);
            }
        }
    }
}

impl Rosters {
    fn entry(&self, event: EventId, now: Timestamp) -> Arc<Entry> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.entry(event).or_insert_with(|| {
            Arc::new(Entry {
                roster: RwLock::default(),
                reading: tokio::sync::Mutex::default(),
                used_at: Mutex::new(now),
            })
        });
        *entry.used_at.lock().unwrap_or_else(PoisonError::into_inner) = now;
        entry.clone()
    }

    /// Lets go of the rosters that were not used for longest, until the rest is within the bound. The one in use stays.
    fn tidy(&self, in_use: EventId) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let size = |entry: &Entry| entry.read(|roster| roster.attendees.len()).unwrap_or(0);
            let total: usize = entries.values().map(|entry| size(entry)).sum();
            let idle = entries.iter().filter(|(event, _)| **event != in_use);
            let oldest =
                idle.min_by_key(|(_, entry)| *entry.used_at.lock().unwrap_or_else(PoisonError::into_inner));
            let Some(oldest) = oldest.map(|(event, _)| *event).filter(|_| total > ATTENDEES_MAX) else {
                return;
            };
            entries.remove(&oldest);
        }
    }
}

impl Ticketing {
    /// Looks at the event's roster, as fresh as it is kept.
    pub(crate) async fn at_roster<R>(
        &self,
        event: EventId,
        look: impl FnOnce(&Roster) -> R,
    ) -> Result<R, DoorError> {
        let now = self.clock.now();
        let entry = self.rosters.entry(event, now);
        let stale = entry.read(|roster| now.duration_since(roster.refreshed_at) >= FRESH);
        match stale {
            Some(false) => {}
            // Others go on with what is there while one reads what is new.
            Some(true) => {
                if let Ok(_reading) = entry.reading.try_lock() {
                    self.refresh(event, &entry, now).await?;
                }
            }
            None => {
                let _reading = entry.reading.lock().await;
                if entry.read(|_| ()).is_none() {
                    self.begin(event, &entry, now).await?;
                    self.rosters.tidy(event);
                }
            }
        }
        entry.read(look).ok_or(DoorError::KeptChanging)
    }

    /// Reads all orders for the first time.
    async fn begin(&self, event: EventId, entry: &Entry, now: Timestamp) -> Result<(), DoorError> {
        let mut roster = Roster::new(self.ids.ulid(now), now);
        let query = items::event_orders_query(event).limit(Query::LIMIT_MAX);
        let mut after = None;
        loop {
            let page = self.store.query(query.clone().after(after)).await?;
            for item in &page.items {
                // As old as the order: to this process nothing of it ever changed.
                let order: Order = item.parse()?;
                roster.learn(&order, order.placed_at.min(now));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        *entry.roster.write().unwrap_or_else(PoisonError::into_inner) = Some(roster);
        Ok(())
    }

    /// Reads the orders placed since, and those that were still to be paid; now and then, all of them.
    async fn refresh(&self, event: EventId, entry: &Entry, now: Timestamp) -> Result<(), DoorError> {
        let Some((newest, whole_at, pending)) = entry.read(|roster| {
            let pending: Vec<OrderId> = roster.pending.iter().copied().take(PENDING_MAX).collect();
            (roster.newest, roster.whole_at, pending)
        }) else {
            return Ok(());
        };
        let whole = now.duration_since(whole_at) >= WHOLE_EVERY;
        let from = if whole {
            Timestamp::UNIX_EPOCH
        } else {
            newest.checked_sub(OVERLAP).unwrap_or(Timestamp::UNIX_EPOCH)
        };
        let query = items::event_orders_query(event)
            .range(SortRange::AtLeast(items::sortable(from)))
            .limit(Query::LIMIT_MAX);
        let mut after = None;
        loop {
            let page = self.store.query(query.clone().after(after)).await?;
            let orders = page
                .items
                .iter()
                .map(turnout_store::Item::parse)
                .collect::<Result<Vec<Order>, _>>()?;
            entry.learn(&orders, now);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        for chunk in pending.chunks(KEYS_MAX) {
            let keys: Vec<_> = chunk.iter().map(|order| items::order_key(*order)).collect();
            let found = self.store.get_many(&keys, Read::Eventual).await?;
            let orders = found
                .iter()
                .flatten()
                .map(turnout_store::Item::parse)
                .collect::<Result<Vec<Order>, _>>()?;
            entry.learn(&orders, now);
        }
        let mut roster = entry.roster.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(roster) = roster.as_mut() {
            roster.refreshed_at = now;
            if whole {
                roster.whole_at = now;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
