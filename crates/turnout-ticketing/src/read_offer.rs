//! What is on offer at an event.

use turnout_domain::messages::EventChanged;
use turnout_domain::{EventId, OrganizerId};
use turnout_http::PeerError;
use turnout_store::{Read, Store, StoreError};

use crate::Ticketing;
use crate::error::SaleError;
use crate::items;
use crate::model::{EventCopy, Offer};

/// An event's partition has one item more than it has ticket types, and its pool: far less than this many pages.
const PAGES_MAX: usize = 8;

/// The offer as it stands here; `None` if the event is not known here.
pub(crate) async fn read_offer(store: &dyn Store, event: EventId) -> Result<Option<Offer>, StoreError> {
    let query = items::offer_query(event).read(Read::Consistent);
    let mut found = Vec::new();
    let mut after = None;
    for _ in 0..PAGES_MAX {
        let page = store.query(query.clone().after(after)).await?;
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return items::offer(&found);
        }
    }
    Err(StoreError::Corrupt {
        key: items::event_key(event),
        why: format!("its partition has more than {PAGES_MAX} pages"),
    })
}

impl Ticketing {
    /// The offer as it stands here; registration is asked for an event that is not known yet.
    pub(crate) async fn offer(&self, event: EventId) -> Result<Offer, SaleError> {
        match read_offer(&*self.store, event).await? {
            Some(offer) => Ok(offer),
            None => self.offer_from_owner(event).await,
        }
    }

    /// Who runs the event.
    pub(crate) async fn organizer_of(&self, event: EventId) -> Result<OrganizerId, SaleError> {
        Ok(self.event_copy(event).await?.organizer_id)
    }

    /// What is known of the event here; registration is asked for one that is not known yet.
    pub(crate) async fn event_copy(&self, event: EventId) -> Result<EventCopy, SaleError> {
        match self.store.get(&items::event_key(event), Read::Eventual).await? {
            Some(item) => Ok(item.parse()?),
            None => Ok(self.offer_from_owner(event).await?.event),
        }
    }

    /// The offer after registration was asked how the event stands: before anyone is turned away because of a copy
    /// that may be late.
    pub(crate) async fn offer_from_owner(&self, event: EventId) -> Result<Offer, SaleError> {
        let told: EventChanged = match self
            .edge
            .peers()
            .registration
            .get(&format!("/internal/events/{event}"))
            .await
        {
            Ok(told) => told,
            Err(PeerError::NotFound(_)) => return Err(SaleError::Unknown),
            Err(error) => return Err(error.into()),
        };
        self.follow_event(&told).await?;
        read_offer(&*self.store, event).await?.ok_or(SaleError::Unknown)
    }
}
