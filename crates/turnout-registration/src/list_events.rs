//! To find events: those on show by their beginning, or all of an organizer's, the newest first.

mod managed;
mod on_show;
mod shelves;

use jiff::Timestamp;
use turnout_domain::OrganizerId;
use turnout_store::{Cursor, StoreError};

use crate::Registration;
use crate::model::{CountedEvent, Event, Words};

/// The most events that one page looks through. A page that finds fewer than it may hold by then is short, and says
/// where the next begins.
const SCAN_EVENTS_MAX: usize = 500;

/// Which events.
#[derive(Debug, Clone)]
pub(crate) struct ListEvents {
    pub(crate) whose: Whose,
    pub(crate) words: Words,
    /// The earliest beginning.
    pub(crate) from: Option<Timestamp>,
    /// The latest beginning.
    pub(crate) to: Option<Timestamp>,
    pub(crate) limit: usize,
    pub(crate) cursor: Option<Cursor>,
}

/// Whose events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Everyone's, of those that are published.
    Everyone,
    /// An organizer's, of those that are published.
    Organizer(OrganizerId),
    /// All of an organizer's, for its members.
    Managed(OrganizerId),
}

/// Some events, and where the next page begins.
#[derive(Debug)]
pub(crate) struct EventPage {
    pub(crate) events: Vec<CountedEvent>,
    pub(crate) next: Option<Cursor>,
}

impl Registration {
    /// One page of events.
    pub(crate) async fn list_events(&self, wanted: &ListEvents) -> Result<EventPage, StoreError> {
        match wanted.whose {
            Whose::Everyone | Whose::Organizer(_) => self.events_on_show(wanted).await,
            Whose::Managed(organizer) => self.managed_events(organizer, wanted).await,
        }
    }
}

impl ListEvents {
    /// Whether the event begins when it should and shows the words.
    fn finds(&self, event: &Event) -> bool {
        let start = event.details.schedule.starts_at().instant();
        self.from.is_none_or(|from| start >= from)
            && self.to.is_none_or(|to| start <= to)
            && self.words.find(event)
    }
}
