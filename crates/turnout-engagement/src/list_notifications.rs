//! What stands in someone's inbox.

use turnout_domain::{NotificationId, UserId};
use turnout_store::{Cursor, Query, Read, SortRange, Store, StoreError};

use crate::items::{LAST, UNREAD, behind, inbox_partition, read_notification, unread_key};
use crate::model::Notification;
use crate::{Engagement, TABLE};

/// Which notifications to list.
#[derive(Debug)]
pub(crate) struct ListNotifications {
    /// Whose.
    pub(crate) user: UserId,
    /// Those behind this one, oldest first; otherwise all, newest first.
    pub(crate) after: Option<NotificationId>,
    /// At most so many.
    pub(crate) limit: usize,
    /// Where the page begins.
    pub(crate) cursor: Option<Cursor>,
}

/// A page of an inbox.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub(crate) notifications: Vec<Notification>,
    pub(crate) next: Option<Cursor>,
    /// How many of the whole inbox are not read.
    pub(crate) unread: i64,
}

impl Engagement {
    /// A page of someone's notifications.
    pub(crate) async fn list_notifications(&self, command: ListNotifications) -> Result<Inbox, StoreError> {
        let inbox = Query::partition(TABLE, inbox_partition(command.user))
            .limit(command.limit)
            .after(command.cursor);
        let query = match command.after {
            Some(after) => inbox.range(SortRange::Between(behind(after), LAST.to_owned())),
            None => inbox.range(all()).backward(),
        };
        page(self.store(), query, command.user).await
    }
}

/// The newest of someone's notifications, and how many are unread.
pub(crate) async fn newest(store: &dyn Store, user: UserId, limit: usize) -> Result<Inbox, StoreError> {
    let inbox = Query::partition(TABLE, inbox_partition(user)).limit(limit);
    page(store, inbox.range(all()).backward(), user).await
}

/// How many notifications of someone's are not read.
pub(crate) async fn unread(store: &dyn Store, user: UserId) -> Result<i64, StoreError> {
    let item = store.get(&unread_key(user), Read::Consistent).await?;
    Ok(item.map_or(0, |item| item.counter(UNREAD)))
}

async fn page(store: &dyn Store, query: Query, user: UserId) -> Result<Inbox, StoreError> {
    let page = store.query(query).await?;
    let notifications = page.items.iter().map(read_notification);
    Ok(Inbox {
        notifications: notifications.collect::<Result<_, _>>()?,
        next: page.next,
        unread: unread(store, user).await?,
    })
}

/// All notifications of an inbox, and not the count, which stands before them.
fn all() -> SortRange {
    SortRange::Prefix(format!("{}_", NotificationId::PREFIX))
}
