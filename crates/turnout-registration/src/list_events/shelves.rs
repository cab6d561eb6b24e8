//! Several shelves of published events, read as one.
//!
//! The cursor is the place where a page ended, and no cursor of the store: that one holds for the very same range
//! only, and without a `from` the range begins at another instant with every request.

use std::collections::VecDeque;

use jiff::Timestamp;
use turnout_store::{Cursor, Query, SortRange, Store, StoreError};

use super::ListEvents;
use crate::items::{Shelf, TABLE};
use crate::model::{Event, StartKey};

/// What the cursor answers: where in the order of beginnings, whatever the words and times that were asked for.
const QUESTION: &str = "events by their beginning";
/// How many empty pages in a row a store may give before the list is given up: it may give some.
const EMPTY_PAGES_MAX: usize = 10;

/// Where a page ended.
pub(super) fn cursor_of(place: &StartKey) -> Cursor {
    Cursor::seal(TABLE, QUESTION, place.as_str())
}

/// Where the page that gave this cursor ended.
pub(super) fn place_of(cursor: &Cursor) -> Result<StartKey, StoreError> {
    StartKey::parse(&cursor.open(TABLE, QUESTION)?).ok_or(StoreError::Cursor)
}

/// Reads shelves as one, event by event in the order of their beginnings.
pub(super) struct Shelves<'a> {
    store: &'a dyn Store,
    shelves: Vec<Reading>,
}

/// A shelf that is being read.
struct Reading {
    shelf: Shelf,
    /// Where the next page of it is read; `None` behind the last.
    ahead: Option<Query>,
    read: VecDeque<(StartKey, Event)>,
}

impl<'a> Shelves<'a> {
    /// The events that `wanted` may find on these shelves, behind the place `after`.
    pub(super) fn new(
        store: &'a dyn Store,
        wanted: &ListEvents,
        shelves: &[Shelf],
        after: Option<&StartKey>,
        now: Timestamp,
    ) -> Self {
        let reading = |&shelf: &Shelf| {
            // Without a `from`, what runs now may have begun as long ago as an event on this shelf lasts.
            let from = wanted.from.or_else(|| now.checked_sub(shelf.length_max()).ok());
            let first = StartKey::first_at(from.unwrap_or(Timestamp::MIN));
            let first = after.map_or(first.clone(), |after| after.next().max(first));
            let last = StartKey::last_at(wanted.to.unwrap_or(Timestamp::MAX));
            let range = SortRange::Between(first.as_str().to_owned(), last.as_str().to_owned());
            Reading {
                shelf,
                // One more than the page holds tells whether there is a next one.
                ahead: Some(shelf.query().range(range).limit(wanted.limit + 1)),
                read: VecDeque::new(),
            }
        };
        Self {
            store,
            shelves: shelves.iter().map(reading).collect(),
        }
    }

    /// The next event and its place.
    pub(super) async fn next(&mut self) -> Result<Option<(StartKey, Event)>, StoreError> {
        self.fill().await?;
        let place = |shelf: &Reading| shelf.read.front().map(|(place, _)| place.clone());
        let filled = self.shelves.iter_mut().filter(|shelf| !shelf.read.is_empty());
        let first = filled.min_by_key(|shelf| place(shelf));
        Ok(first.and_then(|shelf| shelf.read.pop_front()))
    }

    /// Whether there is a next event.
    pub(super) async fn has_more(&mut self) -> Result<bool, StoreError> {
        self.fill().await?;
        Ok(self.shelves.iter().any(|shelf| !shelf.read.is_empty()))
    }

    /// Reads on where nothing lies ready: which event is next shows when every shelf has shown its own.
    async fn fill(&mut self) -> Result<(), StoreError> {
        for shelf in &mut self.shelves {
            for _ in 0..EMPTY_PAGES_MAX {
                if !shelf.read.is_empty() || shelf.ahead.is_none() {
                    break;
                }
                shelf.read_page(self.store).await?;
            }
            if shelf.read.is_empty() && shelf.ahead.is_some() {
                let why = format!("{EMPTY_PAGES_MAX} pages in a row were empty");
                return Err(StoreError::Unavailable { why });
            }
        }
        Ok(())
    }
}

impl Reading {
    async fn read_page(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let Some(query) = self.ahead.take() else {
            return Ok(());
        };
        let page = store.query(query.clone()).await?;
        for item in &page.items {
            let event = Event::try_from(item)?;
            let place = self.shelf.place(item).and_then(StartKey::parse);
            let place = place.ok_or_else(|| StoreError::Corrupt {
                key: item.key.clone(),
                why: "it stands at no place of an event".to_owned(),
            })?;
            self.read.push_back((place, event));
        }
        self.ahead = page.next.map(|next| query.after(Some(next)));
        Ok(())
    }
}
