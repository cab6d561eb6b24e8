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
mod ticket_type_change;

pub(crate) use answering::{Details, GivenAnswer, GivenAttendee, detailed};
pub(crate) use event::EventCopy;
pub(crate) use ledger::{LedgerAccount, LedgerEntry};
pub(crate) use offer::{Offer, TICKET_TYPES_MAX};
pub(crate) use order::{Attendee, Buyer, Order, OrderState, OrderTicket, Received, TicketStatus};
pub(crate) use order_line::{OrderLine, discounted, taxed};
pub(crate) use payment::{
    Account, Method, PAYMENTS_MAX, PaymentRecord, PaymentState, REFUNDS_MAX, Refund, RefundState,
};
pub(crate) use payment_settings::{CancellationSettings, OfflineSettings, PaymentSettings};
pub(crate) use placing::{GivenCode, PlaceOrder, RequestedLine, shown};
pub(crate) use promo_code::{AppliedCode, Discount, PROMO_CODES_MAX, PromoCode, Reserve, USES_UNLIMITED};
pub(crate) use question::{Answer, Asked, QUESTIONS_MAX, Question, QuestionKind, ShownIf};
pub(crate) use shared_pool::{POOLS_MAX, SharedPool};
pub(crate) use stock::{
    AVAILABLE, CAPACITY, CONFIRMED, HELD, Movement, Movements, PersonKey, PoolKey, REVENUE, Stock,
};
pub(crate) use ticket_code::{CodeError, TicketCode};
pub(crate) use ticket_type::{Pricing, Sales, SalesBound, Tax, TicketType};
pub(crate) use ticket_type_change::{GivenBound, TicketTypeChange};
