//! Ticket types as clients see them.

use jiff::Timestamp;
use serde::Serialize;
use turnout_domain::{EventId, PoolId, TicketTypeId};
use utoipa::ToSchema;

use super::views::MoneyView;
use crate::model::{Offer, PoolKey, Pricing, Sales, SalesBound, TicketType};

/// What a place at an event is sold as.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TicketType)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a view: each is a field of the answer on its own"
)]
pub(super) struct TicketTypeView {
    #[schema(value_type = String)]
    id: TicketTypeId,
    #[schema(value_type = String)]
    event_id: EventId,
    name: String,
    #[schema(required)]
    description: Option<String>,
    /// What one costs; where the buyer names the price, the least of it.
    price: MoneyView,
    pricing: PricingView,
    /// What a buyer who names the price may begin with.
    #[schema(required)]
    suggested_price: Option<MoneyView>,
    #[schema(required)]
    tax: Option<TaxView>,
    /// When sales begin, as it was set.
    #[schema(required)]
    sales_starts: Option<SalesBoundView>,
    /// When sales end, as it was set.
    #[schema(required)]
    sales_ends: Option<SalesBoundView>,
    /// The same as instants, as far as the event's times are known.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    sales_start_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    sales_end_at: Option<Timestamp>,
    min_per_order: u32,
    max_per_order: u32,
    /// The most that one e-mail address can have, in all its orders together.
    #[schema(required)]
    max_per_person: Option<u32>,
    /// Only shown to members and to those with a promo code that unlocks it.
    hidden: bool,
    /// Its place in the list, from 0.
    position: u32,
    /// Whether it lets someone in, and so takes a place of the event.
    admission: bool,
    /// The ticket types it is an add-on to.
    #[schema(value_type = Vec<String>)]
    add_on_to: Vec<TicketTypeId>,
    /// The shared pools it draws on.
    #[schema(value_type = Vec<String>)]
    pool_ids: Vec<PoolId>,
    /// How many there are in all; null if only the event's capacity and shared pools limit them.
    #[schema(required)]
    quantity: Option<i64>,
    /// How many can be had now, apart from what others on the waitlist wait for; null if nothing limits them.
    #[schema(required)]
    available: Option<i64>,
    /// Whether someone on the waitlist waits for it: what comes free goes to the list first.
    waited_for: bool,
    /// Whether they can be had now, as far as time and state go.
    on_sale: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    version: u64,
}

/// Who names the price.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Pricing)]
pub(super) enum PricingView {
    Fixed,
    PayWhatYouWant,
}

/// A tax on the price.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tax)]
pub(super) struct TaxView {
    name: String,
    /// Hundredths of a percent: 2500 is 25 %.
    rate_basis_points: u32,
    /// Whether it is part of the price; else it is added to it.
    included: bool,
}

/// When sales begin or end: one of the two.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SalesBound)]
pub(super) struct SalesBoundView {
    /// In the event's zone, with the offset in force.
    #[schema(required)]
    at: Option<String>,
    #[schema(required)]
    before_start_minutes: Option<u32>,
}

impl SalesBoundView {
    fn new(bound: &SalesBound) -> Self {
        match bound {
            SalesBound::At { time } => Self {
                at: Some(time.to_rfc3339()),
                before_start_minutes: None,
            },
            SalesBound::BeforeStart { minutes } => Self {
                at: None,
                before_start_minutes: Some(*minutes),
            },
        }
    }
}

impl TicketTypeView {
    pub fn new(offer: &Offer, ticket_type: &TicketType, now: Timestamp) -> Self {
        let instant = |bound: &Option<SalesBound>| bound.as_ref().map(|bound| bound.instant(&offer.event));
        let own = offer.stock.get(&PoolKey::Type(ticket_type.id));
        let (pricing, suggested_price) = match &ticket_type.pricing {
            Pricing::Fixed => (PricingView::Fixed, None),
            Pricing::PayWhatYouWant { suggested } => {
                (PricingView::PayWhatYouWant, suggested.map(MoneyView::from))
            }
        };
        Self {
            id: ticket_type.id,
            event_id: offer.event.event_id,
            name: ticket_type.name.clone(),
            description: ticket_type.description.clone(),
            price: ticket_type.price.into(),
            pricing,
            suggested_price,
            tax: ticket_type.tax.as_ref().map(|tax| TaxView {
                name: tax.name.clone(),
                rate_basis_points: tax.rate_basis_points,
                included: tax.included,
            }),
            sales_starts: ticket_type.sales_starts.as_ref().map(SalesBoundView::new),
            sales_ends: ticket_type.sales_ends.as_ref().map(SalesBoundView::new),
            sales_start_at: instant(&ticket_type.sales_starts),
            sales_end_at: instant(&ticket_type.sales_ends),
            min_per_order: ticket_type.min_per_order,
            max_per_order: ticket_type.max_per_order,
            max_per_person: ticket_type.max_per_person,
            hidden: ticket_type.hidden,
            position: ticket_type.position,
            admission: ticket_type.admission,
            add_on_to: ticket_type.add_on_to.clone(),
            pool_ids: ticket_type.pool_ids.clone(),
            quantity: own.and_then(|stock| stock.capacity),
            available: offer.available_to_newcomers(ticket_type.id),
            waited_for: offer.event.waited_for.contains(&ticket_type.id),
            on_sale: offer.event.on_sale(now) && ticket_type.sales(&offer.event, now) == Sales::Open,
            created_at: ticket_type.created_at,
            version: ticket_type.revision + 1,
        }
    }
}
