//! How a request becomes an order.

use jiff::{SignedDuration, Timestamp};
use turnout_domain::{EventId, Money, OrderId, TicketTypeId, UserId, WaitlistEntryId};

use super::answering::{Details, detailed};
use super::ticket_type::{Pricing, Sales};
use super::{
    Account, AppliedCode, Buyer, Offer, Order, OrderLine, OrderState, PersonKey, PromoCode, TicketType,
    discounted, taxed,
};
use crate::error::SaleError;

/// A line of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RequestedLine {
    pub ticket_type_id: TicketTypeId,
    pub quantity: u32,
    /// What the buyer pays for one where that is his to say; else what he was told that it costs.
    pub unit_price: Option<Money>,
    /// The line that an add-on goes with; the first it can go with if it is left out.
    pub add_on_for: Option<TicketTypeId>,
}

impl RequestedLine {
    /// So many of a ticket type, for what it costs.
    pub fn of(ticket_type_id: TicketTypeId, quantity: u32) -> Self {
        Self {
            ticket_type_id,
            quantity,
            unit_price: None,
            add_on_for: None,
        }
    }
}

/// A promo code that a request gives, as it was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GivenCode {
    pub code: PromoCode,
    /// Whether its order may draw on what is set aside for it.
    pub from_reserve: bool,
}

/// A request for places.
#[derive(Debug, Clone)]
pub(crate) struct PlaceOrder {
    pub order_id: OrderId,
    pub event_id: EventId,
    pub lines: Vec<RequestedLine>,
    pub promo_code: Option<GivenCode>,
    /// What is limited for each person, with the limits that the buyer's own counters are known to have.
    pub counted: Vec<(TicketTypeId, u32)>,
    pub details: Details,
    pub buyer: Buyer,
    pub user_id: Option<UserId>,
    pub fingerprint: String,
    /// Whether it is to be confirmed at once, which takes that there is nothing to pay.
    pub at_once: bool,
    /// Whose turn on the waitlist it is, if so: it may have what is closed to newcomers.
    pub waitlist_entry: Option<WaitlistEntryId>,
    /// How long its places are set aside.
    pub hold_for: SignedDuration,
}

impl Offer {
    /// The order that the request makes, if there is stock for it: that is for the store to say.
    ///
    /// # Errors
    /// [`SaleError`]: why this offer does not allow it.
    pub fn place(&self, request: &PlaceOrder, now: Timestamp) -> Result<Order, SaleError> {
        if !self.event.on_sale(now) {
            return Err(SaleError::NotOnSale);
        }
        let code = request.promo_code.as_ref();
        let mut lines: Vec<OrderLine> = request
            .lines
            .iter()
            .enumerate()
            .map(|(place, line)| self.line(place, line, request, now))
            .collect::<Result<_, _>>()?;
        let applied = code.map(|code| self.applied(code, &mut lines, now)).transpose()?;
        taxed(&mut lines);
        let total = total(&lines)?;
        if request.at_once && !total.is_zero() {
            return Err(SaleError::PaymentDue);
        }
        let limits = self.limits_per_person(&lines);
        if limits != request.counted {
            return Err(SaleError::NotCounted { ticket_types: limits });
        }
        let mut order = Order {
            id: request.order_id,
            event_id: request.event_id,
            state: OrderState::Held {
                expires_at: now.checked_add(request.hold_for).unwrap_or(Timestamp::MAX),
            },
            lines,
            total,
            promo_code: applied,
            answers: Vec::new(),
            attendees: Vec::new(),
            person: (!limits.is_empty()).then(|| PersonKey::of(&request.buyer.email)),
            renewed: false,
            incomplete: false,
            buyer: request.buyer.clone(),
            user_id: request.user_id,
            placed_at: now,
            tickets: Vec::new(),
            fingerprint: request.fingerprint.clone(),
            waitlist_entry: request.waitlist_entry,
            account: Account::default(),
        };
        detailed(self, &mut order, &request.details)?;
        if !request.at_once {
            return Ok(order);
        }
        if order.incomplete {
            return Err(SaleError::Invalid(self.unanswered(&order)));
        }
        Ok(order.confirmed(now))
    }

    fn line(
        &self,
        place: usize,
        line: &RequestedLine,
        request: &PlaceOrder,
        now: Timestamp,
    ) -> Result<OrderLine, SaleError> {
        let code = request.promo_code.as_ref().map(|given| &given.code);
        let ticket_type = self
            .ticket_types
            .get(&line.ticket_type_id)
            .filter(|ticket_type| shown(ticket_type, code))
            .ok_or(SaleError::UnknownTicketType { place })?;
        match ticket_type.sales(&self.event, now) {
            Sales::Open => {}
            Sales::NotYet(starts) => {
                return Err(SaleError::TypeNotOnSale {
                    ticket_type: ticket_type.id,
                    starts: Some(starts),
                });
            }
            Sales::Over => {
                return Err(SaleError::TypeNotOnSale {
                    ticket_type: ticket_type.id,
                    starts: None,
                });
            }
        }
        let (min, max) = (ticket_type.min_per_order, ticket_type.max_per_order);
        if line.quantity > max {
            return Err(SaleError::TooMany { place, max });
        }
        if line.quantity < min {
            return Err(SaleError::TooFew { place, min });
        }
        let tax = ticket_type.tax.as_ref();
        Ok(OrderLine {
            tax_rate_basis_points: tax.map_or(0, |tax| tax.rate_basis_points),
            tax_included: tax.is_some_and(|tax| tax.included),
            admission: ticket_type.admission,
            pools: ticket_type.pool_ids.clone(),
            per_person: ticket_type.max_per_person.is_some(),
            add_on_for: add_on_for(place, line, ticket_type, &request.lines)?,
            ..OrderLine::new(
                ticket_type.id,
                ticket_type.name.clone(),
                line.quantity,
                unit_price(place, line, ticket_type)?,
            )
        })
    }

