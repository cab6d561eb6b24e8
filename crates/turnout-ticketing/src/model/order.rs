//! Orders: their states, and what each step moves.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use turnout_domain::{Email, EventId, Money, OrderId, TicketId, TicketTypeId, UserId, WaitlistEntryId};
use ulid::Ulid;

use super::order_line::OrderLine;
use super::payment::{Account, PaymentRecord};
use super::promo_code::AppliedCode;
use super::question::Answer;
use super::stock::{Movement, Movements, PersonKey, PoolKey};
use crate::error::SaleError;

mod money;

pub(crate) use money::Received;

/// How long after its deadline an order may wait for a provider that does not answer.
const PROVIDER_GRACE: SignedDuration = SignedDuration::from_mins(2);

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
    /// Its places are set aside while a payment is under way. A payment that succeeds later is a late one.
    AwaitingPayment { due_at: Timestamp },
    /// Its tickets are valid, or some of them.
    Confirmed { confirmed_at: Timestamp },
    /// Its holder gave it back, or all its tickets were cancelled and nothing was refunded.
    Cancelled { cancelled_at: Timestamp },
    /// All its tickets were cancelled, and money went back.
    Refunded { refunded_at: Timestamp },
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
    /// Who it is for; none if that is the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attendee: Option<Buyer>,
    /// What its attendee answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

/// What is known of an attendee while the order is held; what is left out is the buyer's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Attendee {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

/// An order, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub id: OrderId,
    pub event_id: EventId,
    #[serde(flatten)]
    pub state: OrderState,
    pub lines: Vec<OrderLine>,
    /// What is to be paid: the sum of what its lines say.
    pub total: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promo_code: Option<AppliedCode>,
    /// What the buyer answered for the order as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// By ticket, in the order of the lines, while it is held; then its tickets say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attendees: Vec<Attendee>,
    /// Who lines count that are limited for each person; fixed with the hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonKey>,
    /// Whether its hold was made longer, which can be done once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub renewed: bool,
    /// Whether a question that must be answered is not yet: then it cannot be paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
    pub buyer: Buyer,
    pub user_id: Option<UserId>,
    pub placed_at: Timestamp,
    /// None until it is confirmed.
    pub tickets: Vec<OrderTicket>,
    /// What was asked for, hashed: the same key with another request is a mistake, not a replay.
    pub fingerprint: String,
    /// For whom on the waitlist it was made, if it is an offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waitlist_entry: Option<WaitlistEntryId>,
    /// Its payments, refunds and ledger.
    #[serde(default, skip_serializing_if = "Account::is_empty")]
    pub account: Account,
}

impl Order {
    /// What a buyer writes on a bank transfer, and finds the order by: eight characters of Crockford's base 32, from the
    /// random bits of its id.
    pub fn reference(&self) -> String {
        let random = self.id.ulid().0 >> OrderId::TICKET_BITS;
        let text = Ulid(random).to_string();
        let (first, last) = text[text.len() - 8..].split_at(4);
        format!("{first}-{last}")
    }

