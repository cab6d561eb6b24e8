//! What an event's desk shows of one thing that happened.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::messages::{
    AdmissionUndone, Direction, OrderConfirmed, TicketAdmitted, TicketsCancelled,
};
use turnout_domain::{Envelope, EventId, Message, Money, OrderId, TicketId};

use super::{Cause, derived_ulid};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeskKind {
    /// Tickets were sold or given out.
    OrderConfirmed,
    /// Tickets were cancelled.
    OrderCancelled,
    /// Someone came in.
    TicketAdmitted,
    /// Someone went out.
    TicketExited,
    /// A scan at the door was taken back.
    AdmissionUndone,
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
    pub(crate) const KINDS: &'static [&'static str] = &[
        OrderConfirmed::KIND,
        TicketsCancelled::KIND,
        TicketAdmitted::KIND,
        AdmissionUndone::KIND,
    ];

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
        if let Some(cancelled) = message.open::<TicketsCancelled>()? {
            return Ok(Some(Self {
                id: id(cause),
                event: cancelled.event_id,
                at: cancelled.cancelled_at,
                kind: DeskKind::OrderCancelled,
                order: Some(cancelled.order_id),
                ticket: None,
                quantity: u32::try_from(cancelled.tickets.len()).unwrap_or(u32::MAX),
                buyer_name: cancelled.buyer_name,
                amount: cancelled.refund,
            }));
        }
        if let Some(admitted) = message.open::<TicketAdmitted>()? {
            return Ok(Some(Self {
                id: id(cause),
                event: admitted.event_id,
                at: admitted.admitted_at,
                kind: match admitted.direction {
                    Direction::Entry => DeskKind::TicketAdmitted,
                    Direction::Exit => DeskKind::TicketExited,
                },
                order: Some(admitted.order_id),
                ticket: Some(admitted.ticket_id),
                quantity: 1,
                buyer_name: admitted.attendee_name,
                amount: None,
            }));
        }
        let undone = message.open::<AdmissionUndone>()?;
        Ok(undone.map(|undone| Self {
            id: id(cause),
            event: undone.event_id,
            at: undone.undone_at,
            kind: DeskKind::AdmissionUndone,
            order: Some(undone.order_id),
            ticket: Some(undone.ticket_id),
            quantity: 1,
            buyer_name: undone.attendee_name,
            amount: None,
        }))
    }
}

fn id(cause: Cause) -> String {
    format!("dsk_{}", derived_ulid(cause, "desk"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use turnout_domain::MessageId;
    use ulid::Ulid;

    fn kind_of<M: Message>(message: &M) -> Option<DeskKind> {
        let id = MessageId::from_ulid(Ulid(3));
        let envelope = Envelope::new(id, Timestamp::UNIX_EPOCH, message);
        let entry = DeskEntry::of(&envelope).unwrap();
        entry.map(|entry| entry.kind)
    }

    #[test]
    fn going_in_going_out_and_taking_back_are_told_apart() {
        let ticket_id = TicketId::from_ulid(Ulid(1));
        let event_id = EventId::from_ulid(Ulid(2));
        let went = |direction| TicketAdmitted {
            ticket_id,
            ticket_type_id: None,
            order_id: ticket_id.order(),
            event_id,
            list: "main".into(),
            attendee_name: "Ada".into(),
            admitted_at: Timestamp::UNIX_EPOCH,
            gate: None,
            direction,
            again: false,
        };
        assert_eq!(kind_of(&went(Direction::Entry)), Some(DeskKind::TicketAdmitted));
        assert_eq!(kind_of(&went(Direction::Exit)), Some(DeskKind::TicketExited));
        let undone = AdmissionUndone {
            ticket_type_id: None,
            ticket_id,
            order_id: ticket_id.order(),
            event_id,
            list: "main".into(),
            attendee_name: "Ada".into(),
            direction: Direction::Entry,
            still_admitted: false,
            reason: "Wrong person".into(),
            undone_at: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(kind_of(&undone), Some(DeskKind::AdmissionUndone));
    }
}
