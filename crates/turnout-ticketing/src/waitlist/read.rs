//! Reads lists: a place in one is a sum of counts and a look at a few.

use std::collections::BTreeMap;

use turnout_domain::{EventId, UserId};
use turnout_store::{Cursor, Item, Page};

use super::turns::{Turn, turns};
use super::{Head, WaitlistEntry, Why, items};
use crate::Ticketing;
use crate::error::SaleError;
use crate::read_offer::read_offer;

/// Where someone stands in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// How many are served before.
    pub ahead: u64,
}

impl Ticketing {
    /// Where an entry stands, if it waits.
    pub(crate) async fn place_of(&self, entry: &WaitlistEntry) -> Result<Option<Place>, SaleError> {
        if !entry.waits() {
            return Ok(None);
        }
        let head = self.waitlist_head(entry.event_id).await?.map(|(head, _)| head);
        let before = head.unwrap_or_default().before_block_of(entry.number);
        let near = self
            .store
            .query(items::block_before_query(entry.event_id, entry.number))
            .await?;
        let own = items::queue_key(entry.event_id, entry.number).sort;
        let near = near.items.iter().filter(|item| item.key.sort != own).count();
        Ok(Some(Place {
            ahead: before + near as u64,
        }))
    }

    /// Everyone who joined an event's list, in order, whatever became of them.
    pub(crate) async fn waitlist_entries(
        &self,
        event: EventId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<WaitlistEntry>, Option<Cursor>), SaleError> {
        let query = items::entries_query(event).limit(limit).after(cursor);
        let Page { items, next } = self.store.query(query).await?;
        let entries = items.iter().map(Item::parse).collect::<Result<_, _>>()?;
        Ok((entries, next))
    }

    /// A person's entries, the newest first.
    pub(crate) async fn waitlist_entries_of(
        &self,
        user: UserId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<WaitlistEntry>, Option<Cursor>), SaleError> {
        let query = items::waiter_query(user).backward().limit(limit).after(cursor);
        let Page { items, next } = self.store.query(query).await?;
        let entries = items.iter().map(Item::parse).collect::<Result<_, _>>()?;
        Ok((entries, next))
    }

    /// The head of the list, and by number why those in the front of the queue are not served; none where they are just
    /// now.
    pub(crate) async fn waitlist_reasons(
        &self,
        event: EventId,
    ) -> Result<(Head, BTreeMap<u64, Option<Why>>), SaleError> {
        let Some((head, _)) = self.waitlist_head(event).await? else {
            return Ok((Head::default(), BTreeMap::new()));
        };
        let queue = self.waitlist_queue(event).await?;
        let offer = read_offer(&*self.store, event).await?.ok_or(SaleError::Unknown)?;
        let turns = turns(&offer, &queue, &head.passed, self.clock.now());
        let reasons = queue.iter().zip(turns).map(|(waiter, turn)| {
            let why = match turn {
                Turn::Serve { .. } => None,
                Turn::Wait(why) => Some(why),
            };
            (waiter.number, why)
        });
        Ok((head, reasons.collect()))
    }
}
