//! Looks at an event's page: counted in memory, and written down every few seconds. Nobody is recognised.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use turnout_domain::EventId;
use turnout_store::Read;

use super::tally::{Counts, HourNumber, Measure, Tally, hour_of};
use crate::Ticketing;
use crate::error::SaleError;
use crate::items::event_key;

/// How often counts are written down. A process that is killed loses so much of them.
const FLUSH_EVERY: Duration = Duration::from_secs(3);
/// The most events and hours that are counted between two writings; looks at further ones are not counted.
const COUNTED_MAX: usize = 10_000;

/// Looks that were not written down yet. A clone counts to the same.
#[derive(Clone, Default)]
pub(crate) struct Views(Arc<Mutex<HashMap<(EventId, HourNumber), i64>>>);

impl Views {
    /// Counts a look at an event.
    pub fn look(&self, event: EventId, now: Timestamp) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (event, hour_of(now));
        if counted.len() < COUNTED_MAX || counted.contains_key(&key) {
            *counted.entry(key).or_default() += 1;
        }
    }

    fn take(&self) -> HashMap<(EventId, HourNumber), i64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put_back(&self, key: (EventId, HourNumber), n: i64) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.entry(key).or_default() += n;
    }
}

impl Ticketing {
    /// Writes looks down until `shutdown`, and what is left then.
    pub(crate) async fn keep_views(self, shutdown: CancellationToken) {
        let mut on = true;
        while on {
            tokio::select! {
                () = shutdown.cancelled() => on = false,
                () = tokio::time::sleep(FLUSH_EVERY) => {}
            }
            self.flush_views().await;
        }
    }

    async fn flush_views(&self) {
        for (key, n) in self.views.take() {
            if let Err(error) = self.write_views(key, n).await {
                tracing::warn!(event = %key.0, %error, "Looks could not be written down; trying again");
                self.views.put_back(key, n);
            }
        }
    }

    async fn write_views(&self, (event, hour): (EventId, HourNumber), n: i64) -> Result<(), SaleError> {
        // Anyone may say that they looked at anything.
        if self.store.get(&event_key(event), Read::Eventual).await?.is_none() {
            return Ok(());
        }
        let tally = Tally::from([((hour, None), Counts::from([(Measure::Views, n)]))]);
        self.count(event, &tally).await
    }
}
