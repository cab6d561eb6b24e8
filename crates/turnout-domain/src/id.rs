//! Identifiers that name their kind: a prefix and a ULID, so that a log line says what it speaks of.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// Why a text is not an identifier of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("An identifier here is `{prefix}_` and 26 characters of Crockford base 32.")]
pub struct IdError {
    prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Ulid);

        impl $name {
            /// What the written form begins with, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The identifier with this ULID.
            pub const fn from_ulid(ulid: Ulid) -> Self {
                Self(ulid)
            }

            /// The ULID without its kind.
            pub const fn ulid(self) -> Ulid {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let error = IdError { prefix: $prefix };
                let ulid = text.strip_prefix(concat!($prefix, "_")).ok_or(error.clone())?;
                let parsed = Ulid::from_string(ulid).map_err(|_| error.clone())?;
                // One spelling only: base 32 also reads lower case, and an identifier is compared as text.
                if parsed.to_string() == ulid { Ok(Self(parsed)) } else { Err(error) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )+};
}

ids! {
    /// A person with an account.
    UserId = "usr";
    /// One signed-in device of a person.
    SessionId = "ses";
    /// Who runs events.
    OrganizerId = "org";
    /// One event.
    EventId = "evt";
    /// What a place at an event is sold as.
    TicketTypeId = "tty";
    /// A stock that several ticket types draw on.
    PoolId = "pool";
    /// A promo code.
    PromoCodeId = "prm";
    /// A question to buyers or attendees.
    QuestionId = "que";
    /// One order. Its lowest [`OrderId::TICKET_BITS`] bits are zero: its tickets are numbered there.
    OrderId = "ord";
    /// One ticket. It names its order, see [`TicketId::order`].
    TicketId = "tkt";
    /// One person's place on an event's waitlist.
    WaitlistEntryId = "wle";
    /// One try to pay an order.
    PaymentId = "pay";
    /// Money that goes back.
    RefundId = "rfd";
    /// One message to one person.
    NotificationId = "ntf";
    /// What an organizer says to many.
    AnnouncementId = "ann";
    /// One message between services.
    MessageId = "msg";
    /// Where people are checked in: a door, a cloakroom, a day.
    CheckInListId = "cil";
    /// What pairs a phone with a door, without an account.
    GateLinkId = "gat";
}

impl OrderId {
    /// The bits at the low end of an order's ULID that are left free for the numbers of its tickets.
    pub const TICKET_BITS: u32 = 10;

    const TICKET_MASK: u128 = (1 << Self::TICKET_BITS) - 1;

    /// The order's identifier made from any ULID, by clearing the bits its tickets use.
    pub fn rounding(ulid: Ulid) -> Self {
        Self(Ulid(ulid.0 & !Self::TICKET_MASK))
    }

    /// The identifier of the order's ticket with this number; the first is 1.
    ///
    /// # Panics
    /// If `number` is 0 or more than 1,023: an order is bounded long before.
    pub fn ticket(self, number: u16) -> TicketId {
        let number = u128::from(number);
        assert!(
            number > 0 && number <= Self::TICKET_MASK,
            "ticket number {number} of order {self}"
        );
        TicketId(Ulid(self.0.0 | number))
    }
}

impl TicketId {
    /// The order that the ticket belongs to.
    pub fn order(self) -> OrderId {
        OrderId::rounding(self.0)
    }
}

/// Makes new identifiers.
pub trait Ids: Send + Sync + 'static {
    /// A ULID of `now` that was never given before. Later ones sort behind earlier ones, up to a millisecond.
    fn ulid(&self, now: Timestamp) -> Ulid;

    /// Bytes that nobody can guess: for secrets, salts and keys.
    fn secret(&self) -> [u8; 32];
}

fn milliseconds(now: Timestamp) -> u64 {
    u64::try_from(now.as_millisecond()).unwrap_or(0)
}

/// Identifiers from the operating system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn ulid(&self, now: Timestamp) -> Ulid {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
        Ulid::from_parts(milliseconds(now), u128::from_le_bytes(bytes))
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
        bytes
    }
}

/// Identifiers that come out the same in every run of a test.
#[derive(Debug)]
pub struct SeededIds {
    next: AtomicU64,
}

impl SeededIds {
    /// Identifiers counted up from `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            next: AtomicU64::new(seed),
        }
    }
}

impl Ids for SeededIds {
    fn ulid(&self, now: Timestamp) -> Ulid {
        let count = u128::from(self.next.fetch_add(1, Ordering::SeqCst));
        Ulid::from_parts(milliseconds(now), count << OrderId::TICKET_BITS)
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&self.next.fetch_add(1, Ordering::SeqCst).to_le_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_as_it_is_written() {
        let id = EventId::from_ulid(Ulid(7));
        assert_eq!(id.to_string(), "evt_00000000000000000000000007");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn another_kind_another_case_and_nonsense_are_refused() {
        for text in [
            "usr_00000000000000000000000007",
            "evt_0000000000000000000000000a",
            "evt_",
            "",
            "evt_é0000000000000000000000000",
        ] {
            assert!(text.parse::<EventId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_ticket_names_its_order() {
        let order = OrderId::rounding(Ulid(0x1234_5678_9abc_def0_1234_5678_9abc_def0));
        let tickets: Vec<_> = (1..=1023).map(|number| order.ticket(number)).collect();
        assert!(tickets.iter().all(|ticket| ticket.order() == order));
        assert_eq!(
            tickets.iter().collect::<std::collections::HashSet<_>>().len(),
            1023
        );
    }
}
