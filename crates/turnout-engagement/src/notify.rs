//! An organizer's member has something to say: to everyone who holds a ticket of an event, or to one of them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use turnout_domain::messages::AnnouncementPosted;
use turnout_domain::{AnnouncementId, EventId, MessageId, OrganizerId, Text, UserId};
use turnout_http::{Caller, Manage, Permit, Problem, SignedIn};
use turnout_store::{Change, Expect, Query, Read};

use crate::error::EffectError;
use crate::items::{HOLDERS, Holder, USER_INDEX, announcement_put, count_key, read_holder, user_partition};
use crate::model::{Cause, Kind, Notification};
use crate::{Engagement, TABLE};

/// What is said: 1 to 2,000 characters.
pub(crate) type Words = Text<1, 2000, true>;

/// The most events of one person that are looked through for one the caller runs.
const HELD_EVENTS_MAX: usize = 1_000;

/// To whom.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Audience {
    /// Everyone who holds a ticket of this event.
    Event(EventId),
    /// This person.
    User(UserId),
}

/// Something to say.
#[derive(Debug)]
pub(crate) struct Notify {
    pub(crate) by: SignedIn,
    pub(crate) audience: Audience,
    pub(crate) message: Words,
}

/// What was said, and to how many.
#[derive(Debug)]
pub(crate) struct Notified {
    /// The announcement's id or, to one person, the notification's.
    pub(crate) id: String,
    pub(crate) recipients: i64,
}

impl Engagement {
    /// Says it. To many, it is on its way once this answers; to one, it stands in their inbox.
    pub(crate) async fn notify(&self, command: Notify) -> Result<Notified, Problem> {
        self.notify_limit().check(&command.by.user.to_string())?;
        match command.audience {
            Audience::Event(event) => {
                let known = self.event(event).await?.ok_or_else(Problem::not_found)?;
                let caller = Caller::Person(command.by);
                let permit = self.edge().permit::<Manage>(&caller, known.organizer).await?;
                self.post_announcement(&permit, event, &command.message).await
            }
            Audience::User(user) => {
                let (permit, event) = self.permit_to_write(command.by, user).await?;
                debug_assert_eq!(permit.user(), command.by.user, "the permit is the caller's");
                self.write_to(user, event, &command.message).await
            }
        }
    }

    async fn post_announcement(
        &self,
        by: &Permit<Manage>,
        event: EventId,
        message: &Words,
    ) -> Result<Notified, Problem> {
        let now = self.now();
        let announcement = AnnouncementPosted {
            announcement_id: AnnouncementId::from_ulid(self.ids().ulid(now)),
            event_id: event,
            message: message.to_string(),
            posted_at: now,
        };
        let change = Change::of(TABLE)
            .put(announcement_put(&announcement, by.user()), Expect::Absent)
            .emit(self.envelope(&announcement));
        self.commit(change).await?;
        let count = self.store().get(&count_key(event), Read::Consistent).await?;
        Ok(Notified {
            id: announcement.announcement_id.to_string(),
            recipients: count.map_or(0, |count| count.counter(HOLDERS)),
        })
    }

    async fn write_to(&self, user: UserId, event: EventId, message: &Words) -> Result<Notified, Problem> {
        let now = self.now();
        let cause = self.own_cause(now);
        let notification = Notification::caused(cause, user, event, Kind::Announcement, message.to_string());
        let id = notification.id;
        self.store_notifications(vec![notification]).await?;
        Ok(Notified {
            id: id.to_string(),
            recipients: 1,
        })
    }

    /// A cause for what a request makes, since no message does.
    fn own_cause(&self, now: Timestamp) -> Cause {
        Cause {
            message: MessageId::from_ulid(self.ids().ulid(now)),
            at: now,
        }
    }

    /// The right to write to `user`, and the event it comes from: they hold a ticket of it, and the caller runs it.
    /// Otherwise the person is none of the caller's business: 404.
    async fn permit_to_write(
        &self,
        by: SignedIn,
        user: UserId,
    ) -> Result<(Permit<Manage>, EventId), Problem> {
        let caller = Caller::Person(by);
        let mut asked = BTreeSet::new();
        for holder in self.held_by(user).await? {
            let Some(organizer) = self.organizer_of(&holder).await? else {
                continue;
            };
            // Once an organizer, however many of its events they go to.
            if !asked.insert(organizer) {
                continue;
            }
            match self.edge().permit::<Manage>(&caller, organizer).await {
                Ok(permit) => return Ok((permit, holder.event)),
                Err(problem) if problem.status().is_client_error() => {}
                Err(problem) => return Err(problem),
            }
        }
        Err(Problem::not_found())
    }

    /// The events a person holds tickets of.
    async fn held_by(&self, user: UserId) -> Result<Vec<Holder>, EffectError> {
        let mut held = Vec::new();
        let mut cursor = None;
        loop {
            let query = Query::index(TABLE, USER_INDEX, user_partition(user)).after(cursor);
            let page = self.store().query(query).await?;
            for item in &page.items {
                held.push(read_holder(item)?);
            }
            cursor = page.next;
            if cursor.is_none() || held.len() >= HELD_EVENTS_MAX {
                return Ok(held);
            }
        }
    }

    async fn organizer_of(&self, holder: &Holder) -> Result<Option<OrganizerId>, EffectError> {
        match holder.organizer {
            Some(organizer) => Ok(Some(organizer)),
            None => Ok(self.event(holder.event).await?.map(|event| event.organizer)),
        }
    }
}
