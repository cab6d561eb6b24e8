//! The rules: plain types and pure functions.

mod answering;
mod event;
mod ledger;
mod offer;
mod order;
mod order_line;
mod payment;
mod payment_settings;
mod placing;
mod promo_code;
mod question;
mod shared_pool;
mod stock;
mod ticket_code;
mod ticket_type;

pub(crate) use answering::Details;
pub(crate) use event::EventCopy;
pub(crate) use ledger::{LedgerAccount, LedgerEntry};
pub(crate) use offer::{Offer, TICKET_TYPES_MAX};
pub(crate) use order::{Attendee, Buyer, Order, OrderState, OrderTicket, Received, TicketStatus};
pub(crate) use order_line::{OrderLine, discounted, taxed};
pub(crate) use payment::{
    Account, Method, PAYMENTS_MAX, PaymentRecord, PaymentState, REFUNDS_MAX, Refund, RefundState,
};
pub(crate) use payment_settings::{CancellationSettings, OfflineSettings, PaymentSettings};
pub(crate) use placing::{PlaceOrder, RequestedLine};
pub(crate) use promo_code::{AppliedCode, PromoCode, Reserve};
pub(crate) use question::{Answer, Asked, Question, QuestionKind};
pub(crate) use shared_pool::SharedPool;
pub(crate) use stock::{
    AVAILABLE, CAPACITY, CONFIRMED, HELD, Movement, Movements, PersonKey, PoolKey, REVENUE, Stock,
};
pub(crate) use ticket_code::{CodeError, TicketCode};
pub(crate) use ticket_type::{Sales, TicketType};
