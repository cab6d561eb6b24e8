//! What is on offer at an event.

use turnout_domain::EventId;
use turnout_domain::messages::EventChanged;
use turnout_http::PeerError;
use turnout_store::Read;

use crate::Ticketing;
use crate::error::SaleError;
use crate::items;
use crate::model::Offer;

impl Ticketing {
    /// The offer as it stands here; registration is asked for an event that is not known yet.
    pub(crate) async fn offer(&self, event: EventId) -> Result<Offer, SaleError> {
        match self.offer_known(event).await? {
            Some(offer) => Ok(offer),
            None => self.offer_from_owner(event).await,
        }
    }

    async fn offer_known(&self, event: EventId) -> Result<Option<Offer>, SaleError> {
        let page = self
            .store
            .query(items::offer_query(event).read(Read::Consistent))
            .await?;
        Ok(items::offer(&page.items)?)
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
        self.offer_known(event).await?.ok_or(SaleError::Unknown)
    }
}
