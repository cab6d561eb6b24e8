//! Edits of a ticket type: what is given takes the place of what stood, if all of it makes sense together.

#![expect(
    clippy::option_option,
    reason = "an edit leaves a field, empties it, or sets it"
)]

use std::collections::BTreeSet;

use jiff::Timestamp;
use turnout_domain::{Currency, Money, PlannedTime, PoolId, TicketTypeId};
use turnout_http::FieldError;

use super::{EventCopy, Offer, Pricing, SalesBound, Tax, TicketType};

/// The most of an order where none is given.
const MAX_PER_ORDER_DEFAULT: u32 = 10;

/// When sales are to begin or end, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GivenBound {
    /// A wall clock time in the event's zone, or a time with an offset.
    At(String),
    /// So many minutes before the event begins.
    BeforeStart(u32),
}

/// What is to be changed of a ticket type. What is `None` stays; what can be left empty has a second level.
#[derive(Debug, Clone, Default)]
pub(crate) struct TicketTypeChange {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    pub price: Option<Money>,
    /// Whether the buyer names the price.
    pub pay_what_you_want: Option<bool>,
    pub suggested_price: Option<Option<Money>>,
    pub tax: Option<Option<Tax>>,
    pub sales_starts: Option<Option<GivenBound>>,
    pub sales_ends: Option<Option<GivenBound>>,
    pub min_per_order: Option<u32>,
    pub max_per_order: Option<u32>,
    pub max_per_person: Option<Option<u32>>,
    pub hidden: Option<bool>,
    pub position: Option<u32>,
    pub admission: Option<bool>,
    pub add_on_to: Option<Vec<TicketTypeId>>,
    pub pool_ids: Option<Vec<PoolId>>,
    pub quantity: Option<Option<u32>>,
}

impl TicketTypeChange {
    /// A new ticket type of these facts; the change must have a name and a price.
    ///
    /// # Errors
    /// Every field that is not valid.
    pub fn create(
        &self,
        id: TicketTypeId,
        offer: &Offer,
        now: Timestamp,
    ) -> Result<TicketType, Vec<FieldError>> {
        let (name, price) = self.name.clone().zip(self.price).unwrap_or_else(|| {
            // The request's parser refuses one without.
            (
                String::new(),
                Money::zero(currency(offer, id).unwrap_or_else(no_currency)),
            )
        });
        let max_per_order = MAX_PER_ORDER_DEFAULT.max(self.min_per_order.unwrap_or(1));
        self.apply(&TicketType::new(id, name, price, max_per_order, now), offer)
    }

    /// The ticket type with what is changed.
    ///
    /// # Errors
    /// Every field that is not valid.
    pub fn apply(&self, before: &TicketType, offer: &Offer) -> Result<TicketType, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut after = before.clone();
        set(&mut after.name, self.name.as_ref());
        set(&mut after.description, self.description.as_ref());
        set(&mut after.price, self.price.as_ref());
        set(&mut after.tax, self.tax.as_ref());
        set(&mut after.min_per_order, self.min_per_order.as_ref());
        set(&mut after.max_per_order, self.max_per_order.as_ref());
        set(&mut after.max_per_person, self.max_per_person.as_ref());
        set(&mut after.hidden, self.hidden.as_ref());
        set(&mut after.admission, self.admission.as_ref());
        set(&mut after.add_on_to, self.add_on_to.as_ref());
        set(&mut after.pool_ids, self.pool_ids.as_ref());
        after.pricing = self.pricing(&before.pricing);
        for (bound, given, pointer) in [
            (&mut after.sales_starts, &self.sales_starts, "/sales_starts"),
            (&mut after.sales_ends, &self.sales_ends, "/sales_ends"),
        ] {
            if let Some(given) = given {
                *bound = given
                    .as_ref()
                    .and_then(|given| given.read(&offer.event, pointer, &mut errors));
            }
        }
        coherent(&after, offer, &mut errors);
        if errors.is_empty() { Ok(after) } else { Err(errors) }
    }

    fn pricing(&self, before: &Pricing) -> Pricing {
        let (named, suggested) = match before {
            Pricing::Fixed => (false, None),
            Pricing::PayWhatYouWant { suggested } => (true, *suggested),
        };
        if self.pay_what_you_want.unwrap_or(named) {
            Pricing::PayWhatYouWant {
                suggested: self.suggested_price.unwrap_or(suggested),
            }
        } else {
            Pricing::Fixed
        }
    }
}

fn set<T: Clone>(field: &mut T, given: Option<&T>) {
    if let Some(given) = given {
        *field = given.clone();
    }
}

