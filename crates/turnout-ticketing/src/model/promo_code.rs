//! Promo codes: what they give, and to whom.

use super::PoolKey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{Money, PlannedTime, PoolId, PromoCodeId, TicketTypeId, part_of};

/// The most promo codes of an event.
pub(crate) const PROMO_CODES_MAX: u32 = 10_000;
/// The number of uses that stands for no limit.
pub(crate) const USES_UNLIMITED: i64 = 1_000_000_000;

/// A promo code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PromoCode {
    pub id: PromoCodeId,
    /// What is typed: upper-case letters, digits, `-` and `_`. Lower case is read as upper case.
    pub code: String,
    /// What it takes off, if anything.
    pub discount: Option<Discount>,
    /// What the discount is for; for all if there are none.
    #[serde(default)]
    pub ticket_type_ids: Option<Vec<TicketTypeId>>,
    /// Hidden ticket types that it shows and sells.
    #[serde(default)]
    pub unlocks: Vec<TicketTypeId>,
    /// How many orders can use it; none for any number.
    pub max_uses: Option<u32>,
    pub starts_at: Option<PlannedTime>,
    pub ends_at: Option<PlannedTime>,
    /// What is set aside for it.
    #[serde(default)]
    pub reserved: Option<Reserve>,
    pub created_at: Timestamp,
    #[serde(default)]
    pub revision: u64,
}

/// What a promo code takes off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Discount {
    /// Hundredths of a percent, of the prices: 1000 is 10 %.
    Percent { basis_points: u32 },
    /// An amount off the whole order, at most what it costs.
    Amount { amount: Money },
}

/// Places set aside for a promo code, with the pools they were taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reserve {
    pub ticket_type_id: TicketTypeId,
    /// Whether they came out of the event's pool too.
    pub admission: bool,
    pub pools: Vec<PoolId>,
}

/// A promo code as an order used it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AppliedCode {
    pub id: PromoCodeId,
    pub code: String,
    /// The line that drew on the places set aside for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<TicketTypeId>,
}

impl Reserve {
    /// The pools its places came from.
    pub fn drawn_on(&self) -> Vec<PoolKey> {
        let own = [PoolKey::Type(self.ticket_type_id)];
        let event = self.admission.then_some(PoolKey::Event);
        own.into_iter()
            .chain(event)
            .chain(self.pools.iter().copied().map(PoolKey::Shared))
            .collect()
    }
}

impl PromoCode {
    /// Whether it can be used at `now`, as far as its own times go.
    pub fn valid(&self, now: Timestamp) -> bool {
        let bound = |time: &Option<PlannedTime>| time.as_ref().map(PlannedTime::instant);
        bound(&self.starts_at).is_none_or(|start| start <= now)
            && bound(&self.ends_at).is_none_or(|end| now < end)
    }

    /// Whether its discount is for this ticket type.
    pub fn discounts(&self, ticket_type: TicketTypeId) -> bool {
        let among = |types: &Vec<TicketTypeId>| types.contains(&ticket_type);
        self.discount.is_some() && self.ticket_type_ids.as_ref().is_none_or(among)
    }
}

impl Discount {
    /// What it takes off lines that cost `subtotal` minor units.
    pub fn off(&self, subtotal: i64) -> i64 {
        match self {
            Self::Percent { basis_points } => part_of(subtotal, *basis_points, 10_000),
            Self::Amount { amount } => amount.minor().min(subtotal),
        }
    }
}
