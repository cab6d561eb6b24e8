//! When the next hold of an event ends: told to those who found nothing left.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use turnout_domain::EventId;
use turnout_store::{Item, SortRange, StoreError};

use crate::Ticketing;
use crate::items;
use crate::model::{Order, OrderState};

/// How long an answer is given again: in a rush, thousands ask in a second.
const KEPT: SignedDuration = SignedDuration::from_secs(1);
/// How many events are remembered before those are let go that nobody asks for.
const EVENTS_MAX: usize = 1_000;
/// How far it is looked for: the oldest orders that may still be held come first.
const PAGES_MAX: usize = 4;

/// By event: when it was looked for, and what was found.
type Known = HashMap<EventId, (Timestamp, Option<Timestamp>)>;

/// What was found out a moment ago.
#[derive(Clone, Default)]
pub(crate) struct NextReleases {
    known: Arc<Mutex<Known>>,
}

impl Ticketing {
    /// When the next hold of the event ends, if one is found soon enough.
    pub(crate) async fn next_release(&self, event: EventId) -> Result<Option<Timestamp>, StoreError> {
        let now = self.clock.now();
        {
            let known = self
                .next_releases
                .known
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some((at, next)) = known.get(&event)
                && now.duration_since(*at).abs() < KEPT
            {
                return Ok(next.filter(|next| *next > now));
            }
        }
        let next = self.find_next_release(event, now).await?;
        let mut known = self
            .next_releases
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if known.len() >= EVENTS_MAX {
            known.retain(|_, (at, _)| now.duration_since(*at).abs() < KEPT);
        }
        known.insert(event, (now, next));
        Ok(next)
    }

    async fn find_next_release(
        &self,
        event: EventId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        // Whatever was placed earlier and not made longer is not held any more.
        let earliest = now.checked_sub(self.settings.hold_for).unwrap_or(Timestamp::MIN);
        let query = items::event_orders_query(event).range(SortRange::AtLeast(items::sortable(earliest)));
        let mut after = None;
        for _ in 0..PAGES_MAX {
            let page = self.store.query(query.clone().limit(100).after(after)).await?;
            let orders: Vec<Order> = page.items.iter().map(Item::parse).collect::<Result<_, _>>()?;
            let ends = orders.iter().filter_map(|order| match order.state {
                OrderState::Held { expires_at } if expires_at > now => Some(expires_at),
                _ => None,
            });
            if let Some(next) = ends.min() {
                return Ok(Some(next));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(None)
    }
}
