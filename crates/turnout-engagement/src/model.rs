//! The service's rules: plain types and pure functions.

mod derived_id;
mod desk_entry;
mod known_event;
mod notification;
mod wording;

pub(crate) use derived_id::derived_ulid;
pub(crate) use desk_entry::{DeskEntry, DeskKind};
pub(crate) use known_event::{Cause, KnownEvent};
pub(crate) use notification::{Kind, Notification};
pub(crate) use wording::{
    event_cancelled, event_changed, payment_due, places_offered, refunded, tickets_cancelled, tickets_ready,
};
