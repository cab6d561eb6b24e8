//! Notifications, and how many are unread.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, NotificationId, UserId};
use turnout_store::{Counter, Document, Item, Key, NewItem, StoreError};

use super::corrupt;
use crate::TABLE;
use crate::model::{Kind, Notification};

/// How many notifications of an inbox are not read.
pub(crate) const UNREAD: Counter = Counter("unread");

#[derive(Serialize, Deserialize)]
struct NotificationItem {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    event_id: Option<EventId>,
    kind: Kind,
    message: String,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    read_at: Option<Timestamp>,
}

/// Where a person's notifications stand.
pub(crate) fn inbox_partition(user: UserId) -> String {
    format!("inbox#{user}")
}

/// Where a notification stands.
pub(crate) fn notification_key(user: UserId, id: NotificationId) -> Key {
    Key::new(TABLE, inbox_partition(user), id.to_string())
}

/// Where a person's unread ones are counted. It stands from their first notification on.
pub(crate) fn unread_key(user: UserId) -> Key {
    Key::new(TABLE, inbox_partition(user), "!unread")
}

/// The notification as an item.
pub(crate) fn notification_put(notification: &Notification) -> NewItem {
    let item = NotificationItem {
        event_id: notification.event,
        kind: notification.kind,
        message: notification.message.clone(),
        at: notification.at,
        read_at: notification.read_at,
    };
    NewItem::new(
        notification_key(notification.user, notification.id),
        Document::of(&item),
    )
}

/// The notification that stands there.
pub(crate) fn read_notification(item: &Item) -> Result<Notification, StoreError> {
    let stored: NotificationItem = item.parse()?;
    let user = item.key.partition.strip_prefix("inbox#").unwrap_or_default();
    Ok(Notification {
        id: item.key.sort.parse().map_err(|error| corrupt(item, error))?,
        user: user.parse().map_err(|error| corrupt(item, error))?,
        event: stored.event_id,
        kind: stored.kind,
        message: stored.message,
        at: stored.at,
        read_at: stored.read_at,
    })
}