    /// Takes off what the code gives. One that gives nothing here is a mistake that the buyer wants to know of.
    fn applied(
        &self,
        given: &GivenCode,
        lines: &mut [OrderLine],
        now: Timestamp,
    ) -> Result<AppliedCode, SaleError> {
        let code = &given.code;
        if !code.valid(now) {
            return Err(SaleError::UnknownCode);
        }
        if let Some(discount) = &code.discount {
            let weights: Vec<i64> = lines
                .iter()
                .map(|line| {
                    if self.discounts(code, line) {
                        line.subtotal()
                    } else {
                        0
                    }
                })
                .collect();
            discounted(lines, discount.off(weights.iter().sum()), &weights);
        }
        let of_reserve = |line: &&OrderLine| {
            code.reserved
                .as_ref()
                .is_some_and(|reserve| reserve.ticket_type_id == line.ticket_type_id)
        };
        let reserved = lines.iter().find(of_reserve);
        let gives =
            |line: &OrderLine| self.discounts(code, line) || code.unlocks.contains(&line.ticket_type_id);
        if reserved.is_none() && !lines.iter().any(gives) {
            return Err(SaleError::UselessCode);
        }
        Ok(AppliedCode {
            id: code.id,
            code: code.code.clone(),
            reserved: reserved
                .filter(|_| given.from_reserve)
                .map(|line| line.ticket_type_id),
        })
    }

    /// Whether the code makes the line cheaper: not where the buyer names the price.
    fn discounts(&self, code: &PromoCode, line: &OrderLine) -> bool {
        let ticket_type = self.ticket_types.get(&line.ticket_type_id);
        code.discounts(line.ticket_type_id)
            && ticket_type.is_some_and(|ticket_type| ticket_type.pricing == Pricing::Fixed)
    }

    /// The ticket types of the lines that are limited for each person, with how many one can have.
    fn limits_per_person(&self, lines: &[OrderLine]) -> Vec<(TicketTypeId, u32)> {
        let limit = |line: &OrderLine| {
            let ticket_type = self.ticket_types.get(&line.ticket_type_id)?;
            Some((ticket_type.id, ticket_type.max_per_person?))
        };
        lines.iter().filter_map(limit).collect()
    }
}

/// Whether a buyer with this code may know of the ticket type.
pub(crate) fn shown(ticket_type: &TicketType, code: Option<&PromoCode>) -> bool {
    !ticket_type.hidden || code.is_some_and(|code| code.unlocks.contains(&ticket_type.id))
}

fn unit_price(place: usize, line: &RequestedLine, ticket_type: &TicketType) -> Result<Money, SaleError> {
    let price = ticket_type.price;
    let given = match line.unit_price {
        Some(given) if given.currency() != price.currency() => {
            return Err(SaleError::Currency {
                place,
                currency: price.currency(),
            });
        }
        given => given.unwrap_or(match &ticket_type.pricing {
            Pricing::PayWhatYouWant {
                suggested: Some(suggested),
            } => *suggested,
            Pricing::PayWhatYouWant { suggested: None } | Pricing::Fixed => price,
        }),
    };
    match ticket_type.pricing {
        Pricing::Fixed if given != price => Err(SaleError::PriceChanged {
            ticket_type: ticket_type.id,
            price,
        }),
        Pricing::PayWhatYouWant { .. } if given.minor() < price.minor() => {
            Err(SaleError::PriceTooLow { place, min: price })
        }
        _ => Ok(given),
    }
}

/// The line that an add-on goes with: one of those it can be bought beside, with at least as many places.
fn add_on_for(
    place: usize,
    line: &RequestedLine,
    ticket_type: &TicketType,
    lines: &[RequestedLine],
) -> Result<Option<TicketTypeId>, SaleError> {
    if ticket_type.add_on_to.is_empty() {
        return Ok(None);
    }
    let beside = lines
        .iter()
        .filter(|other| ticket_type.add_on_to.contains(&other.ticket_type_id))
        .filter(|other| {
            line.add_on_for
                .is_none_or(|wanted| wanted == other.ticket_type_id)
        });
    let quantity = beside.clone().map(|other| other.quantity).max();
    let fits = beside.clone().find(|other| other.quantity >= line.quantity);
    match (fits, quantity) {
        (Some(other), _) => Ok(Some(other.ticket_type_id)),
        (None, Some(max)) => Err(SaleError::TooManyAddOns { place, max }),
        (None, None) => Err(SaleError::AddOnAlone { place }),
    }
}

fn total(lines: &[OrderLine]) -> Result<Money, SaleError> {
    let [first, others @ ..] = lines else {
        return Err(SaleError::UnknownTicketType { place: 0 });
    };
    let currency = first.unit_price.currency();
    let of_line = |line: &OrderLine| {
        // Bounds what one line can be before it is added to others; the products below cannot overflow then.
        line.unit_price.checked_mul(line.quantity)?;
        Money::price(line.total(), currency)
    };
    let total = of_line(first).and_then(|first| {
        others
            .iter()
            .try_fold(first, |sum, line| sum.checked_add(of_line(line)?))
    });
    total.map_err(|_| SaleError::TotalTooLarge)
}
