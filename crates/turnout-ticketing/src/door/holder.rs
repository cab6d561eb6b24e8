//! What the door wants to know of a ticket.

use jiff::Timestamp;
use turnout_domain::TicketTypeId;

use crate::model::{Order, OrderState, OrderTicket, TicketStatus};

use super::check_in::Fault;
use super::list::{CheckInList, Misfit};

/// Whom the ticket admits, by name.
pub(crate) fn attendee_name<'a>(order: &'a Order, ticket: &'a OrderTicket) -> &'a str {
    &order.attendee(ticket).name
}

/// What the ticket is sold as, in words.
pub(crate) fn ticket_type_name(order: &Order, ticket_type: TicketTypeId) -> &str {
    let line = order.lines.iter().find(|line| line.ticket_type_id == ticket_type);
    line.map_or("", |line| line.name.as_str())
}

/// Whether the ticket is for coming in, and not for something beside it.
pub(super) fn is_admission(order: &Order, ticket_type: TicketTypeId) -> bool {
    let line = order.lines.iter().find(|line| line.ticket_type_id == ticket_type);
    line.is_none_or(|line| line.admission)
}

/// Why the list does not admit the ticket at this time, if it does not.
pub(super) fn misfit(
    list: &CheckInList,
    order: &Order,
    ticket: &OrderTicket,
    at: Timestamp,
) -> Option<Misfit> {
    let ticket_type = ticket.ticket_type_id;
    list.misfit(ticket_type, is_admission(order, ticket_type), at)
}

/// How often the ticket changed hands: codes of another generation are dead.
pub(super) fn generation(_ticket: &OrderTicket) -> u8 {
    0
}

/// Why the ticket does not admit, whatever the list; with the generation of the code it was shown with, if any.
pub(super) fn fault(order: &Order, ticket: &OrderTicket, shown: Option<u8>) -> Option<Fault> {
    let live = matches!(order.state, OrderState::Confirmed { .. });
    match ticket.status {
        TicketStatus::Cancelled => Some(Fault::Cancelled),
        TicketStatus::Transferred => Some(Fault::Transferred),
        TicketStatus::Valid if !live => Some(Fault::Cancelled),
        TicketStatus::Valid if shown.is_some_and(|shown| shown != generation(ticket)) => {
            Some(Fault::Transferred)
        }
        TicketStatus::Valid => None,
    }
}
