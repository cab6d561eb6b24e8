//! Orders: their states, and what each step moves.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::messages::OrderLine;
use turnout_domain::{Email, EventId, Money, OrderId, TicketId, TicketTypeId, UserId};

use super::stock::{Movement, Movements, PoolKey};
use crate::error::SaleError;

/// Who an order is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Buyer {
    pub email: Email,
    pub name: String,
}

/// Where an order is, with the facts of that state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum OrderState {
    /// Its places are set aside until then; after that the hold is void, swept or not.
    Held { expires_at: Timestamp },
    /// Its tickets are valid.
    Confirmed { confirmed_at: Timestamp },
    /// Its holder gave it back.
    Cancelled { cancelled_at: Timestamp },
    /// Its time was up, and its places went back.
    Expired { expired_at: Timestamp },
}

/// Whether a ticket admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TicketStatus {
    Valid,
    Cancelled,
    Transferred,
}

/// One ticket of a confirmed order; its number is its place in the order, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderTicket {
    pub ticket_type_id: TicketTypeId,
    pub status: TicketStatus,
}

/// An order, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub id: OrderId,
    pub event_id: EventId,
    #[serde(flatten)]
    pub state: OrderState,
    pub lines: Vec<OrderLine>,
    pub total: Money,
    pub buyer: Buyer,
    pub user_id: Option<UserId>,
    pub placed_at: Timestamp,
    /// None until it is confirmed.
    pub tickets: Vec<OrderTicket>,
    /// What was asked for, hashed: the same key with another request is a mistake, not a replay.
    pub fingerprint: String,
}

impl Order {
    /// How many places it is for.
    pub fn quantity(&self) -> u32 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    /// The tickets with their ids.
    pub fn numbered_tickets(&self) -> impl Iterator<Item = (TicketId, &OrderTicket)> {
        (1_u16..)
            .zip(&self.tickets)
            .map(|(number, ticket)| (self.id.ticket(number), ticket))
    }

    /// The ticket with this id, if it is one of the order.
    pub fn ticket(&self, id: TicketId) -> Option<&OrderTicket> {
        self.numbered_tickets()
            .find(|(own, _)| *own == id)
            .map(|(_, ticket)| ticket)
    }

    /// The most bytes of a message about it, whatever its state, as the store counts them: a change has a bound.
    pub fn message_bytes_max(&self) -> usize {
        // Quotes and backslashes in names are written as two bytes; ids, times and amounts are short.
        let person = 2 * (self.buyer.name.len() + self.buyer.email.as_str().len());
        let lines: usize = self.lines.iter().map(|line| 2 * line.name.len() + 200).sum();
        1_000 + person + lines + 40 * self.quantity() as usize
    }

    /// Whether its hold stands at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        matches!(self.state, OrderState::Held { expires_at } if now < expires_at)
    }

    /// The order confirmed: its held places are sold.
    ///
    /// # Errors
    /// [`SaleError::HoldExpired`] when its time is up, [`SaleError::NotHeld`] in any state but held.
    pub fn confirm(&self, now: Timestamp) -> Result<Self, SaleError> {
        match self.state {
            OrderState::Held { .. } if self.holds(now) => Ok(self.clone().confirmed(now)),
            OrderState::Held { .. } | OrderState::Expired { .. } => Err(SaleError::HoldExpired),
            OrderState::Confirmed { .. } | OrderState::Cancelled { .. } => Err(SaleError::NotHeld),
        }
    }

    /// The order given back: by its holder, or, when its time is up, by the sweeper.
    ///
    /// # Errors
    /// [`SaleError::NotHeld`] in any state but held.
    pub fn release(&self, now: Timestamp) -> Result<Self, SaleError> {
        let OrderState::Held { expires_at } = self.state else {
            return Err(SaleError::NotHeld);
        };
        let state = if now < expires_at {
            OrderState::Cancelled { cancelled_at: now }
        } else {
            OrderState::Expired { expired_at: now }
        };
        Ok(Self {
            state,
            ..self.clone()
        })
    }

    /// The order with its tickets issued.
    pub fn confirmed(mut self, now: Timestamp) -> Self {
        let tickets = self.lines.iter().flat_map(|line| {
            let ticket = OrderTicket {
                ticket_type_id: line.ticket_type_id,
                status: TicketStatus::Valid,
            };
            std::iter::repeat_n(ticket, line.quantity as usize)
        });
        self.tickets = tickets.collect();
        self.state = OrderState::Confirmed { confirmed_at: now };
        self
    }

    /// What `step`, given a line's quantity and revenue, moves in the pools the order draws on.
    pub fn movements(&self, step: impl Fn(u32, i64) -> Movement) -> Movements {
        let mut movements = Movements::new();
        for line in &self.lines {
            let revenue = line.unit_price.minor() * i64::from(line.quantity);
            let of_type = movements.entry(PoolKey::Type(line.ticket_type_id)).or_default();
            *of_type = of_type.and(step(line.quantity, revenue));
            // Revenue is kept by ticket type alone: the event's pool is a number of places.
            let of_event = movements.entry(PoolKey::Event).or_default();
            *of_event = of_event.and(step(line.quantity, 0));
        }
        movements
    }
}

#[cfg(test)]
mod tests;
