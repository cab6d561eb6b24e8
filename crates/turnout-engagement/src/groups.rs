//! What we take from the bus to keep.

use std::sync::Arc;

use async_trait::async_trait;
use turnout_bus::{BusError, Group, Handler, HandlerError};
use turnout_domain::messages::{
    AnnouncementPosted, EventChanged, OrderConfirmed, OrderRefunded, PaymentDue, TicketsCancelled,
    WaitlistOffered,
};
use turnout_domain::{Envelope, Message};

use crate::Engagement;
use crate::error::EffectError;
use crate::model::{Cause, DeskEntry};

/// What a group is there for.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Holders,
    Money,
    Events,
    Announcements,
    Desk,
    Offers,
}

impl Purpose {
    const ALL: [Self; 6] = [
        Self::Holders,
        Self::Money,
        Self::Events,
        Self::Announcements,
        Self::Desk,
        Self::Offers,
    ];

    fn group(self) -> Group {
        match self {
            Self::Holders => Group {
                name: "engagement-holders",
                kinds: &[OrderConfirmed::KIND],
            },
            Self::Money => Group {
                name: "engagement-money",
                kinds: &[TicketsCancelled::KIND, OrderRefunded::KIND, PaymentDue::KIND],
            },
            Self::Events => Group {
                name: "engagement-events",
                kinds: &[EventChanged::KIND],
            },
            Self::Announcements => Group {
                name: "engagement-announcements",
                kinds: &[AnnouncementPosted::KIND],
            },
            Self::Desk => Group {
                name: "engagement-desk",
                kinds: DeskEntry::KINDS,
            },
            Self::Offers => Group {
                name: "engagement-offers",
                kinds: &[WaitlistOffered::KIND],
            },
        }
    }
}

struct Reader {
    engagement: Engagement,
    purpose: Purpose,
}

impl Reader {
    async fn take(&self, message: &Envelope) -> Result<(), EffectError> {
        let cause = Cause::of(message);
        match self.purpose {
            Purpose::Holders => {
                if let Some(order) = message.open::<OrderConfirmed>()? {
                    self.engagement.remember_holder(cause, &order).await?;
                }
            }
            Purpose::Money => self.engagement.follow_money(cause, message).await?,
            Purpose::Events => {
                if let Some(changed) = message.open::<EventChanged>()? {
                    self.engagement.follow_event(cause, changed).await?;
                }
            }
            Purpose::Announcements => {
                if let Some(announcement) = message.open::<AnnouncementPosted>()? {
                    self.engagement.announce(cause, announcement).await?;
                }
            }
            Purpose::Offers => {
                if let Some(offered) = message.open::<WaitlistOffered>()? {
                    self.engagement.tell_of_offer(cause, &offered).await?;
                }
            }
            Purpose::Desk => {
                if let Some(entry) = DeskEntry::of(message)? {
                    self.engagement.record_desk_entry(&entry).await?;
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Handler for Reader {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        Ok(self.take(message).await?)
    }
}

/// Joins every group.
pub(crate) async fn join(engagement: &Engagement) -> Result<(), BusError> {
    for purpose in Purpose::ALL {
        let reader = Reader {
            engagement: engagement.clone(),
            purpose,
        };
        engagement.bus().join(purpose.group(), Arc::new(reader)).await?;
    }
    Ok(())
}
