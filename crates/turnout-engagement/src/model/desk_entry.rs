//! What an event's desk shows of one thing that happened.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::messages::{OrderConfirmed, TicketAdmitted};
use turnout_domain::{Envelope, EventId, Message, Money, OrderId, TicketId};

use super::{Cause, derived_ulid};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeskKind {
    /// Tickets were sold or given out.
    OrderConfirmed,
    /// Someone came in.
    TicketAdmitted,
}

/// One line of an event's desk. It follows from its message alone, so whoever hears the message can show it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeskEntry {
    /// `dsk_` and a ULID that rises with time.
    pub(crate) id: String,
    pub(crate) event: EventId,
    pub(crate) at: Timestamp,
    pub(crate) kind: DeskKind,
    pub(crate) order: Option<OrderId>,
    pub(crate) ticket: Option<TicketId>,
    pub(crate) quantity: u32,
    pub(crate) buyer_name: String,
    pub(crate) amount: Option<Money>,
}

impl DeskEntry {
    /// The kinds of message that make an entry.
    pub(crate) const KINDS: &'static [&'static str] = &[OrderConfirmed::KIND, TicketAdmitted::KIND];

    /// The entry that `message` makes, if it makes one.
    ///
    /// # Errors
    /// If its body is not what its kind says.
    pub(crate) fn of(message: &Envelope) -> Result<Option<Self>, serde_json::Error> {
        let cause = Cause::of(message);
        if let Some(order) = message.open::<OrderConfirmed>()? {
            return Ok(Some(Self {
                id: id(cause),
                event: order.event_id,
                at: order.confirmed_at,
                kind: DeskKind::OrderConfirmed,
                order: Some(order.order_id),
                ticket: None,
                quantity: u32::try_from(order.tickets.len()).unwrap_or(u32::MAX),
                buyer_name: order.buyer_name,
                amount: Some(order.total),
            }));
        }
        let admitted = message.open::<TicketAdmitted>()?;
        Ok(admitted.map(|admitted| Self {
            id: id(cause),
            event: admitted.event_id,
            at: admitted.admitted_at,
            kind: DeskKind::TicketAdmitted,
            order: Some(admitted.order_id),
            ticket: Some(admitted.ticket_id),
            quantity: 1,
            buyer_name: admitted.attendee_name,
            amount: None,
        }))
    }
}

fn id(cause: Cause) -> String {
    format!("dsk_{}", derived_ulid(cause, "desk"))
}
