//! Changes how many places an event has in all. Registration asks for it when its organizer edits the event.

use turnout_domain::EventId;
use turnout_domain::messages::StockChanged;
use turnout_store::{Change, CommitError, Expect, Read, Update};

use crate::commit::commit;
use crate::error::SaleError;
use crate::items;
use crate::model::{AVAILABLE, CAPACITY, Movement, PoolKey, Stock};
use crate::{TABLE, Ticketing};

/// How often it is tried again when sales changed the pool in between.
const COMMIT_ATTEMPTS_MAX: usize = 32;

/// Why a capacity is not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CapacityError {
    #[error("{taken} places are sold or held")]
    BelowTaken { taken: i64 },
    #[error(transparent)]
    Sale(#[from] SaleError),
}

impl Ticketing {
    /// Sets the event's capacity; `None` for no limit. Set to what it is, nothing happens.
    pub(crate) async fn change_capacity(
        &self,
        event: EventId,
        capacity: Option<u32>,
    ) -> Result<(), CapacityError> {
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let offer = self.offer(event).await?;
            let key = items::pool_key(event, PoolKey::Event);
            let item = self
                .store
                .get(&key, Read::Consistent)
                .await
                .map_err(SaleError::from)?
                .ok_or(SaleError::Unknown)?;
            let stock = Stock::of(&item);
            let wanted = capacity.map(i64::from);
            if wanted == stock.capacity {
                return Ok(());
            }
            let taken = stock.held + stock.confirmed;
            if wanted.is_some_and(|wanted| wanted < taken) {
                return Err(CapacityError::BelowTaken { taken });
            }
            let pool = || match (stock.capacity, wanted) {
                // A difference can be applied beside running sales; the store keeps the floor.
                (Some(capacity), Some(wanted)) => {
                    let more = Movement {
                        available: wanted - capacity,
                        ..Movement::default()
                    };
                    let update: Update = items::pool_update(event, PoolKey::Event, more, true);
                    Change::of(TABLE).update(update.give(CAPACITY, wanted - capacity))
                }
                // A limit that comes or goes changes what the pool is, so nothing may sell in between.
                _ => {
                    let stock = Stock {
                        capacity: wanted,
                        available: wanted.map(|wanted| wanted - taken),
                        ..stock
                    };
                    Change::of(TABLE).put(items::pool_item(event, stock), Expect::Version(item.version))
                }
            };
            let told = self.envelope(&StockChanged { event_id: event });
            let change = || {
                pool()
                    .put(items::event_item(&offer.event), Expect::Version(offer.version))
                    .emit(told.clone())
            };
            match commit(&*self.store, change).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Refused(_)) => {}
                Err(error) => return Err(SaleError::from(error).into()),
            }
        }
        Err(SaleError::from(CommitError::Busy {
            why: format!("the pool's {} kept changing", AVAILABLE.0),
        })
        .into())
    }
}
