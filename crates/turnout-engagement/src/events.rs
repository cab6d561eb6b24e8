//! What an event is, by our copy or, where we have none yet, by registration's word.

use turnout_domain::EventId;
use turnout_domain::messages::EventChanged;
use turnout_http::PeerError;
use turnout_store::{Read, StoreError};

use crate::Engagement;
use crate::error::EffectError;
use crate::items::{event_key, read_event};
use crate::model::KnownEvent;

impl Engagement {
    /// Our copy of the event, and its version in the store.
    pub(crate) async fn event_copy(&self, event: EventId) -> Result<Option<(KnownEvent, u64)>, StoreError> {
        let item = self.store().get(&event_key(event), Read::Consistent).await?;
        item.map(|item| Ok((read_event(&item)?, item.version)))
            .transpose()
    }

    /// The event. Registration is asked if its messages have not reached us yet; its answer is not kept, because the
    /// messages will come.
    pub(crate) async fn event(&self, event: EventId) -> Result<Option<KnownEvent>, EffectError> {
        if let Some((copy, _)) = self.event_copy(event).await? {
            return Ok(Some(copy));
        }
        let path = format!("/internal/events/{event}");
        match self.edge().peers().registration.get::<EventChanged>(&path).await {
            Ok(told) => Ok(Some(KnownEvent::told(told, None))),
            Err(PeerError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
