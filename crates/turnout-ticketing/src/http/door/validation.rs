//! What a scan is answered.

use jiff::Timestamp;
use serde::Serialize;
use turnout_domain::messages::Direction;
use turnout_domain::{TicketId, TicketTypeId};
use turnout_http::{Admit, Holder, Permit};
use utoipa::ToSchema;

use crate::Ticketing;
use crate::door::{DoorError, Fault, ListId, Verdict, attendee_name, ticket_type_name};
use crate::http::views::TicketView;
use crate::model::Order;

/// What the door is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum ValidationResult {
    /// Let in by this scan.
    Admitted,
    /// Let out by this scan.
    Exited,
    /// In already, or let in before at a list that admits once.
    AlreadyAdmitted,
    /// Not in, so there is nobody to let out.
    NotInside,
    /// The list is for other ticket types.
    NotOnList,
    /// The list is not open now.
    OutsideTime,
    /// The ticket was cancelled.
    Cancelled,
    /// The ticket is someone else's by now; this code is an old one.
    Transferred,
    /// The ticket is for another event.
    WrongEvent,
    /// Not one of our codes.
    UnknownCode,
}

impl From<Fault> for ValidationResult {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Cancelled => Self::Cancelled,
            Fault::Transferred => Self::Transferred,
            Fault::NotOnList => Self::NotOnList,
            Fault::OutsideTime => Self::OutsideTime,
        }
    }
}

/// Which way someone goes.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Direction)]
pub(in crate::http) enum DirectionView {
    Entry,
    Exit,
}

impl From<Direction> for DirectionView {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Entry => Self::Entry,
            Direction::Exit => Self::Exit,
        }
    }
}

/// Whom a ticket admits: as much as a door needs to know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DoorAttendee)]
pub(in crate::http) struct DoorAttendeeView {
    #[schema(value_type = String)]
    ticket_id: TicketId,
    name: String,
    #[schema(value_type = String)]
    ticket_type_id: TicketTypeId,
    ticket_type_name: String,
}

impl DoorAttendeeView {
    pub fn new(order: &Order, id: TicketId) -> Option<Self> {
        let ticket = order.ticket(id)?;
        Some(Self {
            ticket_id: id,
            name: attendee_name(order, ticket).to_owned(),
            ticket_type_id: ticket.ticket_type_id,
            ticket_type_name: ticket_type_name(order, ticket.ticket_type_id).to_owned(),
        })
    }
}

/// The verdict on a ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Validation)]
pub(in crate::http) struct ValidationView {
    pub result: ValidationResult,
    /// The ticket, where it is one of the caller's organizer; null to a phone that is paired by a gate link.
    #[schema(required)]
    pub ticket: Option<TicketView>,
    /// Whom it admits, where the caller may know.
    #[schema(required)]
    pub attendee: Option<DoorAttendeeView>,
    pub list: String,
    pub direction: DirectionView,
    /// When it was admitted by this scan.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub admitted_at: Option<Timestamp>,
    /// When it was first admitted, by this scan or before.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub first_admitted_at: Option<Timestamp>,
    /// At which gate it was first admitted, if another scan did.
    #[schema(required)]
    pub first_gate: Option<String>,
}

impl ValidationView {
    /// A verdict on something the caller learns nothing of.
    pub fn without_ticket(result: ValidationResult, list: &ListId, direction: Direction) -> Self {
        Self {
            result,
            ticket: None,
            attendee: None,
            list: list.as_str().to_owned(),
            direction: direction.into(),
            admitted_at: None,
            first_admitted_at: None,
            first_gate: None,
        }
    }

    /// The verdict, without what the ticket is.
    pub fn of(verdict: Verdict, list: &ListId, direction: Direction) -> Self {
        let blank = |result| Self::without_ticket(result, list, direction);
        match verdict {
            Verdict::Admitted { at, first } => Self {
                admitted_at: Some(at),
                first_admitted_at: Some(first),
                ..blank(ValidationResult::Admitted)
            },
            Verdict::Exited { .. } => blank(ValidationResult::Exited),
            Verdict::AlreadyAdmitted { first, gate } => Self {
                first_admitted_at: Some(first),
                first_gate: gate,
                ..blank(ValidationResult::AlreadyAdmitted)
            },
            Verdict::NotInside => blank(ValidationResult::NotInside),
            Verdict::Refused(fault) => blank(fault.into()),
        }
    }

    /// With what the holder of `permit` may know of the ticket.
    pub async fn showing(
        mut self,
        ticketing: &Ticketing,
        order: &Order,
        ticket: TicketId,
        permit: &Permit<Admit>,
    ) -> Result<Self, DoorError> {
        self.attendee = DoorAttendeeView::new(order, ticket);
        self.ticket = match permit.holder() {
            Holder::Member { .. } => ticketing.ticket_view(order, ticket).await?,
            // Addresses and codes are nothing a borrowed phone has to know.
            Holder::Gate(_) => None,
        };
        Ok(self)
    }
}
