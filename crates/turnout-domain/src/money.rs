//! Money: whole minor units of a currency.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The largest amount of one price or total, in minor units: a bound far above any ticket, far below overflow.
const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// A currency of ISO 4217, by its three letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

/// The text names no currency of ISO 4217.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Give the currency as three letters of ISO 4217, such as EUR.")]
pub struct CurrencyError;

impl Currency {
    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimal digits the minor unit stands for: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn digits(self) -> u16 {
        self.0.exponent().unwrap_or(0)
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(code: &str) -> Result<Self, CurrencyError> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or(CurrencyError)
    }
}

impl TryFrom<String> for Currency {
    type Error = CurrencyError;

    fn try_from(code: String) -> Result<Self, CurrencyError> {
        code.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in minor units of an ISO 4217 currency: 12.50 EUR is 1250, 500 JPY is 500, 0.450 KWD is 450.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    #[serde(rename = "amount")]
    minor: i64,
    currency: Currency,
}

/// Why two amounts cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Amounts in two currencies have no sum.
    #[error("{0} and {1} cannot be added")]
    CurrencyMismatch(Currency, Currency),
    /// More than the bound of 10¹² minor units.
    #[error("Use an amount of at most {AMOUNT_MAX} minor units.")]
    Overflow,
    /// A price below nothing.
    #[error("Use an amount of 0 or more.")]
    Negative,
}

impl Money {
    /// A price: nothing or more.
    ///
    /// # Errors
    /// [`MoneyError::Negative`], [`MoneyError::Overflow`].
    pub fn price(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        match minor {
            ..0 => Err(MoneyError::Negative),
            0..=AMOUNT_MAX => Ok(Self { minor, currency }),
            _ => Err(MoneyError::Overflow),
        }
    }

    /// An amount that may be less than nothing: a line of a ledger.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn signed(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if minor.unsigned_abs() > AMOUNT_MAX.unsigned_abs() {
            return Err(MoneyError::Overflow);
        }
        Ok(Self { minor, currency })
    }

    /// Nothing, in this currency.
    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The amount in minor units.
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// Whether there is nothing to pay.
    pub fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let minor = self
            .minor
            .checked_add(other.minor)
            .filter(|sum| sum.abs() <= AMOUNT_MAX);
        Ok(Self {
            minor: minor.ok_or(MoneyError::Overflow)?,
            currency: self.currency,
        })
    }

    /// This amount `quantity` times.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn checked_mul(self, quantity: u32) -> Result<Self, MoneyError> {
        let minor = self
            .minor
            .checked_mul(i64::from(quantity))
            .filter(|product| product.abs() <= AMOUNT_MAX);
        Ok(Self {
            minor: minor.ok_or(MoneyError::Overflow)?,
            currency: self.currency,
        })
    }
}

/// Shares `whole` out by `weights`: what is shared adds up to the whole, and no share is further than one from its exact
/// part. What rounding leaves over goes, one each, to the largest remainders, among equals to the first (Hamilton's
/// method). Without any weight, nothing can be shared and the first takes all.
///
/// # Panics
/// If `whole` or a weight is negative.
pub fn shared_out(whole: i64, weights: &[i64]) -> Vec<i64> {
    assert!(
        whole >= 0 && weights.iter().all(|weight| *weight >= 0),
        "what is shared is an amount"
    );
    let sum: i128 = weights.iter().copied().map(i128::from).sum();
    if sum == 0 {
        return (0..weights.len())
            .map(|place| if place == 0 { whole } else { 0 })
            .collect();
    }
    let exact = |weight: &i64| i128::from(whole) * i128::from(*weight);
    let mut shares: Vec<i64> = weights
        .iter()
        .map(|weight| i64::try_from(exact(weight) / sum).expect("a part is no more than the whole"))
        .collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|place| std::cmp::Reverse(exact(&weights[*place]) % sum));
    let left_over = whole - shares.iter().sum::<i64>();
    for place in by_remainder
        .into_iter()
        .take(usize::try_from(left_over).unwrap_or(0))
    {
        shares[place] += 1;
    }
    shares
}

