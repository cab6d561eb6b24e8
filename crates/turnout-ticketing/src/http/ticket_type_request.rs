//! What a ticket type can be given, when it is added and when it is edited.

#![expect(
    clippy::option_option,
    reason = "an edit leaves a field, empties it, or sets it"
)]

use serde::Deserialize;
use turnout_domain::{PoolId, Text, TicketTypeId};
use turnout_http::{Fields, Given};
use utoipa::ToSchema;

use super::request::{MoneyRequest, ids, quantity, whole};
use crate::model::{GivenBound, POOLS_MAX, TICKET_TYPES_MAX, Tax, TicketTypeChange};

/// The most places of a ticket type or a pool.
pub(super) const PLACES_MAX: u32 = 1_000_000;
/// The earliest that sales can begin or end before an event: two years.
const MINUTES_MAX: u32 = 2 * 366 * 24 * 60;

/// Everything of a ticket type but its name and price. What is left out stays, or does nothing.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct TicketTypeOptions {
    /// At most 2,000 characters; null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    description: Given<String>,
    /// `fixed`, or `pay_what_you_want`: then the price is the least that can be paid.
    #[serde(default)]
    #[schema(value_type = Option<PricingKind>)]
    pricing: Given<String>,
    /// Where the buyer names the price: what the form begins with.
    #[serde(default)]
    #[schema(value_type = Option<MoneyRequest>)]
    suggested_price: Given<MoneyRequest>,
    /// Null for none.
    #[serde(default)]
    #[schema(value_type = Option<TaxRequest>)]
    tax: Given<TaxRequest>,
    /// Null: as soon as the event is published.
    #[serde(default)]
    #[schema(value_type = Option<SalesBoundRequest>)]
    sales_starts: Given<SalesBoundRequest>,
    /// Null: when the event ends.
    #[serde(default)]
    #[schema(value_type = Option<SalesBoundRequest>)]
    sales_ends: Given<SalesBoundRequest>,
    /// The least of one order: 1 to 100.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100)]
    min_per_order: Given<i64>,
    /// The most of one order: 1 to 100; 10 if a new one does not say.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100)]
    max_per_order: Given<i64>,
    /// The most that one e-mail address can have, in all its orders together; null for any number.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    max_per_person: Given<i64>,
    /// Only shown and sold to those with a promo code that unlocks it.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    hidden: Given<bool>,
    /// Its place in the list, from 0; the others make room. A new one goes to the end.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    position: Given<i64>,
    /// Whether it lets someone in, and so takes a place of the event. Fixed once tickets are sold or held.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    admission: Given<bool>,
    /// The ticket types it is an add-on to: it is sold beside them only, at most one to each.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    add_on_to: Given<Vec<String>>,
    /// The shared pools it draws on. Fixed once tickets are sold or held.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pool_ids: Given<Vec<String>>,
    /// How many there are: 0 to 1,000,000. Null: only the event's capacity and the shared pools limit them.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    quantity: Given<i64>,
}

/// Who names the price.
#[derive(ToSchema)]
#[schema(as = Pricing, rename_all = "snake_case")]
#[expect(
    dead_code,
    reason = "for the API's description; the parser names bad values itself"
)]
pub(super) enum PricingKind {
    Fixed,
    PayWhatYouWant,
}

/// A tax on the price.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct TaxRequest {
    /// 1 to 40 characters.
    #[serde(default)]
    #[schema(value_type = String, example = "VAT", required)]
    name: Given<String>,
    /// Hundredths of a percent, 1 to 10,000: 2500 is 25 %.
    #[serde(default)]
    #[schema(value_type = u32, example = 2500, required)]
    rate_basis_points: Given<i64>,
    /// Whether it is part of the price; else it is added to it. True if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    included: Given<bool>,
}

/// When sales begin or end: at a time, or so long before the event begins.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct SalesBoundRequest {
    /// Local to the event's zone, or with an offset.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "2027-05-01T10:00:00")]
    at: Given<String>,
    /// Moves when the event does.
    #[serde(default)]
    #[schema(value_type = Option<u32>, example = 60)]
    before_start_minutes: Given<i64>,
}

