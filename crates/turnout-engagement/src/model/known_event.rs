//! What we remember of an event.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::messages::{EventChange, EventChanged, EventStatus};
use turnout_domain::{Envelope, EventId, MessageId, OrganizerId, PlannedTime};

/// The message that caused something, and when it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cause {
    pub(crate) message: MessageId,
    pub(crate) at: Timestamp,
}

impl Cause {
    /// What `message` causes is caused by it.
    pub(crate) fn of(message: &Envelope) -> Self {
        Self {
            message: message.id,
            at: message.occurred_at,
        }
    }
}

/// A small copy of an event. Registration owns the event; this is as new as the newest message we had.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KnownEvent {
    pub(crate) id: EventId,
    pub(crate) organizer: OrganizerId,
    /// The record's version at registration; an older message changes nothing here.
    pub(crate) version: u64,
    pub(crate) status: EventStatus,
    pub(crate) title: String,
    pub(crate) starts_at: PlannedTime,
    pub(crate) venue_name: Option<String>,
    /// The message that called it off. Who turns out to hold a ticket later is told so under the same id.
    pub(crate) cancelled_by: Option<Cause>,
}

impl KnownEvent {
    /// The event as `changed` tells of it, because of `cause` if a message told it.
    pub(crate) fn told(changed: EventChanged, cause: Option<Cause>) -> Self {
        let cancelled_by = cause.filter(|_| changed.change == EventChange::Cancelled);
        Self {
            id: changed.event_id,
            organizer: changed.organizer_id,
            version: changed.version,
            status: changed.status,
            title: changed.title,
            starts_at: changed.starts_at,
            venue_name: changed.venue_name,
            cancelled_by,
        }
    }
}
