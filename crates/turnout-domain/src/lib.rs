//! The words all services share: ids, money, time, addresses and messages.
//!
//! Everything here is pure: to hold a value is to know that it was checked. Now and chance are ports ([`Clock`],
//! [`Ids`]), so that a test can own them.

mod clock;
mod email;
mod id;
mod message;
pub mod messages;
mod money;
mod planned_time;
mod text;

pub use clock::{Clock, FixedClock, SystemClock};
pub use email::{Email, EmailError};
pub use id::{
    AnnouncementId, CheckInListId, EventId, GateLinkId, IdError, Ids, MessageId, NotificationId, OrderId,
    OrganizerId, PaymentId, PoolId, PromoCodeId, QuestionId, RandomIds, RefundId, SeededIds, SessionId,
    TicketId, TicketTypeId, UserId, WaitlistEntryId,
};
pub use message::{Envelope, Message};
pub use money::{Currency, CurrencyError, Money, MoneyError, part_of, shared_out};
pub use planned_time::{PlannedTime, PlannedTimeError};
pub use text::{Text, TextError};
