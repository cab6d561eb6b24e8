//! Where the data of topics comes from: our own store, and the services that own the rest. What they answer is passed
//! on as it is, so that no type is shared between services.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use axum::http::StatusCode;
use serde_json::{Value, json};
use turnout_domain::{EventId, NotificationId, UserId};
use turnout_http::{Edge, PeerError};
use turnout_store::{KEYS_MAX, Read, Store, StoreError};

use super::hub::{FetchError, Source};
use super::members::{Fetched, Members, NEWEST_MAX, keep_newest, members};
use super::topic_name::TopicName;
use super::wanted::Wanted;
use crate::http::{DeskEntryView, NotificationView};
use crate::items::notification_key;
use crate::list_notifications::{newest, unread};
use crate::model::DeskEntry;
use crate::{desk, items};

/// How many desk lines that were heard a moment ago are kept, of all events together.
const HEARD_ENTRIES_MAX: usize = 1_024;

/// Our store and our peers.
pub(crate) struct Peered {
    store: Arc<dyn Store>,
    edge: Edge,
    /// Desk lines as they were heard: the store may have them a moment later, and a snapshot must not miss them.
    heard: Mutex<VecDeque<DeskEntry>>,
}

impl Peered {
    /// The data behind `store` and `edge`.
    pub(crate) fn new(store: Arc<dyn Store>, edge: Edge) -> Self {
        Self {
            store,
            edge,
            heard: Mutex::default(),
        }
    }

    /// Remembers a desk line that was heard.
    pub(crate) fn hear(&self, entry: DeskEntry) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push_back(entry);
        if heard.len() > HEARD_ENTRIES_MAX {
            heard.pop_front();
        }
    }

    async fn event_members(&self, event: EventId, wanted: &Wanted) -> Result<Members, FetchError> {
        let shown = async {
            if wanted.whole || wanted.event {
                self.shown_event(event).await
            } else {
                Ok(Members::new())
            }
        };
        let tickets = async {
            if wanted.whole || wanted.tickets {
                self.tickets(event).await
            } else {
                Ok(Members::new())
            }
        };
        let (shown, tickets) = futures::future::join(shown, tickets).await;
        // Registration has the last word on whether there is such an event for everyone.
        let mut shown = shown?;
        shown.extend(tickets?);
        Ok(shown)
    }

    async fn shown_event(&self, event: EventId) -> Result<Members, FetchError> {
        let registration = &self.edge.peers().registration;
        let shown: Value = registration.get(&format!("/events/{event}")).await?;
        Ok(members(json!({ "event": shown })))
    }

    async fn tickets(&self, event: EventId) -> Result<Members, FetchError> {
        let path = format!("/events/{event}/ticket-types");
        // An event that ticketing has not heard of yet has nothing on sale yet.
        let mut answer: Value = found(self.edge.peers().ticketing.get(&path).await)?.unwrap_or_default();
        let types = answer.get_mut("items").map_or_else(|| json!([]), Value::take);
        let available = answer.get_mut("event_available").map(Value::take);
        let waitlist = answer.get_mut("waitlist").map(Value::take);
        Ok(members(
            json!({ "ticket_types": types, "event_available": available, "waitlist": waitlist }),
        ))
    }

    async fn sales(&self, event: EventId) -> Result<Value, FetchError> {
        let path = format!("/internal/events/{event}/sales");
        Ok(found(self.edge.peers().ticketing.get(&path).await)?.unwrap_or_default())
    }

    async fn desk(&self, event: EventId) -> Result<Members, FetchError> {
        let sales = self.sales(event).await?;
        let stored = desk::newest(&*self.store, event, NEWEST_MAX).await?;
        let mut recent = json!([]);
        for entry in stored.into_iter().chain(self.heard_of(event)) {
            keep_newest(&mut recent, &json!(DeskEntryView::from(entry)));
        }
        Ok(members(json!({ "sales": sales, "recent": recent })))
    }

    fn heard_of(&self, event: EventId) -> Vec<DeskEntry> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard
            .iter()
            .filter(|entry| entry.event == event)
            .cloned()
            .collect()
    }

    async fn inbox(&self, user: UserId) -> Result<Members, FetchError> {
        let inbox = newest(&*self.store, user, NEWEST_MAX).await?;
        let newest = inbox.notifications.into_iter().map(NotificationView::from);
        let newest: Vec<NotificationView> = newest.collect();
        Ok(members(
            json!({ "notifications": newest, "unread": inbox.unread }),
        ))
    }

    async fn notifications<'a>(
        &self,
        user: UserId,
        ids: impl Iterator<Item = &'a NotificationId>,
    ) -> Result<Fetched, FetchError> {
        let keys: Vec<_> = ids.map(|id| notification_key(user, *id)).collect();
        let mut views = Vec::with_capacity(keys.len());
        for keys in keys.chunks(KEYS_MAX) {
            let found = self.store.get_many(keys, Read::Consistent).await?;
            for item in found.iter().flatten() {
                views.push(json!(NotificationView::from(items::read_notification(item)?)));
            }
        }
        let unread = unread(&*self.store, user).await?;
        Ok(Fetched::Notifications(views, unread))
    }
}

#[async_trait]
impl Source for Peered {
    async fn fetch(&self, topic: TopicName, wanted: &Wanted) -> Result<Fetched, FetchError> {
        match topic {
            TopicName::Event(event) => {
                let members = self.event_members(event, wanted).await?;
                Ok(if wanted.whole {
                    Fetched::Whole(members)
                } else {
                    Fetched::Event(members)
                })
            }
            TopicName::Me(user) if wanted.whole => Ok(Fetched::Whole(self.inbox(user).await?)),
            TopicName::Me(user) => self.notifications(user, wanted.notifications.iter()).await,
            TopicName::Desk(event) if wanted.whole => Ok(Fetched::Whole(self.desk(event).await?)),
            TopicName::Desk(event) => {
                let sales = self.sales(event).await?;
                let entries = wanted.entries.iter().cloned().map(DeskEntryView::from);
                Ok(Fetched::Desk(sales, entries.map(|entry| json!(entry)).collect()))
            }
        }
    }
}

/// An answer, or that there is none.
fn found(answer: Result<Value, PeerError>) -> Result<Option<Value>, FetchError> {
    match answer.map_err(FetchError::from) {
        Ok(answer) => Ok(Some(answer)),
        Err(FetchError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

impl From<PeerError> for FetchError {
    fn from(error: PeerError) -> Self {
        match error {
            PeerError::NotFound(_) => Self::NotFound,
            // What is not for guests is not for everyone to see.
            PeerError::Refused { status, .. }
                if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN =>
            {
                Self::NotFound
            }
            PeerError::Refused { .. } | PeerError::Unavailable { .. } => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<StoreError> for FetchError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
