//! How events and participants become items of the store, and back.
//!
//! ```text
//! partition            sort              record
//! event#evt_…          event             the event; in the indexes while it is published
//! event#evt_…          participants      counter `registered`, apart so that a sale is no new version of the event
//! organizer#org_…      event#evt_…       nothing: that the organizer has this event, drafts included
//! participants#evt_…   order#ord_…       who takes part through this order
//!
//! first index          published#short, published#long   start key    see `Shelf`
//! second index         published#org_…                   start key
//! ```

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use turnout_domain::messages::{OrderConfirmed, TicketsCancelled};
use turnout_domain::{Email, EventId, OrderId, OrganizerId, PlannedTime, TicketId, UserId};
use turnout_store::{
    Change, Counter, Document, Expect, Index, IndexKey, Item, Key, NewItem, Query, StoreError, Table, Update,
};

use crate::model::{
    CountedEvent, Description, Details, Event, LENGTH_DAYS_MAX, Schedule, StartKey, State, Title, Venue,
    VenueAddress, VenueName,
};

/// The table of this service.
pub const TABLE: Table = Table("events");

/// The confirmed places of an event.
pub(crate) const REGISTERED: Counter = Counter("registered");

const EVENT: &str = "event";
const PARTICIPANTS: &str = "participants";
const EVENT_PREFIX: &str = "event#";

/// The longest event that is short. Whoever looks for what runs now goes back this far among the short ones, and a
/// year among the few long ones, instead of a year among all.
const SHORT_HOURS_MAX: i64 = 48;

/// Where published events stand in the order of their beginnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// Those that last at most [`SHORT_HOURS_MAX`].
    Short,
    /// Those that last longer.
    Long,
    /// Those of one organizer.
    Organizer(OrganizerId),
}

impl Shelf {
    fn of(schedule: &Schedule) -> Self {
        let length = schedule
            .ends_at()
            .instant()
            .duration_since(schedule.starts_at().instant());
        if length <= SignedDuration::from_hours(SHORT_HOURS_MAX) {
            Self::Short
        } else {
            Self::Long
        }
    }

    fn index(self) -> (Index, String) {
        match self {
            Self::Short => (Index::First, "published#short".to_owned()),
            Self::Long => (Index::First, "published#long".to_owned()),
            Self::Organizer(organizer) => (Index::Second, format!("published#{organizer}")),
        }
    }

    /// The longest that an event on this shelf may have been running.
    pub(crate) fn length_max(self) -> SignedDuration {
        match self {
            Self::Short => SignedDuration::from_hours(SHORT_HOURS_MAX),
            Self::Long | Self::Organizer(_) => SignedDuration::from_hours(24 * LENGTH_DAYS_MAX),
        }
    }

    /// All events on the shelf, by their beginning.
    pub(crate) fn query(self) -> Query {
        let (index, partition) = self.index();
        Query::index(TABLE, index, partition)
    }

    /// Where the item of an event stands on the shelf.
    pub(crate) fn place(self, item: &Item) -> Option<&str> {
        let key = item.indexes[self.index().0.position()].as_ref();
        key.map(|key| key.sort.as_str())
    }
}

