//! How waitlists become items of the store, and back.

use sha2::{Digest, Sha256};
use turnout_domain::{Email, EventId, UserId, WaitlistEntryId};
use turnout_store::{Document, Index, IndexKey, Key, NewItem, Query, SortRange};

use super::head::BLOCK;
use super::turns::Waiter;
use super::{Head, WaitlistEntry};
use crate::TABLE;
use crate::items::sortable;

pub(crate) fn entry_key(id: WaitlistEntryId) -> Key {
    Key::new(TABLE, format!("wle#{id}"), "entry")
}

pub(super) fn head_key(event: EventId) -> Key {
    Key::new(TABLE, format!("waitlist#{event}"), "head")
}

pub(super) fn queue_key(event: EventId, number: u64) -> Key {
    Key::new(TABLE, format!("waitlist#{event}"), queue_sort(number))
}

fn queue_sort(number: u64) -> String {
    format!("queue#{number:012}")
}

/// Stands while someone with this address waits or has an offer: one entry a person and event.
pub(super) fn person_key(event: EventId, email: &Email) -> Key {
    use base64::Engine;
    let hash = Sha256::digest(email.as_str().to_lowercase());
    let name = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(&hash[..24]);
    Key::new(TABLE, format!("waitlist-person#{event}"), name)
}

pub(super) fn head_item(event: EventId, head: &Head) -> NewItem {
    NewItem::new(head_key(event), Document::of(head))
}

pub(super) fn entry_item(entry: &WaitlistEntry) -> NewItem {
    let place = format!("{:012}#{}", entry.number, entry.id);
    let item = NewItem::new(entry_key(entry.id), Document::of(entry)).index(
        Index::Second,
        IndexKey::new(format!("event-waitlist#{}", entry.event_id), place),
    );
    match entry.user_id {
        Some(user) => {
            let joined = format!("{}#{}", sortable(entry.joined_at), entry.id);
            item.index(Index::First, IndexKey::new(format!("waiter#{user}"), joined))
        }
        None => item,
    }
}

pub(super) fn queue_item(entry: &WaitlistEntry) -> NewItem {
    NewItem::new(
        queue_key(entry.event_id, entry.number),
        Document::of(&Waiter::from(entry)),
    )
}

pub(super) fn person_item(entry: &WaitlistEntry) -> NewItem {
    let key = person_key(entry.event_id, &entry.buyer.email);
    NewItem::new(key, Document::of(&entry.id))
}

/// Those who wait, in order.
pub(super) fn queue_query(event: EventId) -> Query {
    Query::partition(TABLE, format!("waitlist#{event}")).range(SortRange::Prefix("queue#".into()))
}

/// Those of the same block who wait before this number.
pub(super) fn block_before_query(event: EventId, number: u64) -> Query {
    let first = number / BLOCK * BLOCK;
    let range = SortRange::Between(queue_sort(first), queue_sort(number));
    Query::partition(TABLE, format!("waitlist#{event}"))
        .range(range)
        .limit(usize::try_from(BLOCK).unwrap_or(Query::LIMIT_MAX))
}

/// Everyone who ever joined, in order.
pub(super) fn entries_query(event: EventId) -> Query {
    Query::index(TABLE, Index::Second, format!("event-waitlist#{event}"))
}

/// A person's entries, by the time they joined.
pub(super) fn waiter_query(user: UserId) -> Query {
    Query::index(TABLE, Index::First, format!("waiter#{user}"))
}