impl TicketTypeOptions {
    /// What is to be changed, with a name and a price that were read already.
    pub fn parse(self, fields: &mut Fields) -> TicketTypeChange {
        TicketTypeChange {
            name: None,
            price: None,
            description: described("/description", self.description, fields),
            pay_what_you_want: fields.optional("/pricing", self.pricing, |text| match text.as_str() {
                "fixed" => Ok(false),
                "pay_what_you_want" => Ok(true),
                _ => Err("Use fixed or pay_what_you_want."),
            }),
            suggested_price: match self.suggested_price {
                Given::Missing => None,
                Given::Null => Some(None),
                given => MoneyRequest::parse("/suggested_price", given, fields).map(Some),
            },
            tax: match self.tax {
                Given::Missing => None,
                Given::Null => Some(None),
                given => TaxRequest::parse(given, fields).map(Some),
            },
            sales_starts: bound("/sales_starts", self.sales_starts, fields),
            sales_ends: bound("/sales_ends", self.sales_ends, fields),
            quantity: fields.nullable("/quantity", self.quantity, |n| whole(n, 0, PLACES_MAX)),
            min_per_order: fields.optional("/min_per_order", self.min_per_order, quantity),
            max_per_order: fields.optional("/max_per_order", self.max_per_order, quantity),
            max_per_person: fields.nullable("/max_per_person", self.max_per_person, |n| whole(n, 1, 1_000)),
            hidden: fields.optional("/hidden", self.hidden, Ok::<_, String>),
            position: fields.optional("/position", self.position, |n| whole(n, 0, TICKET_TYPES_MAX)),
            admission: fields.optional("/admission", self.admission, Ok::<_, String>),
            add_on_to: fields.optional("/add_on_to", self.add_on_to, |texts| {
                ids::<TicketTypeId>(texts, TICKET_TYPES_MAX as usize)
            }),
            pool_ids: fields.optional("/pool_ids", self.pool_ids, |texts| {
                ids::<PoolId>(texts, POOLS_MAX as usize)
            }),
        }
    }
}

/// Some lines of text that can be left empty.
pub(super) fn described(pointer: &str, given: Given<String>, fields: &mut Fields) -> Option<Option<String>> {
    let text = fields.nullable(pointer, given, Text::<0, 2000, true>::try_from)?;
    Some(text.map(String::from).filter(|text| !text.is_empty()))
}

impl TaxRequest {
    fn parse(given: Given<Self>, fields: &mut Fields) -> Option<Tax> {
        let request = fields.required("/tax", given, Ok::<_, String>)?;
        let name = fields.required("/tax/name", request.name, Text::<1, 40>::try_from);
        let rate = fields.required("/tax/rate_basis_points", request.rate_basis_points, |n| {
            whole(n, 1, 10_000)
        });
        let included = fields.optional("/tax/included", request.included, Ok::<_, String>);
        Some(Tax {
            name: name?.into(),
            rate_basis_points: rate?,
            included: included.unwrap_or(true),
        })
    }
}

fn bound(pointer: &str, given: Given<SalesBoundRequest>, fields: &mut Fields) -> Option<Option<GivenBound>> {
    let request = match given {
        Given::Missing => return None,
        Given::Null => return Some(None),
        given => fields.required(pointer, given, Ok::<_, String>)?,
    };
    let at = fields.optional(format!("{pointer}/at"), request.at, Ok::<_, String>);
    let minutes = fields.optional(
        format!("{pointer}/before_start_minutes"),
        request.before_start_minutes,
        |n| whole(n, 0, MINUTES_MAX),
    );
    match (at, minutes) {
        (Some(text), None) => Some(Some(GivenBound::At(text))),
        (None, Some(minutes)) => Some(Some(GivenBound::BeforeStart(minutes))),
        (None, None) => {
            fields.refuse(pointer, "Give `at` or `before_start_minutes`.");
            None
        }
        (Some(_), Some(_)) => {
            fields.refuse(pointer, "Give either `at` or `before_start_minutes`, not both.");
            None
        }
    }
}
