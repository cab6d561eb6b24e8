//! Someone has read a notification.

use turnout_domain::messages::NotificationRead;
use turnout_domain::{NotificationId, UserId};
use turnout_http::Problem;
use turnout_store::{Change, CommitError, Expect, Read, StoreError};

use crate::commit::COMMIT_ATTEMPTS_MAX;
use crate::items::{self, UNREAD, notification_key, notification_put, unread_key};
use crate::model::Notification;
use crate::{Engagement, TABLE};

/// Why a notification was not marked as read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadNotificationError {
    /// There is none with this id in the person's inbox.
    #[error("there is no such notification")]
    Unknown,
    /// The store did not answer.
    #[error("could not read the notification")]
    Store(#[from] StoreError),
    /// The store did not take the change.
    #[error("could not commit")]
    Commit(#[from] CommitError),
}

impl Engagement {
    /// Marks a notification as read. Done twice, the first time counts.
    pub(crate) async fn read_notification(
        &self,
        user: UserId,
        id: NotificationId,
    ) -> Result<Notification, ReadNotificationError> {
        let mut refused = CommitError::Refused(Vec::new());
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let item = self
                .store()
                .get(&notification_key(user, id), Read::Consistent)
                .await?;
            let item = item.ok_or(ReadNotificationError::Unknown)?;
            let notification = items::read_notification(&item)?;
            if notification.read_at.is_some() {
                return Ok(notification);
            }
            let read = Notification {
                read_at: Some(self.now()),
                ..notification
            };
            let change = Change::of(TABLE)
                .put(notification_put(&read), Expect::Version(item.version))
                .take(unread_key(user), UNREAD, 1)
                .emit(self.envelope(&NotificationRead {
                    user_id: user,
                    notification_id: id,
                }));
            match self.commit(change).await {
                Ok(_) => return Ok(read),
                // Another of the person's devices was faster: look again.
                Err(error @ CommitError::Refused(_)) => refused = error,
                Err(error) => return Err(error.into()),
            }
        }
        Err(refused.into())
    }
}

impl From<ReadNotificationError> for Problem {
    fn from(error: ReadNotificationError) -> Self {
        match error {
            ReadNotificationError::Unknown => Self::not_found(),
            ReadNotificationError::Store(error) => error.into(),
            ReadNotificationError::Commit(error) => error.into(),
        }
    }
}
