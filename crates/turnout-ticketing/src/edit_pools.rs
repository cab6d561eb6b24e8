//! Shared pools: stocks that several ticket types draw on, beside their own.

use turnout_domain::{EventId, PoolId};
use turnout_http::{Manage, Permit};
use turnout_store::{Condition, Document, Write};

use crate::Ticketing;
use crate::edit_offer::{EditError, unchanged};
use crate::edit_ticket_types::below_taken;
use crate::items;
use crate::model::{EventCopy, POOLS_MAX, PoolKey, SharedPool, Stock};

/// What is to be changed of a pool; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct PoolChange {
    pub name: Option<String>,
    pub capacity: Option<u32>,
}

impl Ticketing {
    /// Adds a shared pool.
    pub(crate) async fn create_pool(
        &self,
        event: EventId,
        name: &str,
        capacity: u32,
        _by: &Permit<Manage>,
    ) -> Result<(SharedPool, Stock), EditError> {
        let now = self.clock.now();
        let pool = SharedPool {
            id: PoolId::from_ulid(self.ids.ulid(now)),
            name: name.to_owned(),
            revision: 0,
            created_at: now,
        };
        let stock = Stock::new(Some(capacity));
        self.edit_offer(event, |offer| {
            if offer.event.pools >= POOLS_MAX {
                return Err(EditError::Conflict(format!(
                    "An event has at most {POOLS_MAX} shared pools."
                )));
            }
            let copy = EventCopy {
                pools: offer.event.pools + 1,
                ..offer.event.clone()
            };
            let item = items::stocked_item((event, PoolKey::Shared(pool.id)), &pool, stock);
            Ok((copy, vec![Write::Insert(item)], (pool.clone(), stock)))
        })
        .await
    }

    /// Renames a shared pool or gives it another number of places.
    pub(crate) async fn update_pool(
        &self,
        event: EventId,
        id: PoolId,
        change: &PoolChange,
        based_on: Option<u64>,
        _by: &Permit<Manage>,
    ) -> Result<(SharedPool, Stock), EditError> {
        self.edit_offer(event, |offer| {
            let before = offer.pools.get(&id).ok_or(EditError::Unknown)?;
            unchanged(based_on, before.revision)?;
            let key = PoolKey::Shared(id);
            let mut pool = before.clone();
            pool.revision += 1;
            pool.name = change.name.clone().unwrap_or(pool.name);
            let mut stock = offer.stock.get(&key).copied().unwrap_or_default();
            let wanted = change.capacity.map(i64::from).or(stock.capacity);
            let write = items::resized(
                (event, key),
                &stock,
                offer.versions[&key],
                wanted,
                Document::of(&pool),
            )
            .map_err(|taken| below_taken("/capacity", taken))?;
            stock.available = wanted.map(|wanted| wanted - stock.taken());
            stock.capacity = wanted;
            Ok((offer.event.clone(), vec![write], (pool, stock)))
        })
        .await
    }

    /// Takes a shared pool back that no ticket type draws on and nothing was ever taken from.
    pub(crate) async fn delete_pool(
        &self,
        event: EventId,
        id: PoolId,
        based_on: Option<u64>,
        _by: &Permit<Manage>,
    ) -> Result<(), EditError> {
        self.edit_offer(event, |offer| {
            let pool = offer.pools.get(&id).ok_or(EditError::Unknown)?;
            unchanged(based_on, pool.revision)?;
            let key = PoolKey::Shared(id);
            if let Some(user) = offer
                .ticket_types
                .values()
                .find(|other| other.pool_ids.contains(&id))
            {
                return Err(EditError::Conflict(format!(
                    "“{}” draws on it. Change that first.",
                    user.name
                )));
            }
            if offer.stock.get(&key).is_some_and(|stock| stock.taken() > 0) {
                return Err(EditError::Conflict(
                    "Places of it are sold, held or set aside.".into(),
                ));
            }
            let copy = EventCopy {
                pools: offer.event.pools.saturating_sub(1),
                ..offer.event.clone()
            };
            let write = Write::Delete(
                items::pool_key(event, key),
                Condition::Version(offer.versions[&key]),
            );
            Ok((copy, vec![write], ()))
        })
        .await
    }
}
