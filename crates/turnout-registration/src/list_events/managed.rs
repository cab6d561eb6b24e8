//! All events of an organizer, as its members see them: just made ones included, so it is no index that is read.

use turnout_domain::OrganizerId;
use turnout_store::{Cursor, Item, KEYS_MAX, Page, Query, Read, StoreError};

use super::{EventPage, ListEvents, SCAN_EVENTS_MAX};
use crate::model::CountedEvent;
use crate::{Registration, items};

/// As many events as one batch reads, each with its count.
const ROUND_EVENTS_MAX: usize = KEYS_MAX / 2;
/// A page ends after so many rounds, whatever they brought.
const ROUNDS_MAX: usize = SCAN_EVENTS_MAX / ROUND_EVENTS_MAX;

impl Registration {
    pub(super) async fn managed_events(
        &self,
        organizer: OrganizerId,
        wanted: &ListEvents,
    ) -> Result<EventPage, StoreError> {
        let mut events = Vec::new();
        let mut cursor = wanted.cursor.clone();
        for _ in 0..ROUNDS_MAX {
            let query = items::events_of(organizer).limit(ROUND_EVENTS_MAX).after(cursor);
            let page = self.store().query(query.clone()).await?;
            let found = self.named(&page.items).await?;
            cursor = take(&mut events, wanted, &query, &page, found);
            if cursor.is_none() || events.len() == wanted.limit {
                break;
            }
        }
        Ok(EventPage { events, next: cursor })
    }

    /// The events that these items name, in their order.
    async fn named(&self, listed: &[Item]) -> Result<Vec<Option<CountedEvent>>, StoreError> {
        let mut keys = Vec::with_capacity(2 * listed.len());
        for item in listed {
            let id = items::listed_event(item)?;
            keys.extend([items::event_key(id), items::count_key(id)]);
        }
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.store().get_many(&keys, Read::Consistent).await?;
        found.chunks(2).map(items::counted_event).collect()
    }
}

/// Takes what is wanted of a page until `events` is full. Answers where to go on, if there is more.
fn take(
    events: &mut Vec<CountedEvent>,
    wanted: &ListEvents,
    query: &Query,
    page: &Page,
    found: Vec<Option<CountedEvent>>,
) -> Option<Cursor> {
    let count = page.items.len();
    for (place, (item, found)) in page.items.iter().zip(found).enumerate() {
        events.extend(found.filter(|found| wanted.finds(&found.event)));
        if events.len() == wanted.limit && place + 1 < count {
            return Some(query.cursor_at(item));
        }
    }
    page.next.clone()
}
