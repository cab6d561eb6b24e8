//! A notification is stored first and delivered second.

use turnout_domain::messages::NotificationStored;
use turnout_store::{Change, CommitError, Document, Expect, NewItem};

use crate::commit::COMMIT_ATTEMPTS_MAX;
use crate::items::{UNREAD, notification_put, unread_key};
use crate::model::Notification;
use crate::{Engagement, TABLE};

/// The most notifications of one change: two writes each, and the outbox' own.
pub(crate) const NOTIFICATIONS_A_CHANGE_MAX: usize = 40;

/// How many writes a notification takes: itself, and the count of those unread.
const WRITES_EACH: usize = 2;

/// A notification to store, and whether its inbox has a count already. Most have; a refusal tells of those that do not.
struct Draft {
    notification: Notification,
    counted: bool,
}

impl Engagement {
    /// Stores those of `notifications` that are not there yet, counts each as unread and tells of each, all in one
    /// change. At most [`NOTIFICATIONS_A_CHANGE_MAX`], each to another person.
    pub(crate) async fn store_notifications(
        &self,
        notifications: Vec<Notification>,
    ) -> Result<(), CommitError> {
        debug_assert!(
            notifications.len() <= NOTIFICATIONS_A_CHANGE_MAX,
            "too many at once"
        );
        let mut drafts: Vec<Draft> = notifications
            .into_iter()
            .map(|notification| Draft {
                notification,
                counted: true,
            })
            .collect();
        let mut refused = CommitError::Refused(Vec::new());
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            if drafts.is_empty() {
                return Ok(());
            }
            match self.commit(self.storing(&drafts)).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Refused(refusals)) => {
                    let mut stored = Vec::new();
                    for refusal in &refusals {
                        let place = refusal.write / WRITES_EACH;
                        if refusal.write % WRITES_EACH == 0 {
                            stored.push(place);
                        } else {
                            drafts[place].counted = refusal.current.is_some();
                        }
                    }
                    let mut place = 0;
                    drafts.retain(|_| {
                        place += 1;
                        !stored.contains(&(place - 1))
                    });
                    refused = CommitError::Refused(refusals);
                }
                Err(error) => return Err(error),
            }
        }
        if drafts.is_empty() { Ok(()) } else { Err(refused) }
    }

    fn storing(&self, drafts: &[Draft]) -> Change {
        let mut change = Change::of(TABLE);
        for Draft {
            notification,
            counted,
        } in drafts
        {
            let unread = unread_key(notification.user);
            change = change.put(notification_put(notification), Expect::Absent);
            change = if *counted {
                change.give(unread, UNREAD, 1)
            } else {
                let first = NewItem::new(unread, Document::empty()).counter(UNREAD, 1);
                change.put(first, Expect::Absent)
            };
            change = change.emit(self.envelope(&NotificationStored {
                user_id: notification.user,
                notification_id: notification.id,
            }));
        }
        change
    }
}
