//! What we remember of events, and what was said to their holders.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::messages::{AnnouncementPosted, EventStatus};
use turnout_domain::{EventId, OrganizerId, PlannedTime, UserId};
use turnout_store::{Document, Item, Key, NewItem, StoreError};

use super::corrupt;
use crate::TABLE;
use crate::model::{Cause, KnownEvent};

#[derive(Serialize, Deserialize)]
struct EventItem {
    organizer_id: OrganizerId,
    version: u64,
    status: EventStatus,
    title: String,
    starts_at: PlannedTime,
    venue_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cancelled_by: Option<Cause>,
}

#[derive(Serialize)]
struct AnnouncementItem<'a> {
    by: UserId,
    message: &'a str,
    at: Timestamp,
}

/// Where our copy of an event stands.
pub(crate) fn event_key(event: EventId) -> Key {
    Key::new(TABLE, format!("event#{event}"), "copy")
}

/// The copy as an item.
pub(crate) fn event_put(event: &KnownEvent) -> NewItem {
    let item = EventItem {
        organizer_id: event.organizer,
        version: event.version,
        status: event.status,
        title: event.title.clone(),
        starts_at: event.starts_at.clone(),
        venue_name: event.venue_name.clone(),
        cancelled_by: event.cancelled_by,
    };
    NewItem::new(event_key(event.id), Document::of(&item))
}

/// The copy that stands there.
pub(crate) fn read_event(item: &Item) -> Result<KnownEvent, StoreError> {
    let stored: EventItem = item.parse()?;
    let id = item.key.partition.strip_prefix("event#").unwrap_or_default();
    Ok(KnownEvent {
        id: id.parse().map_err(|error| corrupt(item, error))?,
        organizer: stored.organizer_id,
        version: stored.version,
        status: stored.status,
        title: stored.title,
        starts_at: stored.starts_at,
        venue_name: stored.venue_name,
        cancelled_by: stored.cancelled_by,
    })
}

/// What `by` said to an event's holders, as an item.
pub(crate) fn announcement_put(announcement: &AnnouncementPosted, by: UserId) -> NewItem {
    let key = Key::new(
        TABLE,
        format!("announcements#{}", announcement.event_id),
        announcement.announcement_id.to_string(),
    );
    let item = AnnouncementItem {
        by,
        message: &announcement.message,
        at: announcement.posted_at,
    };
    NewItem::new(key, Document::of(&item))
}
