//! One message to one person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, NotificationId, UserId};
use utoipa::ToSchema;

use super::{Cause, derived_ulid};

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationKind)]
pub(crate) enum Kind {
    /// Tickets are ready.
    OrderConfirmed,
    /// Tickets are not valid any more.
    TicketsCancelled,
    /// Money goes back.
    OrderRefunded,
    /// Money is awaited.
    PaymentDue,
    /// An event takes place at another time or place.
    EventChanged,
    /// An event will not take place.
    EventCancelled,
    /// Places are set aside for someone who waited for them.
    WaitlistOffered,
    /// The organizer has something to say.
    Announcement,
    /// Something was sold. Kept for organizers who will want it; today they watch the desk.
    Sale,
}

/// One message to one person, in the log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Notification {
    pub(crate) id: NotificationId,
    pub(crate) user: UserId,
    pub(crate) event: Option<EventId>,
    pub(crate) kind: Kind,
    pub(crate) message: String,
    /// When what it tells of happened.
    pub(crate) at: Timestamp,
    pub(crate) read_at: Option<Timestamp>,
}

impl Notification {
    /// What `cause` tells `user`. Its id follows from both, so it is stored once however often it is told.
    pub(crate) fn caused(cause: Cause, user: UserId, event: EventId, kind: Kind, message: String) -> Self {
        Self {
            id: NotificationId::from_ulid(derived_ulid(cause, &user.to_string())),
            user,
            event: Some(event),
            kind,
            message,
            at: cause.at,
            read_at: None,
        }
    }
}
