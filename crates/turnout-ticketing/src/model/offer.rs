//! What is on offer at an event, and how a request becomes an order.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use turnout_domain::messages::OrderLine;
use turnout_domain::{EventId, Money, OrderId, TicketTypeId, UserId};

use super::{Buyer, EventCopy, Order, OrderState, PoolKey, Stock, TicketType};
use crate::error::SaleError;

/// The most ticket types of an event.
pub(crate) const TICKET_TYPES_MAX: u32 = 50;

/// An event with its ticket types. Facts only change together with the version of the event's item, which every sale checks.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub event: EventCopy,
    /// The version of the event's item in the store.
    pub version: u64,
    pub ticket_types: BTreeMap<TicketTypeId, TicketType>,
    /// The pools' counters as they were read: for showing, not for deciding.
    pub stock: BTreeMap<PoolKey, Stock>,
}

/// A line of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestedLine {
    pub ticket_type_id: TicketTypeId,
    pub quantity: u32,
}

/// A request for places.
#[derive(Debug, Clone)]
pub(crate) struct PlaceOrder {
    pub order_id: OrderId,
    pub event_id: EventId,
    pub lines: Vec<RequestedLine>,
    pub buyer: Buyer,
    pub user_id: Option<UserId>,
    pub fingerprint: String,
    /// Whether it is to be confirmed at once, which takes that there is nothing to pay.
    pub at_once: bool,
    /// How long its places are set aside.
    pub hold_for: SignedDuration,
}

impl Offer {
    /// Whether the pool's number of places is limited.
    pub fn limited(&self, pool: PoolKey) -> bool {
        self.stock
            .get(&pool)
            .is_some_and(|stock| stock.capacity.is_some())
    }

    /// How many places of a ticket type can be had, as far as was read; `None` if nothing limits it.
    pub fn available(&self, ticket_type: TicketTypeId) -> Option<i64> {
        let of = |pool| self.stock.get(&pool).and_then(|stock| stock.available);
        match (of(PoolKey::Type(ticket_type)), of(PoolKey::Event)) {
            (Some(own), Some(shared)) => Some(own.min(shared)),
            (own, shared) => own.or(shared),
        }
    }

    /// The order that the request makes, if there is stock for it: that is for the store to say.
    ///
    /// # Errors
    /// [`SaleError`]: why this offer does not allow it.
    pub fn place(&self, request: &PlaceOrder, now: Timestamp) -> Result<Order, SaleError> {
        if !self.event.on_sale(now) {
            return Err(SaleError::NotOnSale);
        }
        let lines: Vec<OrderLine> = request
            .lines
            .iter()
            .enumerate()
            .map(|(place, line)| self.line(place, line))
            .collect::<Result<_, _>>()?;
        let total = total(&lines)?;
        if request.at_once && !total.is_zero() {
            return Err(SaleError::PaymentDue);
        }
        let order = Order {
            id: request.order_id,
            event_id: request.event_id,
            state: OrderState::Held {
                expires_at: now.checked_add(request.hold_for).unwrap_or(Timestamp::MAX),
            },
            lines,
            total,
            buyer: request.buyer.clone(),
            user_id: request.user_id,
            placed_at: now,
            tickets: Vec::new(),
            fingerprint: request.fingerprint.clone(),
        };
        Ok(if request.at_once {
            order.confirmed(now)
        } else {
            order
        })
    }

    fn line(&self, place: usize, line: &RequestedLine) -> Result<OrderLine, SaleError> {
        let ticket_type = self
            .ticket_types
            .get(&line.ticket_type_id)
            .ok_or(SaleError::UnknownTicketType { place })?;
        if line.quantity > ticket_type.max_per_order {
            return Err(SaleError::TooMany {
                place,
                max: ticket_type.max_per_order,
            });
        }
        Ok(OrderLine {
            ticket_type_id: ticket_type.id,
            name: ticket_type.name.clone(),
            quantity: line.quantity,
            unit_price: ticket_type.price,
        })
    }
}

fn total(lines: &[OrderLine]) -> Result<Money, SaleError> {
    let [first, others @ ..] = lines else {
        return Err(SaleError::UnknownTicketType { place: 0 });
    };
    let of_line = |line: &OrderLine| line.unit_price.checked_mul(line.quantity);
    let total = of_line(first).and_then(|first| {
        others
            .iter()
            .try_fold(first, |sum, line| sum.checked_add(of_line(line)?))
    });
    total.map_err(|_| SaleError::TotalTooLarge)
}
