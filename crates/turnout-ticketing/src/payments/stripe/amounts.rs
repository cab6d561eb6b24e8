//! Amounts as Stripe writes them: ISO 4217's minor units, with exceptions
//! (<https://docs.stripe.com/currencies#minor-units>).

use turnout_domain::{Currency, Money};

/// Stripe counts these in hundredths although they have none.
const HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];
/// Stripe counts these whole although ISO 4217 gives them hundredths.
const WHOLE: [&str; 1] = ["MGA"];

/// The amount as Stripe takes it; `None` if it cannot.
pub(super) fn to_stripe(money: Money) -> Option<i64> {
    let code = money.currency().code();
    let minor = money.minor();
    if HUNDREDTHS.contains(&code) {
        return minor.checked_mul(100);
    }
    if WHOLE.contains(&code) {
        return (minor % 100 == 0).then_some(minor / 100);
    }
    // Of three decimals, Stripe wants the last to be 0.
    (money.currency().digits() < 3 || minor % 10 == 0).then_some(minor)
}

/// What Stripe's amount is; `None` if it is none.
pub(super) fn from_stripe(amount: i64, currency: &str) -> Option<Money> {
    let currency: Currency = currency.to_ascii_uppercase().parse().ok()?;
    let code = currency.code();
    let minor = if HUNDREDTHS.contains(&code) {
        (amount % 100 == 0).then_some(amount / 100)?
    } else if WHOLE.contains(&code) {
        amount.checked_mul(100)?
    } else {
        amount
    };
    Money::price(minor, currency).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_stripe_does() {
        for (minor, code, expected) in [
            (1250, "EUR", Some(1250)),
            (500, "JPY", Some(500)),
            (450, "KWD", Some(450)),
            (455, "KWD", None),
            (1999, "ISK", Some(199_900)),
            (250_000, "UGX", Some(25_000_000)),
            (500_000, "MGA", Some(5000)),
            (500_001, "MGA", None),
        ] {
            let money = Money::price(minor, code.parse().unwrap()).unwrap();
            assert_eq!(to_stripe(money), expected, "{money}");
            if let Some(amount) = expected {
                assert_eq!(from_stripe(amount, &code.to_ascii_lowercase()), Some(money));
            }
        }
        assert_eq!(from_stripe(1250, "bitcoin"), None);
        assert_eq!(from_stripe(-1, "eur"), None);
        assert_eq!(from_stripe(199_901, "isk"), None);
    }
}
