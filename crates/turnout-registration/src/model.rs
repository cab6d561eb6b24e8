//! The rules of events: plain types and pure functions.

mod event;
mod patch;
mod schedule;
mod search;
mod start_key;

pub(crate) use event::{
    CancelRefused, CountedEvent, Description, Details, EditRefused, Event, PublishRefused, State, Status,
    Title, Venue, VenueAddress, VenueName,
};
pub(crate) use patch::{Edit, Patch, SchedulePatch};
pub(crate) use schedule::{LENGTH_DAYS_MAX, Schedule, ScheduleError, Zone};
pub(crate) use search::Words;
pub(crate) use start_key::StartKey;
