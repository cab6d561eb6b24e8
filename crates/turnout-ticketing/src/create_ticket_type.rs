//! Adds a ticket type to an event.

use turnout_domain::messages::StockChanged;
use turnout_domain::{EventId, Money, TicketTypeId};
use turnout_http::{Manage, Permit};
use turnout_store::{Change, CommitError, Expect};

use crate::commit::commit;
use crate::error::SaleError;
use crate::items;
use crate::model::{Offer, PoolKey, Stock, TICKET_TYPES_MAX, TicketType};
use crate::{TABLE, Ticketing};

/// How often it is tried again when the event's offer changed in between.
const COMMIT_ATTEMPTS_MAX: usize = 8;

/// A ticket type to be.
#[derive(Debug, Clone)]
pub(crate) struct NewTicketType {
    pub name: String,
    pub price: Money,
    pub quantity: Option<u32>,
    pub max_per_order: u32,
}

/// Why a ticket type is not added.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    #[error("the event's prices are in {0}")]
    Currency(turnout_domain::Currency),
    #[error("an event has at most {TICKET_TYPES_MAX} ticket types")]
    TooMany,
    #[error(transparent)]
    Sale(#[from] SaleError),
}

impl Ticketing {
    /// Adds the ticket type, with a stock of its own if its quantity is limited.
    pub(crate) async fn create_ticket_type(
        &self,
        event: EventId,
        new: NewTicketType,
        _by: &Permit<Manage>,
    ) -> Result<(Offer, TicketType), CreateError> {
        let now = self.clock.now();
        let id = TicketTypeId::from_ulid(self.ids.ulid(now));
        let ticket_type = TicketType::new(id, new.name, new.price, new.max_per_order, now);
        let stock = Stock::new(new.quantity);
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let mut offer = self.offer(event).await?;
            let currency = ticket_type.price.currency();
            if let Some(other) = offer.event.currency.filter(|other| *other != currency) {
                return Err(CreateError::Currency(other));
            }
            if offer.event.ticket_types >= TICKET_TYPES_MAX {
                return Err(CreateError::TooMany);
            }
            offer.event.currency = Some(currency);
            offer.event.ticket_types += 1;
            let told = self.envelope(&StockChanged { event_id: event });
            let change = || {
                Change::of(TABLE)
                    .put(items::event_item(&offer.event), Expect::Version(offer.version))
                    .put(
                        items::ticket_type_item(event, &ticket_type, stock),
                        Expect::Absent,
                    )
                    .emit(told.clone())
            };
            match commit(&*self.store, change).await {
                Ok(_) => {
                    offer.stock.insert(PoolKey::Type(ticket_type.id), stock);
                    offer.ticket_types.insert(ticket_type.id, ticket_type.clone());
                    return Ok((offer, ticket_type));
                }
                Err(CommitError::Refused(_)) => {}
                Err(error) => return Err(SaleError::from(error).into()),
            }
        }
        Err(SaleError::from(CommitError::Busy {
            why: "the event's offer kept changing".into(),
        })
        .into())
    }
}
