//! The lines of an event's desk.

use turnout_domain::EventId;
use turnout_store::{Change, CommitError, Expect, Query, Store, StoreError};

use crate::error::EffectError;
use crate::items::{desk_partition, desk_put, read_desk_entry};
use crate::model::DeskEntry;
use crate::{Engagement, TABLE};

impl Engagement {
    /// Keeps a line. Given twice, it is there once.
    pub(crate) async fn record_desk_entry(&self, entry: &DeskEntry) -> Result<(), EffectError> {
        let change = Change::of(TABLE).put(desk_put(entry), Expect::Absent);
        match self.commit(change).await {
            // The only condition is that it is not there yet.
            Ok(_) | Err(CommitError::Refused(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The newest lines of an event's desk, the newest first.
pub(crate) async fn newest(
    store: &dyn Store,
    event: EventId,
    limit: usize,
) -> Result<Vec<DeskEntry>, StoreError> {
    let lines = Query::partition(TABLE, desk_partition(event))
        .backward()
        .limit(limit);
    let page = store.query(lines).await?;
    page.items.iter().map(read_desk_entry).collect()
}
