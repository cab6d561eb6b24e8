//! Why a sale, or a step of one, is not made.

use axum::http::StatusCode;
use turnout_domain::TicketTypeId;
use turnout_http::{FieldError, Problem};
use turnout_store::{CommitError, StoreError};

/// Why an order is not placed, paid or given back.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum SaleError {
    #[error("there is no such event or order")]
    Unknown,
    #[error("the event is a draft, which only members may know of")]
    Draft,
    #[error("the event's tickets are not on sale")]
    NotOnSale,
    #[error("line {place} asks for a ticket type the event does not have")]
    UnknownTicketType { place: usize },
    #[error("line {place} asks for more than {max}")]
    TooMany { place: usize, max: u32 },
    #[error("the total is too large")]
    TotalTooLarge,
    #[error("there is something to pay")]
    PaymentDue,
    #[error("{left} left of ticket type {ticket_type}")]
    SoldOut { ticket_type: TicketTypeId, left: i64 },
    #[error("the hold's time is up")]
    HoldExpired,
    #[error("the order is not held")]
    NotHeld,
    #[error("the key was used for another request")]
    KeyReused,
    #[error("the payment was declined")]
    Declined,
    #[error("the store did not do it")]
    Commit(#[from] CommitError),
    #[error("the store did not answer")]
    Store(#[from] StoreError),
    #[error("another service did not answer")]
    Peer(#[from] turnout_http::PeerError),
}

impl From<SaleError> for Problem {
    fn from(error: SaleError) -> Self {
        match error {
            SaleError::Unknown | SaleError::Draft => Self::not_found(),
            SaleError::NotOnSale => Self::new(
                StatusCode::CONFLICT,
                "event-not-on-sale",
                "Not on sale",
                "Tickets for this event cannot be had now: it is not published, was cancelled, or is over.",
            ),
            SaleError::UnknownTicketType { place } => Self::validation(vec![FieldError::new(
                format!("/items/{place}/ticket_type_id"),
                "This event has no such ticket type.",
            )]),
            SaleError::TooMany { place, max } => Self::validation(vec![FieldError::new(
                format!("/items/{place}/quantity"),
                format!("An order can have at most {max} of this ticket type."),
            )]),
            SaleError::TotalTooLarge => Self::validation(vec![FieldError::new(
                "/items",
                "The total is too large for one order.",
            )]),
            SaleError::PaymentDue => Self::validation(vec![FieldError::new(
                "/method",
                "There is something to pay: free is for what costs nothing.",
            )]),
            SaleError::SoldOut { ticket_type, left } => sold_out(ticket_type, left),
            SaleError::HoldExpired => Self::new(
                StatusCode::GONE,
                "hold-expired",
                "The time is up",
                "These tickets were set aside for you, but the time is up. Order again: some may still be there.",
            ),
            SaleError::NotHeld => {
                Self::conflict("The order is not waiting to be paid or given back any more.")
            }
            SaleError::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "The key was used before",
                "This Idempotency-Key was sent with another request. Make a new key for a new purchase.",
            ),
            SaleError::Declined => Self::new(
                StatusCode::PAYMENT_REQUIRED,
                "payment-declined",
                "The payment was declined",
                "Nothing was paid. Your tickets are still set aside: try again or pay in another way.",
            ),
            SaleError::Commit(error) => error.into(),
            SaleError::Store(error) => error.into(),
            SaleError::Peer(error) => error.into(),
        }
    }
}

fn sold_out(ticket_type: TicketTypeId, left: i64) -> Problem {
    let detail = match left {
        ..=0 => "None are left.".to_owned(),
        1 => "Only 1 is left.".to_owned(),
        left => format!("Only {left} are left."),
    };
    Problem::new(
        StatusCode::CONFLICT,
        "sold-out",
        "Not enough tickets left",
        detail,
    )
    .with("ticket_type_id", ticket_type)
    .with("left", left.max(0))
}
