//! Gives back the stock of holds whose time is up, within a second.

use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio_util::sync::CancellationToken;
use turnout_domain::OrderId;
use turnout_store::{Item, Lease, SortRange, StoreError};

use crate::combiner::Step;
use crate::error::SaleError;
use crate::items;
use crate::model::Order;
use crate::{TABLE, Ticketing};

/// How often the sweeper looks.
const INTERVAL: Duration = Duration::from_millis(500);
/// How many holds of a shard it gives back at a time.
const PAGE: usize = 256;

/// Sweeps until `shutdown` is cancelled, in one process at a time. One that was frozen and wakes up may begin to give back
/// a hold that another gave back: the order's version refuses that.
pub(crate) async fn run(ticketing: Ticketing, shutdown: CancellationToken) {
    let lease = Lease::new(ticketing.store.clone(), TABLE, "sweep-holds");
    lease
        .hold(shutdown, |held| sweep_until(&ticketing, held.ended))
        .await;
}

async fn sweep_until(ticketing: &Ticketing, ended: CancellationToken) {
    loop {
        if let Err(error) = ticketing.sweep_holds().await {
            tracing::warn!(%error, "Holds whose time is up could not be looked for; trying again");
        }
        tokio::select! {
            () = ended.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

impl Ticketing {
    /// Gives back every hold whose time is up now.
    pub(crate) async fn sweep_holds(&self) -> Result<(), StoreError> {
        for shard in 0..items::EXPIRY_SHARDS {
            while self.sweep_page(shard).await? == PAGE {}
        }
        self.sweep_reserves().await?;
        Ok(())
    }

    /// Gives back what is set aside for promo codes that have ended.
    async fn sweep_reserves(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        // Behind every code that ends at this very moment.
        let until = format!("{}~", items::sortable(now));
        let query = items::reserve_expiry_query().range(SortRange::AtMost(until));
        for item in self.store.query(query.limit(PAGE)).await?.items {
            let name = item
                .key
                .sort
                .strip_prefix("reserve#")
                .and_then(|id| id.parse().ok());
            let event = item
                .key
                .partition
                .strip_prefix("codes#")
                .and_then(|id| id.parse().ok());
            let Some((event, code)) = event.zip(name) else {
                continue;
            };
            if let Err(error) = self.end_reserve(event, code, now).await {
                tracing::warn!(key = %item.key, %error, "What is set aside for a code that ended could not be given back; trying again");
            }
        }
        Ok(())
    }

    /// Gives back one page of holds; how many.
    async fn sweep_page(&self, shard: u32) -> Result<usize, StoreError> {
        let now = items::sortable(self.clock.now());
        let query = items::expiry_query(shard)
            .range(SortRange::AtMost(now))
            .limit(PAGE);
        let due = self.store.query(query).await?.items;
        let swept = stream::iter(due)
            .map(|item| self.sweep(item))
            .buffer_unordered(PAGE);
        Ok(swept
            .filter(|given_back| std::future::ready(*given_back))
            .count()
            .await)
    }

    /// Gives one hold back; whether it was there to give. The index may be late, so the order itself decides.
    async fn sweep(&self, found: Item) -> bool {
        let given_back = match found.parse::<Order>() {
            Ok(order) => self.expire(order.id).await,
            Err(error) => Err(error.into()),
        };
        given_back.unwrap_or_else(|error| {
            tracing::warn!(key = %found.key, %error, "A hold could not be given back; trying again");
            false
        })
    }

    async fn expire(&self, id: OrderId) -> Result<bool, SaleError> {
        let Some((order, version)) = self.order(id).await? else {
            return Ok(false);
        };
        if order
            .lapses_at()
            .is_none_or(|lapses_at| self.clock.now() < lapses_at)
        {
            return Ok(false);
        }
        let event = order.event_id;
        let release = Step::Release { order, version };
        match self.combiner.settle(event, release).await {
            Ok(_) => Ok(true),
            // Paid at the last moment.
            Err(SaleError::NotHeld) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
