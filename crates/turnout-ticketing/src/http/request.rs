//! What several requests have in common.

use std::str::FromStr;

use serde::Deserialize;
use turnout_domain::{Currency, Email, Money, Text};
use turnout_http::{Fields, Given};
use utoipa::ToSchema;

use crate::find_code::{CODE_CHARACTERS_MAX, normal};
use crate::model::Buyer;

/// The most tickets of one order.
pub(super) const QUANTITY_MAX: u32 = 100;

/// Who is buying.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct BuyerRequest {
    #[serde(default)]
    #[schema(value_type = String, example = "ada@example.org", required)]
    email: Given<String>,
    #[serde(default)]
    #[schema(value_type = String, example = "Ada Lovelace", required)]
    name: Given<String>,
}

impl BuyerRequest {
    pub fn parse(given: Given<Self>, fields: &mut Fields) -> Option<Buyer> {
        // Nothing given is as good as an object without members: it is they who are required.
        let request = match given {
            Given::Is(request) => request,
            Given::Missing | Given::Null => Self::default(),
            Given::Wrong => {
                fields.refuse("/buyer", "Give the buyer as an object with email and name.");
                return None;
            }
        };
        let email = fields.required("/buyer/email", request.email, |text| text.parse::<Email>());
        let name = fields.required("/buyer/name", request.name, Text::<1, 100>::try_from);
        Some(Buyer {
            email: email?,
            name: name?.into(),
        })
    }
}

/// An amount in minor units.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = MoneyRequest)]
pub(super) struct MoneyRequest {
    /// Minor units: 1250 is 12.50 EUR.
    #[serde(default)]
    #[schema(value_type = i64, example = 1250, required)]
    amount: Given<i64>,
    /// Three letters of ISO 4217.
    #[serde(default)]
    #[schema(value_type = String, example = "EUR", required)]
    currency: Given<String>,
}

impl MoneyRequest {
    /// The price at `pointer`.
    pub fn parse(pointer: &str, given: Given<Self>, fields: &mut Fields) -> Option<Money> {
        let request = fields.required(pointer, given, Ok::<_, String>)?;
        let currency = fields.required(format!("{pointer}/currency"), request.currency, |text| {
            text.parse::<Currency>()
        });
        // An amount is too little or too much in any currency: XXX stands for none.
        let checked = currency.or_else(|| "XXX".parse().ok())?;
        let price = fields.required(format!("{pointer}/amount"), request.amount, |minor| {
            Money::price(minor, checked)
        });
        currency.and(price)
    }
}

/// A whole number from `min` to `max`.
pub(super) fn whole(number: i64, min: u32, max: u32) -> Result<u32, String> {
    let fits = u32::try_from(number)
        .ok()
        .filter(|number| (min..=max).contains(number));
    fits.ok_or_else(|| format!("Use a whole number from {min} to {max}."))
}

/// Ids of one kind, at most `max` and each once.
pub(super) fn ids<T: FromStr + PartialEq>(texts: Vec<String>, max: usize) -> Result<Vec<T>, String>
where
    T::Err: std::fmt::Display,
{
    if texts.len() > max {
        return Err(format!("Name at most {max}."));
    }
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        let id: T = text.parse().map_err(|error: T::Err| error.to_string())?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// A promo code as it is written.
pub(super) fn code(text: &str) -> Result<String, String> {
    normal(text).ok_or_else(|| {
        format!("Use 1 to {CODE_CHARACTERS_MAX} letters from A to Z, digits, hyphens and underscores.")
    })
}

/// A number of tickets of one order.
pub(super) fn quantity(number: i64) -> Result<u32, String> {
    let fits = u32::try_from(number)
        .ok()
        .filter(|number| (1..=QUANTITY_MAX).contains(number));
    fits.ok_or_else(|| format!("Use a whole number from 1 to {QUANTITY_MAX}."))
}
