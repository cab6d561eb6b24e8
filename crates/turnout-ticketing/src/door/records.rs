//! How the door's records become items of the store, and back.

use jiff::Timestamp;
use turnout_domain::{EventId, GateLinkId, TicketId};
use turnout_store::{
    Change, Counter, Document, Expect, Index, IndexKey, Item, Key, NewItem, Query, SortRange, StoreError,
    Update,
};

use super::check_in::{CheckIn, Tally};
use super::gate_link::GateLink;
use super::list::{CheckInList, ListId};
use crate::TABLE;
use crate::items::sortable;

/// How many tickets a list let in.
pub(crate) const ADMITTED: Counter = Counter("admitted");
/// How many of them are inside.
pub(crate) const INSIDE: Counter = Counter("inside");
/// How many scans let someone in who should not have been.
pub(crate) const CONFLICTS: Counter = Counter("conflicts");

fn lists_partition(event: EventId) -> String {
    // Apart from the offer: every sale reads that, and there may be many lists.
    format!("lists#{event}")
}

pub(crate) fn list_key(event: EventId, list: &str) -> Key {
    Key::new(TABLE, lists_partition(event), list)
}

/// All lists of an event.
pub(crate) fn lists_query(event: EventId) -> Query {
    Query::partition(TABLE, lists_partition(event)).limit(Query::LIMIT_MAX)
}

pub(crate) fn list_item(event: EventId, id: &ListId, list: &CheckInList, tally: Tally) -> NewItem {
    NewItem::new(list_key(event, id.as_str()), Document::of(list))
        .counter(ADMITTED, tally.admitted)
        .counter(INSIDE, tally.inside)
        .counter(CONFLICTS, tally.conflicts)
}

pub(crate) fn tally_of(item: &Item) -> Tally {
    Tally {
        admitted: item.counter(ADMITTED),
        inside: item.counter(INSIDE),
        conflicts: item.counter(CONFLICTS),
    }
}

/// What brings a list's counters from `before` to `after`; the list must stand. `None` if they stay.
pub(crate) fn list_update(event: EventId, id: &ListId, before: Tally, after: Tally) -> Option<Update> {
    let mut update = Update::of(list_key(event, id.as_str()));
    for (counter, before, after) in [
        (ADMITTED, before.admitted, after.admitted),
        (INSIDE, before.inside, after.inside),
        (CONFLICTS, before.conflicts, after.conflicts),
    ] {
        if before != after {
            update = update.give(counter, after - before);
        }
    }
    (before != after).then_some(update)
}

pub(crate) fn check_in_key(ticket: TicketId, list: &str) -> Key {
    Key::new(TABLE, format!("checkin#{ticket}"), list)
}

/// A ticket's record at a list: found by when it last changed, and among the event's conflicts if it has any.
pub(crate) fn check_in_item(event: EventId, ticket: TicketId, list: &ListId, check_in: &CheckIn) -> NewItem {
    let list = list.as_str();
    let changed = IndexKey::new(
        format!("checkins#{event}#{list}"),
        format!("{}#{ticket}", sortable(check_in.changed_at)),
    );
    let item =
        NewItem::new(check_in_key(ticket, list), Document::of(check_in)).index(Index::First, changed.clone());
    if check_in.conflicts == 0 {
        return item;
    }
    item.index(
        Index::Second,
        IndexKey::new(format!("conflicts#{event}"), changed.sort),
    )
}

/// The records of a list that changed at `since` or later, the oldest change first.
pub(crate) fn changed_check_ins_query(event: EventId, list: &ListId, since: Timestamp) -> Query {
    let partition = format!("checkins#{event}#{}", list.as_str());
    Query::index(TABLE, Index::First, partition).range(SortRange::AtLeast(sortable(since)))
}

/// The records of an event that have conflicts, the latest first.
pub(crate) fn conflicts_query(event: EventId) -> Query {
    Query::index(TABLE, Index::Second, format!("conflicts#{event}")).backward()
}

/// The record as it is written today, and the version it stands at.
pub(crate) fn read_check_in(item: &Item) -> Result<CheckIn, StoreError> {
    item.parse::<CheckIn>().map(CheckIn::modern)
}

/// Of which ticket and list a record is.
pub(crate) fn place_of_check_in(item: &Item) -> Result<(TicketId, ListId), StoreError> {
    let corrupt = || StoreError::Corrupt {
        key: item.key.clone(),
        why: "a check-in is of a ticket and a list".into(),
    };
    let ticket = item.key.partition.strip_prefix("checkin#").ok_or_else(corrupt)?;
    let ticket = ticket.parse().map_err(|_| corrupt())?;
    let list = item.key.sort.parse().map_err(|_| corrupt())?;
    Ok((ticket, list))
}

pub(crate) fn gate_link_key(link: GateLinkId) -> Key {
    Key::new(TABLE, format!("gate#{link}"), "gate")
}

pub(crate) fn gate_link_item(link: &GateLink) -> NewItem {
    NewItem::new(gate_link_key(link.id), Document::of(link)).index(
        Index::First,
        IndexKey::new(format!("gates#{}", link.event_id), link.id.to_string()),
    )
}

/// The gate links of an event, the newest first.
pub(crate) fn gate_links_query(event: EventId) -> Query {
    Query::index(TABLE, Index::First, format!("gates#{event}")).backward()
}

/// Puts an item where one of this version stands, or none.
pub(crate) fn put(change: Change, item: NewItem, version: Option<u64>) -> Change {
    change.put(item, version.map_or(Expect::Absent, Expect::Version))
}
