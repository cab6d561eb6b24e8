//! Who holds tickets of an event.

use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, OrganizerId, UserId};
use turnout_store::{Counter, Document, Index, IndexKey, Item, Key, NewItem, StoreError};

use super::corrupt;
use crate::TABLE;

/// How many hold tickets of an event.
pub(crate) const HOLDERS: Counter = Counter("holders");

/// The index that finds the events a person holds tickets of.
pub(crate) const USER_INDEX: Index = Index::First;

/// Someone who holds tickets of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) user: UserId,
    pub(crate) event: EventId,
    /// Who runs the event, if we knew it then.
    pub(crate) organizer: Option<OrganizerId>,
}

#[derive(Serialize, Deserialize)]
struct HolderItem {
    event_id: EventId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    organizer_id: Option<OrganizerId>,
}

/// Where an event's holders stand.
pub(crate) fn holders_partition(event: EventId) -> String {
    format!("holders#{event}")
}

/// Where the index finds a person's events.
pub(crate) fn user_partition(user: UserId) -> String {
    format!("user#{user}")
}

/// Where an event's holders are counted. It stands from the first one on.
pub(crate) fn count_key(event: EventId) -> Key {
    Key::new(TABLE, holders_partition(event), "!count")
}

/// The holder as an item.
pub(crate) fn holder_put(holder: &Holder) -> NewItem {
    let key = Key::new(TABLE, holders_partition(holder.event), holder.user.to_string());
    let item = HolderItem {
        event_id: holder.event,
        organizer_id: holder.organizer,
    };
    let found = IndexKey::new(user_partition(holder.user), holder.event.to_string());
    NewItem::new(key, Document::of(&item)).index(USER_INDEX, found)
}

/// The holder that stands there.
pub(crate) fn read_holder(item: &Item) -> Result<Holder, StoreError> {
    let stored: HolderItem = item.parse()?;
    Ok(Holder {
        user: item.key.sort.parse().map_err(|error| corrupt(item, error))?,
        event: stored.event_id,
        organizer: stored.organizer_id,
    })
}