/// `amount` times `numerator` / `denominator`, halves rounded up.
///
/// # Panics
/// If a number is negative, or the denominator 0, or the fraction more than 1.
pub fn part_of(amount: i64, numerator: u32, denominator: u32) -> i64 {
    assert!(
        amount >= 0 && numerator <= denominator && denominator > 0,
        "a part of an amount"
    );
    let (numerator, denominator) = (i128::from(numerator), i128::from(denominator));
    let doubled = 2 * i128::from(amount) * numerator + denominator;
    i64::try_from(doubled / (2 * denominator)).expect("a part is no more than the whole")
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.currency.digits();
        if digits == 0 {
            return write!(f, "{} {}", self.minor, self.currency);
        }
        let unit = 10_i64.pow(u32::from(digits));
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, part) = (self.minor.abs() / unit, self.minor.abs() % unit);
        write!(
            f,
            "{sign}{whole}.{part:0width$} {}",
            self.currency,
            width = usize::from(digits)
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shares_add_up_to_the_whole_and_are_fair(
            whole in 0..=AMOUNT_MAX,
            weights in proptest::collection::vec(0..=AMOUNT_MAX, 1..24),
        ) {
            let shares = shared_out(whole, &weights);
            prop_assert_eq!(shares.iter().sum::<i64>(), whole);
            let sum: i128 = weights.iter().copied().map(i128::from).sum();
            if sum > 0 {
                for (share, weight) in shares.iter().zip(&weights) {
                    let exact = i128::from(whole) * i128::from(*weight);
                    prop_assert!((i128::from(*share) * sum - exact).abs() < sum, "{share} of {whole}");
                }
            }
        }

        #[test]
        fn a_part_is_within_half_a_minor_unit(amount in 0..=AMOUNT_MAX, numerator in 0..=10_000_u32) {
            let part = i128::from(part_of(amount, numerator, 10_000));
            let exact = i128::from(amount) * i128::from(numerator);
            prop_assert!((2 * (part * 10_000 - exact)).abs() <= 10_000);
        }
    }

    #[test]
    fn what_is_left_over_goes_to_the_largest_remainders_and_among_equals_to_the_first() {
        assert_eq!(shared_out(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(shared_out(10, &[15, 60, 25]), [2, 6, 2]);
        assert_eq!(shared_out(7, &[0, 0]), [7, 0]);
        assert_eq!(shared_out(0, &[3, 4]), [0, 0]);
        assert_eq!((part_of(5, 1, 2), part_of(1250, 1000, 10_000)), (3, 125));
    }

    fn money(minor: i64, code: &str) -> Money {
        Money {
            minor,
            currency: code.parse().unwrap(),
        }
    }

    #[test]
    fn amounts_are_shown_with_the_digits_of_their_currency() {
        assert_eq!(money(1250, "EUR").to_string(), "12.50 EUR");
        assert_eq!(money(500, "JPY").to_string(), "500 JPY");
        assert_eq!(money(450, "KWD").to_string(), "0.450 KWD");
        assert_eq!(money(-5, "EUR").to_string(), "-0.05 EUR");
    }

    #[test]
    fn sums_stay_in_one_currency_and_within_the_bound() {
        assert_eq!(money(1, "EUR").checked_add(money(2, "EUR")), Ok(money(3, "EUR")));
        assert!(matches!(
            money(1, "EUR").checked_add(money(2, "USD")),
            Err(MoneyError::CurrencyMismatch(..))
        ));
        assert_eq!(
            money(AMOUNT_MAX, "EUR").checked_add(money(1, "EUR")),
            Err(MoneyError::Overflow)
        );
        assert_eq!(
            money(i64::MAX / 2, "EUR").checked_mul(3),
            Err(MoneyError::Overflow)
        );
    }

    #[test]
    fn a_price_is_never_negative_and_a_currency_has_a_code() {
        assert_eq!(
            Money::price(-1, "EUR".parse().unwrap()),
            Err(MoneyError::Negative)
        );
        assert!("EURO".parse::<Currency>().is_err() && "eur".parse::<Currency>().is_err());
    }
}
