//! Why a sale, or a step of one, is not made.

use axum::http::StatusCode;
use jiff::Timestamp;
use turnout_domain::{Currency, Money, TicketId, TicketTypeId};
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
    #[error("line {place} asks for less than {min}")]
    TooFew { place: usize, min: u32 },
    #[error("{ticket_type} is not on sale now")]
    TypeNotOnSale {
        ticket_type: TicketTypeId,
        starts: Option<Timestamp>,
    },
    #[error("line {place} names a price in another currency than {currency}")]
    Currency { place: usize, currency: Currency },
    #[error("line {place} names a price below {min}")]
    PriceTooLow { place: usize, min: Money },
    #[error("{ticket_type} costs {price} now")]
    PriceChanged { ticket_type: TicketTypeId, price: Money },
    #[error("line {place} is an add-on without what it belongs to")]
    AddOnAlone { place: usize },
    #[error("line {place} is an add-on to {max} others at most")]
    TooManyAddOns { place: usize, max: u32 },
    #[error("one person can have {left} more of {ticket_type}")]
    PersonLimit { ticket_type: TicketTypeId, left: i64 },
    /// Not for buyers: what they have must be counted first.
    #[error("it is not counted yet what the buyer has of {ticket_types:?}")]
    NotCounted { ticket_types: Vec<(TicketTypeId, u32)> },
    #[error("the event has no such promo code now")]
    UnknownCode,
    #[error("the promo code gives nothing for these ticket types")]
    UselessCode,
    #[error("the promo code was used as often as it can be")]
    CodeUsedUp,
    /// Not for buyers: what is set aside for the code does not suffice, but there may be others.
    #[error("too few places are set aside for the promo code")]
    ReserveShort,
    #[error("some details are not valid")]
    Invalid(Vec<FieldError>),
    #[error("the total is too large")]
    TotalTooLarge,
    #[error("there is something to pay")]
    PaymentDue,
    #[error("{left} left of ticket type {ticket_type}")]
    SoldOut {
        ticket_type: TicketTypeId,
        left: i64,
        /// How many others hold of what it draws on.
        in_carts: i64,
        /// When the next of those holds ends, where that is known.
        next_release: Option<Timestamp>,
    },
    #[error("the hold was made longer already")]
    NotRenewable { expires_at: Timestamp },
    #[error("others wait for ticket type {ticket_type}")]
    WaitlistFirst { ticket_type: TicketTypeId },
    #[error("the hold's time is up")]
    HoldExpired,
    #[error("the order is not held")]
    NotHeld,
    #[error("the key was used for another request")]
    KeyReused,
    #[error("the payment was declined")]
    Declined,
    #[error("the order has no valid tickets")]
    NotConfirmed,
    #[error("{id} is no ticket of the order")]
    UnknownTicket { id: TicketId },
    #[error("only {left} minor units can go back")]
    NothingToRefund { left: i64 },
    #[error("it was tried too often")]
    TooManyPayments,
    #[error("the event does not take {0}")]
    MethodNotOffered(&'static str),
    #[error("the provider refused the payment: {0}")]
    ProviderRefused(String),
    #[error("the provider did not answer: {0}")]
    ProviderUnavailable(String),
    #[error("it was not asked for by bank transfer or at the door")]
    NotPayableByHand,
    #[error("the buyer may not cancel it, or not any more")]
    NotCancellable,
    #[error("the store did not do it")]
    Commit(#[from] CommitError),
    #[error("the store did not answer")]
    Store(#[from] StoreError),
    #[error("another service did not answer")]
    Peer(#[from] turnout_http::PeerError),
}

impl From<SaleError> for Problem {
    #[expect(
        clippy::too_many_lines,
        reason = "an arm for each reason, and none of them long"
    )]
    fn from(error: SaleError) -> Self {
        match error {
            SaleError::Unknown | SaleError::Draft => Self::not_found(),
            SaleError::NotOnSale => Self::new(
                StatusCode::CONFLICT,
                "event-not-on-sale",
                "Not on sale",
                "Tickets for this event cannot be had now: it is not published, was cancelled, or is over.",
            ),
            SaleError::UnknownTicketType { place } => {
                of_line(place, "ticket_type_id", "This event has no such ticket type.")
            }
            SaleError::TooMany { place, max } => of_line(
                place,
                "quantity",
                format!("An order can have at most {max} of this ticket type."),
            ),
            SaleError::TooFew { place, min } => of_line(
                place,
                "quantity",
                format!("An order has at least {min} of this ticket type."),
            ),
            SaleError::TypeNotOnSale { ticket_type, starts } => type_not_on_sale(ticket_type, starts),
            SaleError::Currency { place, currency } => of_line(
                place,
                "unit_price/currency",
                format!("The prices of this event are in {currency}."),
            ),
            SaleError::PriceTooLow { place, min } => {
                of_line(place, "unit_price/amount", format!("Pay {min} or more for one."))
            }
            SaleError::PriceChanged { ticket_type, price } => Self::new(
                StatusCode::CONFLICT,
                "price-changed",
                "The price has changed",
                format!("One costs {price} now. Nothing was ordered: order again if you agree."),
            )
            .with("ticket_type_id", ticket_type)
            .with("unit_price", price),
            SaleError::AddOnAlone { place } => of_line(
                place,
                "ticket_type_id",
                "This is an add-on: order it together with a ticket that it belongs to.",
            ),
            SaleError::TooManyAddOns { place, max } => of_line(
                place,
                "quantity",
                format!("This is an add-on: order at most one for each of the {max} tickets it belongs to."),
            ),
            SaleError::PersonLimit { ticket_type, left } => person_limit(ticket_type, left),
            SaleError::UnknownCode => unknown_code(),
            SaleError::UselessCode => Self::validation(vec![FieldError::new(
                "/promo_code",
                "This code is for other tickets than these. Choose those, or take the code out.",
            )]),
            SaleError::CodeUsedUp => code_used_up(),
            SaleError::Invalid(errors) => Self::validation(errors),
            SaleError::NotCounted { .. } | SaleError::ReserveShort => {
                tracing::error!(%error, "A purchase was refused for a reason that is no buyer's");
                Self::internal()
            }
            SaleError::TotalTooLarge => Self::validation(vec![FieldError::new(
                "/items",
                "The total is too large for one order.",
            )]),
            SaleError::PaymentDue => Self::validation(vec![FieldError::new(
                "/method",
                "There is something to pay: free is for what costs nothing.",
            )]),
            SaleError::SoldOut {
                ticket_type,
                left,
                in_carts,
                next_release,
            } => sold_out(ticket_type, left, in_carts, next_release),
            SaleError::NotRenewable { expires_at } => not_renewable(expires_at),
            SaleError::WaitlistFirst { ticket_type } => waitlist_first(ticket_type),
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
            SaleError::NotConfirmed => {
                Self::conflict("The order has no valid tickets (any more): there is nothing to cancel.")
            }
            SaleError::UnknownTicket { id } => Self::validation(vec![FieldError::new(
                "/ticket_ids",
                format!("{id} is no ticket of this order."),
            )]),
            SaleError::NothingToRefund { left } => nothing_to_refund(left),
            SaleError::TooManyPayments => Self::conflict(
                "This was tried too often for one order. Give it back and order again, or ask the organizer.",
            ),
            SaleError::MethodNotOffered(method) => Self::validation(vec![FieldError::new(
                "/method",
                format!("This event does not take {method}. Ask for its payment options."),
            )]),
            SaleError::ProviderRefused(_) => Self::new(
                StatusCode::CONFLICT,
                "payment-not-possible",
                "It cannot be paid in this way",
                "The payment provider does not take this payment. Nothing was paid; choose another way to pay.",
            ),
            SaleError::ProviderUnavailable(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Not available",
                "The payment provider does not answer. Nothing was paid, and your tickets are still set aside: try again.",
            )
            .retry_after(3),
            SaleError::NotPayableByHand => {
                Self::conflict("The order is not waiting for money: it was paid, given back, or never ordered.")
            }
            SaleError::NotCancellable => Self::new(
                StatusCode::CONFLICT,
                "not-cancellable",
                "It cannot be cancelled here",
                "The organizer does not let buyers cancel, or the time for it is over. Ask the organizer.",
            ),
            SaleError::Commit(error) => error.into(),
            SaleError::Store(error) => error.into(),
            SaleError::Peer(error) => error.into(),
        }
    }
}

fn of_line(place: usize, member: &str, detail: impl Into<String>) -> Problem {
    Problem::validation(vec![FieldError::new(format!("/items/{place}/{member}"), detail)])
}

fn not_renewable(expires_at: Timestamp) -> Problem {
    let detail = "The time for this order was made longer once; it cannot be made longer again.";
    Problem::new(
        StatusCode::CONFLICT,
        "hold-not-renewable",
        "No more time can be given",
        detail,
    )
    .with("expires_at", expires_at)
}

fn type_not_on_sale(ticket_type: TicketTypeId, starts: Option<Timestamp>) -> Problem {
    let detail = if starts.is_some() {
        "These tickets are not on sale yet."
    } else {
        "These tickets are not on sale any more."
    };
    Problem::new(
        StatusCode::CONFLICT,
        "ticket-type-not-on-sale",
        "Not on sale",
        detail,
    )
    .with("ticket_type_id", ticket_type)
    .with("sales_start_at", starts)
}

fn unknown_code() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "unknown-promo-code",
        "This code does not work",
        "There is no such promo code for this event, or it is not valid now. Check how it is written.",
    )
}

