//! The rules: plain types and pure functions.

mod event;
mod offer;
mod order;
mod stock;
mod ticket_code;

pub(crate) use event::EventCopy;
pub(crate) use offer::{Offer, PlaceOrder, RequestedLine, TICKET_TYPES_MAX};
pub(crate) use order::{Buyer, Order, OrderState, OrderTicket, TicketStatus};
pub(crate) use stock::{
    AVAILABLE, CAPACITY, CONFIRMED, HELD, Movement, Movements, PoolKey, REVENUE, Stock, TicketType,
};
pub(crate) use ticket_code::{CodeError, TicketCode};
