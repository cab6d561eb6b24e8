//! One person's place on a list, and its states.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use turnout_domain::{EventId, OrderId, TicketTypeId, UserId, WaitlistEntryId};
use ulid::Ulid;

use crate::model::{Buyer, Order, OrderState};

/// Someone who waits for all of so many tickets, or has waited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct WaitlistEntry {
    pub id: WaitlistEntryId,
    pub event_id: EventId,
    /// Its place in the order in which people are served; never given twice.
    pub number: u64,
    /// Any of these will do, the first ones rather.
    pub ticket_types: Vec<TicketTypeId>,
    /// All of so many, or none.
    pub quantity: u32,
    pub buyer: Buyer,
    pub user_id: Option<UserId>,
    pub joined_at: Timestamp,
    #[serde(flatten)]
    pub state: EntryState,
    /// How many offers were begun that never reached them: each has an order of its own.
    #[serde(default)]
    pub round: u32,
    /// The paid order that came too late, for which they stand in front.
    #[serde(default)]
    pub late_order: Option<OrderId>,
    /// What was asked for, hashed: the same key with another request is a mistake, not a replay.
    pub fingerprint: String,
}

/// Where an entry is, with the facts of that state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum EntryState {
    /// In the queue.
    Waiting,
    /// Places are set aside by this order; when its time is up is the order's to say.
    Offered {
        order_id: OrderId,
        offered_at: Timestamp,
        expires_at: Timestamp,
    },
    /// The offer was paid.
    Taken { order_id: OrderId, taken_at: Timestamp },
    /// The offer was not taken in time; without an order, the event has not so many places any more.
    Lapsed {
        order_id: Option<OrderId>,
        lapsed_at: Timestamp,
    },
    /// They left, or declined the offer.
    Left { left_at: Timestamp },
}

impl WaitlistEntry {
    /// Whether it stands in the queue.
    pub fn waits(&self) -> bool {
        self.state == EntryState::Waiting
    }

    /// Whether its person may not join again yet.
    pub fn is_open(&self) -> bool {
        matches!(self.state, EntryState::Waiting | EntryState::Offered { .. })
    }

    /// The order that is offered.
    pub fn offered_order(&self) -> Option<OrderId> {
        match self.state {
            EntryState::Offered { order_id, .. } => Some(order_id),
            _ => None,
        }
    }

    /// The order of its next offer: the same whoever makes it, so that no two processes make two.
    pub fn next_order(&self) -> OrderId {
        let hash = Sha256::digest(format!("waitlist {} {}", self.id, self.round));
        let random = u128::from_be_bytes(std::array::from_fn(|byte| hash[byte]));
        OrderId::rounding(Ulid::from_parts(self.id.ulid().timestamp_ms(), random))
    }

    /// What that order is told from others by.
    pub fn order_fingerprint(&self) -> String {
        format!("waitlist {} {}", self.id, self.round)
    }

    /// The state after the order that it was offered came to stand so; nothing if that changes nothing.
    pub fn after(&self, order: &Order, now: Timestamp) -> Option<EntryState> {
        let order_id = self.offered_order().filter(|own| *own == order.id)?;
        match order.state {
            // Tickets that were had, and given back later, were taken all the same.
            OrderState::Held { .. } | OrderState::AwaitingPayment { .. } | OrderState::Refunded { .. } => {
                None
            }
            OrderState::Confirmed { .. } => Some(EntryState::Taken {
                order_id,
                taken_at: now,
            }),
            OrderState::Expired { .. } => Some(EntryState::Lapsed {
                order_id: Some(order_id),
                lapsed_at: now,
            }),
            OrderState::Cancelled { .. } if !order.tickets.is_empty() => None,
            OrderState::Cancelled { .. } => Some(EntryState::Left { left_at: now }),
        }
    }
}
