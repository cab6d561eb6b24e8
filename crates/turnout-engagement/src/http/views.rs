//! What several operations show.

use jiff::Timestamp;
use serde::Serialize;
use turnout_domain::{EventId, Money, NotificationId, OrderId, TicketId, UserId};
use utoipa::ToSchema;

use crate::model::{DeskEntry, DeskKind, Kind, Notification};

/// One message to one person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Notification)]
pub(crate) struct NotificationView {
    /// Its id.
    #[schema(value_type = String, example = "ntf_01JZ8Q6W3S9V4T7N2M5K0RBXCD")]
    id: NotificationId,
    /// Whose it is.
    #[schema(value_type = String, example = "usr_01JZ8Q6W3S9V4T7N2M5K0RBXCD")]
    user_id: UserId,
    /// The event it is about.
    #[schema(value_type = Option<String>, required)]
    event_id: Option<EventId>,
    /// What it is about.
    kind: Kind,
    /// What it says.
    message: String,
    /// When what it tells of happened.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    /// When it was read, if it was.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    read_at: Option<Timestamp>,
}

impl From<Notification> for NotificationView {
    fn from(notification: Notification) -> Self {
        Self {
            id: notification.id,
            user_id: notification.user,
            event_id: notification.event,
            kind: notification.kind,
            message: notification.message,
            timestamp: notification.at,
            read_at: notification.read_at,
        }
    }
}

/// One line of an event's desk, as the socket shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DeskEntryView {
    id: String,
    at: Timestamp,
    kind: DeskKind,
    order_id: Option<OrderId>,
    ticket_id: Option<TicketId>,
    quantity: u32,
    buyer_name: String,
    amount: Option<Money>,
}

impl From<DeskEntry> for DeskEntryView {
    fn from(entry: DeskEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            kind: entry.kind,
            order_id: entry.order,
            ticket_id: entry.ticket,
            quantity: entry.quantity,
            buyer_name: entry.buyer_name,
            amount: entry.amount,
        }
    }
}