    /// Whether it is found by these words, in small letters: by its buyer, its reference, or its id.
    pub fn is_about(&self, words: &str) -> bool {
        let reference = self.reference().to_lowercase();
        self.buyer.name.to_lowercase().contains(words)
            || self.buyer.email.as_str().to_lowercase().contains(words)
            || reference.contains(words)
            || reference.replace('-', "").contains(words)
            || self.id.to_string().to_lowercase().contains(words)
    }

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
        let lines: usize = self.lines.iter().map(|line| 2 * line.name.len() + 320).sum();
        // The waitlist is told of its orders in a message of its own.
        let waitlist = if self.waitlist_entry.is_some() { 500 } else { 0 };
        1_000 + waitlist + person + lines + 40 * self.quantity() as usize
    }

    /// The bytes that names and answers add to it, about.
    pub fn details_bytes(&self) -> usize {
        let of_answers = |answers: &[Answer]| -> usize {
            let of_one = |answer: &Answer| 80 + answer.label.len() + 2 * answer.value.len();
            answers.iter().map(of_one).sum()
        };
        let of_attendee = |attendee: &Attendee| {
            let name = attendee.name.as_ref().map_or(0, String::len);
            let email = attendee.email.as_ref().map_or(0, |email| email.as_str().len());
            40 + 2 * (name + email) + of_answers(&attendee.answers)
        };
        of_answers(&self.answers) + self.attendees.iter().map(of_attendee).sum::<usize>()
    }

    /// Whether its hold stands at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        matches!(self.state, OrderState::Held { expires_at } if now < expires_at)
    }

    /// When its places may be given back by whoever sweeps; `None` where it holds none. One whose payment a provider
    /// knows of is given a moment more: the provider is asked at the deadline, and may be slow or gone.
    pub fn lapses_at(&self) -> Option<Timestamp> {
        match self.state {
            OrderState::Held { expires_at } => Some(expires_at),
            OrderState::AwaitingPayment { due_at } => {
                let asked = self.account.payments.iter().any(PaymentRecord::awaits_provider);
                let grace = if asked {
                    PROVIDER_GRACE
                } else {
                    SignedDuration::ZERO
                };
                Some(due_at.checked_add(grace).unwrap_or(Timestamp::MAX))
            }
            _ => None,
        }
    }

    /// Its hold must stand at `now`.
    ///
    /// # Errors
    /// [`SaleError::HoldExpired`] when its time is up, [`SaleError::NotHeld`] in any state but held.
    pub fn still_held(&self, now: Timestamp) -> Result<(), SaleError> {
        match self.state {
            OrderState::Held { .. } if self.holds(now) => Ok(()),
            OrderState::Held { .. } | OrderState::Expired { .. } => Err(SaleError::HoldExpired),
            _ => Err(SaleError::NotHeld),
        }
    }

    /// The order with more time: once, and never less than it had.
    ///
    /// # Errors
    /// [`SaleError::HoldExpired`], [`SaleError::NotHeld`], [`SaleError::NotRenewable`].
    pub fn renew(&self, now: Timestamp, hold_for: SignedDuration) -> Result<Self, SaleError> {
        self.still_held(now)?;
        let OrderState::Held { expires_at } = self.state else {
            return Err(SaleError::NotHeld);
        };
        if self.renewed {
            return Err(SaleError::NotRenewable { expires_at });
        }
        let longer = now.checked_add(hold_for).unwrap_or(Timestamp::MAX);
        Ok(Self {
            state: OrderState::Held {
                expires_at: expires_at.max(longer),
            },
            renewed: true,
            ..self.clone()
        })
    }

    /// The order confirmed: its held places are sold. Where a payment is under way, the places are still set aside,
    /// deadline or not: the change that confirms takes them.
    ///
    /// # Errors
    /// [`SaleError::HoldExpired`] when its time is up, [`SaleError::NotHeld`] in any state but held.
    pub fn confirm(&self, now: Timestamp) -> Result<Self, SaleError> {
        match self.state {
            OrderState::AwaitingPayment { .. } => {}
            _ => self.still_held(now)?,
        }
        Ok(self.clone().confirmed(now))
    }

    /// The order given back: by its holder, or, when its time is up, by the sweeper.
    ///
    /// # Errors
    /// [`SaleError::NotHeld`] in any state that holds nothing.
    pub fn release(&self, now: Timestamp) -> Result<Self, SaleError> {
        let (OrderState::Held { expires_at: until } | OrderState::AwaitingPayment { due_at: until }) =
            self.state
        else {
            return Err(SaleError::NotHeld);
        };
        let state = if now < until {
            OrderState::Cancelled { cancelled_at: now }
        } else {
            OrderState::Expired { expired_at: now }
        };
        Ok(Self {
            state,
            ..self.clone()
        })
    }

    /// The order with its tickets issued, and what it cost written down.
    pub fn confirmed(mut self, now: Timestamp) -> Self {
        let mut attendees = std::mem::take(&mut self.attendees).into_iter();
        let types = self
            .lines
            .iter()
            .flat_map(|line| std::iter::repeat_n(line.ticket_type_id, line.quantity as usize));
        let tickets = types.map(|ticket_type_id| {
            let Attendee { name, email, answers } = attendees.next().unwrap_or_default();
            let named = name.is_some() || email.is_some();
            OrderTicket {
                ticket_type_id,
                status: TicketStatus::Valid,
                attendee: named.then(|| Buyer {
                    name: name.unwrap_or_else(|| self.buyer.name.clone()),
                    email: email.unwrap_or_else(|| self.buyer.email.clone()),
                }),
                answers,
            }
        });
        self.tickets = tickets.collect();
        self.state = OrderState::Confirmed { confirmed_at: now };
        self.post_sale(now);
        self
    }

    /// Who the ticket is for: its attendee, or else the buyer.
    pub fn attendee<'a>(&'a self, ticket: &'a OrderTicket) -> &'a Buyer {
        ticket.attendee.as_ref().unwrap_or(&self.buyer)
    }

    /// What its places cost before discounts and added tax.
    pub fn subtotal(&self) -> Money {
        self.sum(OrderLine::subtotal)
    }

    /// What is taken off.
    pub fn discount(&self) -> Money {
        self.sum(|line| line.discount)
    }

    /// The tax it pays, included in the prices or added to them.
    pub fn tax(&self) -> Money {
        self.sum(|line| line.tax)
    }

    fn sum(&self, of: impl Fn(&OrderLine) -> i64) -> Money {
        let currency = self.total.currency();
        let minor = self.lines.iter().map(of).sum();
        // Each is part of a total that was bounded when the order was placed.
        Money::price(minor, currency).unwrap_or(self.total)
    }

    /// What `step`, given a line's quantity and revenue, moves in the pools the order draws on.
    pub fn movements(&self, step: impl Fn(u32, i64) -> Movement) -> Movements {
        let mut movements = Movements::new();
        for line in &self.lines {
            for (pool, movement) in self.line_movements(line, line.quantity, line.total(), &step) {
                let sum: &mut Movement = movements.entry(pool).or_default();
                *sum = sum.and(movement);
            }
        }
        if let Some(code) = &self.promo_code {
            movements.insert(PoolKey::Code(code.id), step(1, 0));
        }
        movements
    }

    /// What `step` moves for `n` places of one of its lines, which bring in `revenue`: all but the use of a promo code,
    /// which the order has as a whole.
    pub fn line_movements(
        &self,
        line: &OrderLine,
        n: u32,
        revenue: i64,
        step: impl Fn(u32, i64) -> Movement,
    ) -> Vec<(PoolKey, Movement)> {
        let mut movements = line.movements(n, revenue, &step);
        if let Some(code) = self
            .promo_code
            .as_ref()
            .filter(|code| code.reserved == Some(line.ticket_type_id))
        {
            // Those places count as held there all the time, until they are sold.
            for (_, movement) in &mut movements {
                *movement = movement.of_reserve();
            }
            movements.push((PoolKey::Reserved(code.id), step(n, 0)));
        }
        if let Some(person) = self.person.filter(|_| line.per_person) {
            movements.push((PoolKey::Person(line.ticket_type_id, person), step(n, 0)));
        }
        movements
    }

    /// What each pool must count for the order, if `step` is how a line of it counts.
    pub fn draws(&self, step: impl Fn(u32, i64) -> Movement) -> Movements {
        let plain = Self {
            promo_code: self.promo_code.clone().map(|code| AppliedCode {
                reserved: None,
                ..code
            }),
            ..self.clone()
        };
        let mut draws = plain.movements(&step);
        if let Some(code) = &self.promo_code
            && let Some(line) = self
                .lines
                .iter()
                .find(|line| code.reserved == Some(line.ticket_type_id))
        {
            draws.insert(PoolKey::Reserved(code.id), step(line.quantity, 0));
        }
        draws
    }
}

#[cfg(test)]
mod tests;