#[derive(Serialize, Deserialize)]
struct EventItem {
    event_id: EventId,
    organizer_id: OrganizerId,
    title: Title,
    description: Option<Description>,
    venue: Option<VenueItem>,
    starts_at: PlannedTime,
    ends_at: PlannedTime,
    max_capacity: Option<u32>,
    state: StateItem,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct VenueItem {
    name: VenueName,
    address: Option<VenueAddress>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateItem {
    Draft,
    Published {
        at: Timestamp,
    },
    Cancelled {
        published_at: Option<Timestamp>,
        at: Timestamp,
    },
}

#[derive(Serialize, Deserialize)]
struct ParticipantItem {
    order_id: OrderId,
    event_id: EventId,
    user_id: Option<UserId>,
    buyer_name: String,
    buyer_email: Email,
    quantity: usize,
    tickets: Vec<TicketId>,
    confirmed_at: Timestamp,
}

pub(crate) fn event_key(id: EventId) -> Key {
    Key::new(TABLE, format!("{EVENT_PREFIX}{id}"), EVENT)
}

pub(crate) fn count_key(id: EventId) -> Key {
    Key::new(TABLE, format!("{EVENT_PREFIX}{id}"), PARTICIPANTS)
}

pub(crate) fn participant_key(event: EventId, order: OrderId) -> Key {
    Key::new(TABLE, format!("participants#{event}"), format!("order#{order}"))
}

/// All events of an organizer, the newest first.
pub(crate) fn events_of(organizer: OrganizerId) -> Query {
    Query::partition(TABLE, format!("organizer#{organizer}")).backward()
}

/// The event that an item of [`events_of`] names.
pub(crate) fn listed_event(item: &Item) -> Result<EventId, StoreError> {
    let id = item.key.sort.strip_prefix(EVENT_PREFIX).unwrap_or_default();
    id.parse().map_err(|error| corrupt(item, &error))
}

/// Makes a new event: its record, its count, its place among its organizer's.
pub(crate) fn insert(event: &Event) -> Change {
    let count = NewItem::new(count_key(event.id), Document::empty()).counter(REGISTERED, 0);
    let partition = format!("organizer#{}", event.organizer);
    let listed = Key::new(TABLE, partition, format!("{EVENT_PREFIX}{}", event.id));
    Change::of(TABLE)
        .put(event_item(event), Expect::Absent)
        .put(count, Expect::Absent)
        .put(NewItem::new(listed, Document::empty()), Expect::Absent)
}

/// Puts an event in place of the version before.
pub(crate) fn replace(event: &Event) -> Change {
    debug_assert!(event.version > 1, "version {} has none before", event.version);
    Change::of(TABLE).put(event_item(event), Expect::Version(event.version - 1))
}

/// Notes who takes part through orders of an event, and counts their places. The order at a place of `orders` is the
/// write at the same place, refused if it was counted before; the count itself is the last write.
pub(crate) fn participate(event: EventId, orders: &[OrderConfirmed]) -> Change {
    let places: usize = orders.iter().map(|order| order.tickets.len()).sum();
    let places = i64::try_from(places).unwrap_or(i64::MAX);
    let change = orders.iter().fold(Change::of(TABLE), |change, order| {
        debug_assert_eq!(order.event_id, event, "an order of another event");
        change.put(participant_item(order), Expect::Absent)
    });
    change.give(count_key(event), REGISTERED, places)
}

/// Leaves an order what remains of its tickets, and counts the others no longer; `None` where that is known. The order
/// may not have been told of yet: then this stands for it.
pub(crate) fn stay(cancelled: &TicketsCancelled, known: Option<&Item>) -> Result<Option<Change>, StoreError> {
    let remaining = cancelled.remaining.len();
    let places = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let count = count_key(cancelled.event_id);
    let key = participant_key(cancelled.event_id, cancelled.order_id);
    let Some(item) = known else {
        let record = ParticipantItem {
            order_id: cancelled.order_id,
            event_id: cancelled.event_id,
            user_id: cancelled.user_id,
            buyer_name: cancelled.buyer_name.clone(),
            buyer_email: cancelled.buyer_email.clone(),
            quantity: remaining,
            tickets: cancelled.remaining.clone(),
            confirmed_at: cancelled.cancelled_at,
        };
        let change = Change::of(TABLE)
            .put(NewItem::new(key, Document::of(&record)), Expect::Absent)
            .give(count, REGISTERED, places(remaining));
        return Ok(Some(change));
    };
    let record: ParticipantItem = item.parse()?;
    if record.quantity <= remaining {
        return Ok(None);
    }
    let fewer = places(record.quantity - remaining);
    let record = ParticipantItem {
        quantity: remaining,
        tickets: cancelled.remaining.clone(),
        ..record
    };
    let change = Change::of(TABLE)
        .put(
            NewItem::new(key, Document::of(&record)),
            Expect::Version(item.version),
        )
        .update(Update::of(count).take(REGISTERED, fewer));
    Ok(Some(change))
}

fn participant_item(order: &OrderConfirmed) -> NewItem {
    let record = ParticipantItem {
        order_id: order.order_id,
        event_id: order.event_id,
        user_id: order.user_id,
        buyer_name: order.buyer_name.clone(),
        buyer_email: order.buyer_email.clone(),
        quantity: order.tickets.len(),
        tickets: order.tickets.clone(),
        confirmed_at: order.confirmed_at,
    };
    NewItem::new(
        participant_key(order.event_id, order.order_id),
        Document::of(&record),
    )
}

fn event_item(event: &Event) -> NewItem {
    let details = &event.details;
    let record = EventItem {
        event_id: event.id,
        organizer_id: event.organizer,
        title: details.title.clone(),
        description: details.description.clone(),
        venue: details.venue.clone().map(|venue| VenueItem {
            name: venue.name,
            address: venue.address,
        }),
        starts_at: details.schedule.starts_at().clone(),
        ends_at: details.schedule.ends_at().clone(),
        max_capacity: details.max_capacity,
        state: match event.state {
            State::Draft => StateItem::Draft,
            State::Published { at } => StateItem::Published { at },
            State::Cancelled { published_at, at } => StateItem::Cancelled { published_at, at },
        },
        created_at: event.created_at,
        updated_at: event.updated_at,
    };
    let item = NewItem::new(event_key(event.id), Document::of(&record));
    match event.state {
        State::Draft | State::Cancelled { .. } => item,
        State::Published { .. } => {
            let place = StartKey::new(details.schedule.starts_at().instant(), event.id);
            let shelves = [Shelf::of(&details.schedule), Shelf::Organizer(event.organizer)];
            shelves.into_iter().fold(item, |item, shelf| {
                let (index, partition) = shelf.index();
                item.index(index, IndexKey::new(partition, place.as_str()))
            })
        }
    }
}

impl TryFrom<&Item> for Event {
    type Error = StoreError;

    fn try_from(item: &Item) -> Result<Self, StoreError> {
        let record: EventItem = item.parse()?;
        if item.key != event_key(record.event_id) {
            return Err(corrupt(item, &"the record is of another event"));
        }
        Ok(Self {
            id: record.event_id,
            organizer: record.organizer_id,
            version: item.version,
            details: Details {
                title: record.title,
                description: record.description,
                venue: record.venue.map(|venue| Venue {
                    name: venue.name,
                    address: venue.address,
                }),
                schedule: Schedule::from_stored(record.starts_at, record.ends_at),
                max_capacity: record.max_capacity,
            },
            state: match record.state {
                StateItem::Draft => State::Draft,
                StateItem::Published { at } => State::Published { at },
                StateItem::Cancelled { published_at, at } => State::Cancelled { published_at, at },
            },
            created_at: record.created_at,
            updated_at: record.updated_at,
        })
    }
}

/// The count of an event, from its item.
pub(crate) fn registered(item: Option<&Item>) -> u64 {
    let count = item.map_or(0, |item| item.counter(REGISTERED));
    debug_assert!(count >= 0, "a count of {count} people");
    u64::try_from(count).unwrap_or(0)
}

/// The event whose item was read followed by its count's, if it is there.
pub(crate) fn counted_event(found: &[Option<Item>]) -> Result<Option<CountedEvent>, StoreError> {
    match found {
        [Some(event), count] => Ok(Some(CountedEvent {
            event: event.try_into()?,
            registered: registered(count.as_ref()),
        })),
        _ => Ok(None),
    }
}

fn corrupt(item: &Item, why: &impl ToString) -> StoreError {
    StoreError::Corrupt {
        key: item.key.clone(),
        why: why.to_string(),
    }
}
