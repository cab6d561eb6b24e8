//! How counts become items of the store, and back.

use jiff::Timestamp;
use turnout_domain::{EventId, MessageId, TicketTypeId};
use turnout_store::{Document, Expect, Item, Key, NewItem, Query, SortRange, Update};

use super::tally::{Counts, HourNumber, Measure};
use crate::TABLE;

/// What counts are kept of: an hour or all time, the event or one ticket type.
pub(super) type Slot = (Option<HourNumber>, Option<TicketTypeId>);

/// For how long it is remembered that a message was counted: far longer than any is on its way.
const REMEMBERED: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 14);
/// Messages of so many milliseconds share a mark: one item for many in a rush, a small one for each otherwise.
const MARK_MILLISECONDS: u64 = 100;

fn partition(event: EventId) -> String {
    format!("insight#{event}")
}

pub(super) fn slot_key(event: EventId, (hour, of): Slot) -> Key {
    let of = of.map_or_else(|| "all".to_owned(), |id| id.to_string());
    let sort = match hour {
        Some(hour) => format!("{}{of}", hour_prefix(hour)),
        None => format!("total#{of}"),
    };
    Key::new(TABLE, partition(event), sort)
}

fn hour_prefix(hour: HourNumber) -> String {
    format!("hour#{:08}#", hour.max(0))
}

/// The counts of these hours, both included.
pub(super) fn hours_query(event: EventId, first: HourNumber, last: HourNumber) -> Query {
    let range = SortRange::Between(hour_prefix(first), format!("{}~", hour_prefix(last)));
    Query::partition(TABLE, partition(event))
        .range(range)
        .limit(Query::LIMIT_MAX)
}

/// The counts of all time.
pub(super) fn totals_query(event: EventId) -> Query {
    Query::partition(TABLE, partition(event))
        .range(SortRange::Prefix("total#".into()))
        .limit(Query::LIMIT_MAX)
}

/// What an item of an event's insight counts.
pub(super) fn slot_of(item: &Item) -> Option<Slot> {
    let (kind, rest) = item.key.sort.split_once('#')?;
    let (hour, of) = match kind {
        "total" => (None, rest),
        "hour" => {
            let (hour, of) = rest.split_once('#')?;
            (Some(hour.parse().ok()?), of)
        }
        _ => return None,
    };
    let of = if of == "all" { None } else { Some(of.parse().ok()?) };
    Some((hour, of))
}

pub(super) fn counts_of(item: &Item) -> Counts {
    let count = |measure: Measure| (measure, item.counter(measure.counter()));
    Measure::ALL
        .map(count)
        .into_iter()
        .filter(|(_, n)| *n != 0)
        .collect()
}

pub(super) fn slot_item(event: EventId, slot: Slot, counts: &Counts) -> NewItem {
    let item = NewItem::new(slot_key(event, slot), Document::empty());
    counts
        .iter()
        .fold(item, |item, (measure, n)| item.counter(measure.counter(), *n))
}

pub(super) fn slot_update(event: EventId, slot: Slot, counts: &Counts) -> Update {
    counts
        .iter()
        .fold(Update::of(slot_key(event, slot)), |update, (measure, n)| {
            update.give(measure.counter(), *n)
        })
}

/// Where it stands that a message was counted.
pub(super) fn mark_key(event: EventId, message: MessageId) -> Key {
    let bucket = message.ulid().timestamp_ms() / MARK_MILLISECONDS;
    Key::new(TABLE, format!("insight-counted#{event}"), format!("{bucket:014}"))
}

/// A message in its mark: what its bucket does not say yet.
pub(super) fn mark_of(message: MessageId) -> String {
    // What its time has beyond the bucket, and what is random.
    message.ulid().to_string().split_off(8)
}

pub(super) fn mark_item(key: Key, counted: &[String], now: Timestamp) -> NewItem {
    let until = now.checked_add(REMEMBERED).unwrap_or(Timestamp::MAX);
    NewItem::new(key, Document::of(&counted)).expires_at(until)
}

pub(super) fn expect(item: Option<&Item>) -> Expect {
    item.map_or(Expect::Absent, |item| Expect::Version(item.version))
}
