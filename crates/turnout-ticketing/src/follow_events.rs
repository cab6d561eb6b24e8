//! Keeps the copy of events that registration tells of.

use std::sync::Arc;

use async_trait::async_trait;
use turnout_bus::{BusError, Group, Handler, HandlerError};
use turnout_domain::messages::EventChanged;
use turnout_domain::{Envelope, Message};
use turnout_store::{Change, CommitError, Expect, Read};

use crate::commit::commit;
use crate::error::SaleError;
use crate::items;
use crate::model::{EventCopy, Stock};
use crate::{TABLE, Ticketing};

/// How often a copy is tried again when something else wrote the event's item in between.
const COMMIT_ATTEMPTS_MAX: usize = 8;

const GROUP: Group = Group {
    name: "ticketing-events",
    kinds: &[EventChanged::KIND],
};

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
        let Some(told) = message.open::<EventChanged>().map_err(HandlerError::new)? else {
            return Ok(());
        };
        self.0.follow_event(&told).await.map_err(HandlerError::new)
    }
}

impl Ticketing {
    /// Takes over what registration told, unless it is known already; told twice, it changes nothing.
    pub(crate) async fn follow_event(&self, told: &EventChanged) -> Result<(), SaleError> {
        let mut last = None;
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let known = self
                .store
                .get(&items::event_key(told.event_id), Read::Consistent)
                .await?;
            let change = match known {
                None => Change::of(TABLE)
                    .put(items::event_item(&EventCopy::of(told)), Expect::Absent)
                    .put(
                        items::pool_item(told.event_id, Stock::new(told.max_capacity)),
                        Expect::Absent,
                    ),
                Some(item) => {
                    let Some(copy) = item.parse::<EventCopy>()?.told(told) else {
                        return Ok(());
                    };
                    Change::of(TABLE).put(items::event_item(&copy), Expect::Version(item.version))
                }
            };
            match commit(&*self.store, || change.clone()).await {
                Ok(_) => return Ok(()),
                Err(error @ CommitError::Refused(_)) => last = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        Err(last.map_or(SaleError::Unknown, SaleError::Commit))
    }
}
