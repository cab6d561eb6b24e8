//! Published events by their beginning.

use jiff::Timestamp;
use turnout_store::{KEYS_MAX, Read, StoreError};

use super::shelves::{Shelves, cursor_of, place_of};
use super::{EventPage, ListEvents, SCAN_EVENTS_MAX, Whose};
use crate::Registration;
use crate::items::{self, Shelf};
use crate::model::{CountedEvent, Event, Status};

impl Registration {
    pub(super) async fn events_on_show(&self, wanted: &ListEvents) -> Result<EventPage, StoreError> {
        let now = self.now();
        let shelves: &[Shelf] = match wanted.whose {
            Whose::Organizer(organizer) => &[Shelf::Organizer(organizer)],
            Whose::Everyone | Whose::Managed(_) => &[Shelf::Short, Shelf::Long],
        };
        let after = wanted.cursor.as_ref().map(place_of).transpose()?;
        let mut shelves = Shelves::new(self.store(), wanted, shelves, after.as_ref(), now);
        let mut events = Vec::new();
        let mut last = None;
        for _ in 0..SCAN_EVENTS_MAX {
            if events.len() == wanted.limit {
                break;
            }
            let Some((place, event)) = shelves.next().await? else {
                break;
            };
            last = Some(place);
            if is_on_show(&event, wanted, now) && wanted.finds(&event) {
                events.push(event);
            }
        }
        let next = match last {
            Some(place) if shelves.has_more().await? => Some(cursor_of(&place)),
            _ => None,
        };
        Ok(EventPage {
            events: self.counted(events).await?,
            next,
        })
    }

    /// The events with their counts. A count that is read together with others may be a moment old.
    async fn counted(&self, events: Vec<Event>) -> Result<Vec<CountedEvent>, StoreError> {
        debug_assert!(events.len() <= KEYS_MAX, "a page of {} events", events.len());
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = events.iter().map(|event| items::count_key(event.id)).collect();
        let counts = self.store().get_many(&keys, Read::Eventual).await?;
        let counted = events.into_iter().zip(counts).map(|(event, count)| CountedEvent {
            event,
            registered: items::registered(count.as_ref()),
        });
        Ok(counted.collect())
    }
}

/// Who does not say from when on wants what is still to come, or running. An index may be behind, so that what is
/// cancelled by now is judged by its record.
fn is_on_show(event: &Event, wanted: &ListEvents, now: Timestamp) -> bool {
    match event.status(now) {
        Status::Published => true,
        Status::Ended => wanted.from.is_some(),
        Status::Draft | Status::Cancelled => false,
    }
}
