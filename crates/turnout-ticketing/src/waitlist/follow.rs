//! What makes a list move: places that came free, people who joined, offers that were taken or lapsed.

use std::sync::Arc;

use async_trait::async_trait;
use turnout_bus::{BusError, Group, Handler, HandlerError};
use turnout_domain::messages::{PlacesFreed, StockChanged, WaitlistChanged, WaitlistOrderMoved};
use turnout_domain::{Envelope, EventId, Message};

use crate::Ticketing;
use crate::error::SaleError;

const GROUP: Group = Group {
    name: "ticketing-waitlist",
    kinds: &[
        PlacesFreed::KIND,
        StockChanged::KIND,
        WaitlistChanged::KIND,
        WaitlistOrderMoved::KIND,
    ],
};

/// Follows from now on. A message that a process died over is given to another, so nothing free is forgotten.
pub(crate) async fn join(ticketing: &Ticketing) -> Result<(), BusError> {
    ticketing
        .bus
        .join(GROUP, Arc::new(Follower(ticketing.clone())))
        .await
}

struct Follower(Ticketing);

#[async_trait]
impl Handler for Follower {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.take(message).await.map_err(HandlerError::new)
    }
}

impl Follower {
    async fn take(&self, message: &Envelope) -> Result<(), FollowError> {
        let event: EventId = if let Some(moved) = message.open::<WaitlistOrderMoved>()? {
            self.0.follow_waitlist_order(moved.entry_id).await?;
            moved.event_id
        } else if let Some(changed) = message.open::<WaitlistChanged>()? {
            changed.event_id
        } else if let Some(freed) = message.open::<PlacesFreed>()? {
            freed.event_id
        } else if let Some(changed) = message.open::<StockChanged>()? {
            changed.event_id
        } else {
            return Ok(());
        };
        Ok(self.0.offer_freed_places(event).await?)
    }
}

#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error("the message is not what its kind says")]
    Message(#[from] serde_json::Error),
    #[error(transparent)]
    Sale(#[from] SaleError),
}