fn code_used_up() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "promo-code-used-up",
        "This code was used up",
        "This promo code was used as often as it can be. Nothing was ordered: order again without it.",
    )
}

fn person_limit(ticket_type: TicketTypeId, left: i64) -> Problem {
    let detail = match left {
        ..=0 => "This e-mail address has as many of these tickets as one person can have.".to_owned(),
        left => format!("With this e-mail address you can have {left} more of these tickets."),
    };
    Problem::new(
        StatusCode::CONFLICT,
        "person-limit",
        "As many as one person can have",
        detail,
    )
    .with("ticket_type_id", ticket_type)
    .with("left", left.max(0))
}

fn waitlist_first(ticket_type: TicketTypeId) -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "waitlist-first",
        "Others are waiting for these tickets",
        "What comes free goes to the waitlist first. Join it to be offered tickets in your turn.",
    )
    .with("ticket_type_id", ticket_type)
}

fn nothing_to_refund(left: i64) -> Problem {
    let detail = match left {
        ..=0 => "Nothing of this order can go back: it was not paid through Turnout, or all of it went back."
            .to_owned(),
        left => {
            format!("At most {left} minor units can go back: the rest was not paid, or went back before.")
        }
    };
    Problem::new(
        StatusCode::CONFLICT,
        "not-refundable",
        "That much cannot go back",
        detail,
    )
    .with("refundable", left.max(0))
}

fn sold_out(ticket_type: TicketTypeId, left: i64, in_carts: i64, next_release: Option<Timestamp>) -> Problem {
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
    .with("in_carts", in_carts)
    .with("next_release_at", next_release)
}