impl GivenBound {
    fn read(&self, event: &EventCopy, pointer: &str, errors: &mut Vec<FieldError>) -> Option<SalesBound> {
        match self {
            Self::BeforeStart(minutes) => Some(SalesBound::BeforeStart { minutes: *minutes }),
            Self::At(text) => match PlannedTime::parse(text, event.starts_at().zone_name()) {
                Ok(time) => Some(SalesBound::At { time }),
                Err(error) => {
                    errors.push(FieldError::new(format!("{pointer}/at"), error.to_string()));
                    None
                }
            },
        }
    }
}

/// The currency that the event's other prices are in, if there are others.
fn currency(offer: &Offer, id: TicketTypeId) -> Option<Currency> {
    let mut others = offer.ticket_types.values().filter(|other| other.id != id);
    others.next().map(|other| other.price.currency())
}

fn no_currency() -> Currency {
    "XXX".parse().expect("ISO 4217 has a code for none")
}

/// What does not make sense together, or beside what else is on offer.
fn coherent(ticket_type: &TicketType, offer: &Offer, errors: &mut Vec<FieldError>) {
    let mut refuse = |pointer: &str, detail: String| errors.push(FieldError::new(pointer, detail));
    let price = ticket_type.price;
    let sold = offer
        .stock
        .get(&super::PoolKey::Type(ticket_type.id))
        .is_some_and(|stock| stock.taken() > 0);
    let before = offer
        .ticket_types
        .get(&ticket_type.id)
        .filter(|_| sold)
        .map(|before| before.price.currency());
    if let Some(other) = currency(offer, ticket_type.id)
        .or(before)
        .filter(|other| *other != price.currency())
    {
        refuse(
            "/price/currency",
            format!("The prices of an event are in one currency; here it is {other}."),
        );
    }
    if let Pricing::PayWhatYouWant {
        suggested: Some(suggested),
    } = &ticket_type.pricing
    {
        if suggested.currency() != price.currency() {
            refuse(
                "/suggested_price/currency",
                format!("Use {} as in the price.", price.currency()),
            );
        } else if suggested.minor() < price.minor() {
            refuse(
                "/suggested_price/amount",
                format!("Suggest {price} or more: less cannot be paid."),
            );
        }
    }
    if ticket_type.min_per_order > ticket_type.max_per_order {
        let detail = format!(
            "At most {} can be ordered at once: use that or less.",
            ticket_type.max_per_order
        );
        refuse("/min_per_order", detail);
    }
    if ticket_type
        .max_per_person
        .is_some_and(|max| max < ticket_type.min_per_order)
    {
        let detail = format!(
            "At least {} are ordered at once: use that or more.",
            ticket_type.min_per_order
        );
        refuse("/max_per_person", detail);
    }
    let bound = |bound: &Option<SalesBound>| bound.as_ref().map(|bound| bound.instant(&offer.event));
    if let (Some(starts), Some(ends)) = (bound(&ticket_type.sales_starts), bound(&ticket_type.sales_ends))
        && ends <= starts
    {
        refuse("/sales_ends", "Sales must end after they begin.".into());
    }
    add_ons(ticket_type, offer, &mut refuse);
    if ticket_type.pool_ids.iter().collect::<BTreeSet<_>>().len() < ticket_type.pool_ids.len() {
        refuse("/pool_ids", "Name each pool once.".into());
    }
    for (place, pool) in ticket_type.pool_ids.iter().enumerate() {
        if !offer.pools.contains_key(pool) {
            refuse(
                &format!("/pool_ids/{place}"),
                "This event has no such pool.".into(),
            );
        }
    }
}

fn add_ons(ticket_type: &TicketType, offer: &Offer, refuse: &mut impl FnMut(&str, String)) {
    for (place, id) in ticket_type.add_on_to.iter().enumerate() {
        let pointer = format!("/add_on_to/{place}");
        match offer
            .ticket_types
            .get(id)
            .filter(|other| other.id != ticket_type.id)
        {
            None => refuse(&pointer, "This event has no such other ticket type.".into()),
            Some(other) if !other.add_on_to.is_empty() => {
                refuse(&pointer, "This is an add-on itself.".into());
            }
            Some(_) => {}
        }
    }
    let carried = offer
        .ticket_types
        .values()
        .find(|other| other.add_on_to.contains(&ticket_type.id));
    if let (Some(other), false) = (carried, ticket_type.add_on_to.is_empty()) {
        refuse(
            "/add_on_to",
            format!(
                "“{}” is an add-on to this one, which cannot be one then.",
                other.name
            ),
        );
    }
}
