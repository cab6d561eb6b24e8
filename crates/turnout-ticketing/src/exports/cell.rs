//! What a file's cells hold.

use jiff::Timestamp;
use turnout_domain::Currency;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Number(i64),
    /// Minor units of a currency.
    Amount(i64, Currency),
    At(Timestamp),
}

/// A row.
pub(super) type Row = Vec<Cell>;

impl Cell {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "ids are small, and read better without a sign before them"
    )]
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    pub fn at(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Empty, Self::At)
    }
}

/// An amount as a number with as many decimals as its currency has: 1250 EUR is 12.50, 500 JPY is 500.
pub(super) fn decimal(minor: i64, currency: Currency) -> String {
    let digits = usize::from(currency.digits());
    if digits == 0 {
        return minor.to_string();
    }
    let sign = if minor < 0 { "-" } else { "" };
    let text = format!("{:0width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, part) = text.split_at(text.len() - digits);
    format!("{sign}{whole}.{part}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        let cases = [
            ("EUR", 1250, "12.50"),
            ("EUR", 5, "0.05"),
            ("EUR", -1250, "-12.50"),
            ("JPY", 500, "500"),
            ("KWD", 450, "0.450"),
        ];
        for (code, minor, text) in cases {
            assert_eq!(decimal(minor, code.parse().unwrap()), text);
        }
    }
}
