//! What a place is sold as: its price, its tax, when and to whom it is sold, and what it draws on.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use turnout_domain::{Money, PlannedTime, PoolId, TicketTypeId};

use super::{EventCopy, PoolKey};

/// What a place is sold as. What an organizer leaves out does nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TicketType {
    pub id: TicketTypeId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What one costs; where the buyer names the price, the least of it.
    pub price: Money,
    #[serde(default, skip_serializing_if = "is_default")]
    pub pricing: Pricing,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Tax>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales_starts: Option<SalesBound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales_ends: Option<SalesBound>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub min_per_order: u32,
    pub max_per_order: u32,
    /// The most that one e-mail address can have, in all its orders together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_person: Option<u32>,
    /// Only shown and sold to those with a code that unlocks it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hidden: bool,
    /// Its place in the list, from 0; among equals the older comes first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub position: u32,
    /// Whether it lets someone in, and so takes a place of the event.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub admission: bool,
    /// The ticket types it is sold beside, at most one to each; alone if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_on_to: Vec<TicketTypeId>,
    /// The shared pools it draws on, beside its own and the event's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pool_ids: Vec<PoolId>,
    /// How often it was edited.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revision: u64,
    pub created_at: Timestamp,
}

/// Who names the price.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Pricing {
    /// The organizer.
    #[default]
    Fixed,
    /// The buyer: the price is the least, and one may be suggested.
    PayWhatYouWant { suggested: Option<Money> },
}

/// A tax on the price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tax {
    pub name: String,
    /// Hundredths of a percent: 2500 is 25 %.
    pub rate_basis_points: u32,
    /// Whether it is part of the price; else it is added to it.
    pub included: bool,
}

/// When sales begin or end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum SalesBound {
    /// At a time of its own.
    At { time: PlannedTime },
    /// So many minutes before the event begins; it moves when the event does.
    BeforeStart { minutes: u32 },
}

impl SalesBound {
    /// The instant, as far as the event's times are known.
    pub fn instant(&self, event: &EventCopy) -> Timestamp {
        match self {
            Self::At { time } => time.instant(),
            Self::BeforeStart { minutes } => event
                .starts_at()
                .instant()
                .checked_sub(SignedDuration::from_mins(i64::from(*minutes)))
                .unwrap_or(Timestamp::MIN),
        }
    }
}

/// Whether something can be bought at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sales {
    Open,
    /// From then on.
    NotYet(Timestamp),
    Over,
}

impl TicketType {
    /// A ticket type with a name and a price, and nothing special.
    pub fn new(id: TicketTypeId, name: String, price: Money, max_per_order: u32, now: Timestamp) -> Self {
        Self {
            id,
            name,
            description: None,
            price,
            pricing: Pricing::Fixed,
            tax: None,
            sales_starts: None,
            sales_ends: None,
            min_per_order: 1,
            max_per_order,
            max_per_person: None,
            hidden: false,
            position: 0,
            admission: true,
            add_on_to: Vec::new(),
            pool_ids: Vec::new(),
            revision: 0,
            created_at: now,
        }
    }

    /// The pools of the offer that it draws on.
    pub fn pools(&self) -> Vec<PoolKey> {
        let own = [PoolKey::Type(self.id)];
        let event = self.admission.then_some(PoolKey::Event);
        let shared = self.pool_ids.iter().copied().map(PoolKey::Shared);
        own.into_iter().chain(event).chain(shared).collect()
    }

    /// Whether it is sold at `now`, as far as its own times go.
    pub fn sales(&self, event: &EventCopy, now: Timestamp) -> Sales {
        let bound = |bound: &Option<SalesBound>| bound.as_ref().map(|bound| bound.instant(event));
        match (bound(&self.sales_starts), bound(&self.sales_ends)) {
            (_, Some(end)) if now >= end => Sales::Over,
            (Some(start), _) if now < start => Sales::NotYet(start),
            _ => Sales::Open,
        }
    }
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(number: &u32) -> bool {
    *number == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_true(flag: &bool) -> bool {
    *flag
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
