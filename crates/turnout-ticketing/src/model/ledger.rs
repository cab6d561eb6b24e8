//! What an order owes and was paid, in double entry: whatever happens is written as lines that sum to zero.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{Currency, Money};

/// Where an amount stands. Debits are positive, credits negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LedgerAccount {
    /// What the buyer owes; below zero, what is owed to the buyer.
    Receivable,
    /// What came in by payments, less what went back.
    Payments,
    /// What was sold, without tax: a credit.
    Revenue,
    /// The tax on it: a credit.
    Tax,
    /// Money that came in and is not what was asked for: a credit until a person decides.
    Suspense,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LedgerEntry {
    pub at: Timestamp,
    pub account: LedgerAccount,
    pub amount: Money,
    /// What caused it, by its id: the order, a payment or a refund.
    pub reference: String,
}

/// The lines of an order, in the order they were written. None is ever changed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Ledger(pub Vec<LedgerEntry>);

impl Ledger {
    /// Writes what happened. Lines of nothing are left out.
    pub fn post(
        &mut self,
        at: Timestamp,
        currency: Currency,
        reference: &impl ToString,
        lines: &[(LedgerAccount, i64)],
    ) {
        debug_assert_eq!(
            lines.iter().map(|(_, minor)| minor).sum::<i64>(),
            0,
            "every posting sums to zero: {lines:?}"
        );
        for (account, minor) in lines.iter().filter(|(_, minor)| *minor != 0) {
            self.0.push(LedgerEntry {
                at,
                account: *account,
                amount: Money::signed(*minor, currency).expect("a total has a bound far below a ledger's"),
                reference: reference.to_string(),
            });
        }
    }

    /// How much stands at an account, by currency.
    pub fn balance(&self, account: LedgerAccount, currency: Currency) -> i64 {
        self.0
            .iter()
            .filter(|entry| entry.account == account && entry.amount.currency() == currency)
            .map(|entry| entry.amount.minor())
            .sum()
    }

    /// Whether the lines sum to zero in every currency.
    pub fn balances(&self) -> bool {
        let mut sums: BTreeMap<&'static str, i64> = BTreeMap::new();
        for entry in &self.0 {
            *sums.entry(entry.amount.currency().code()).or_default() += entry.amount.minor();
        }
        sums.values().all(|sum| *sum == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_posted_sums_to_zero_in_every_currency() {
        let eur: Currency = "EUR".parse().unwrap();
        let at: Timestamp = "2027-01-15T12:00:00Z".parse().unwrap();
        let mut ledger = Ledger::default();
        ledger.post(
            at,
            eur,
            &"ord_1",
            &[
                (LedgerAccount::Receivable, 1250),
                (LedgerAccount::Revenue, -1050),
                (LedgerAccount::Tax, -200),
            ],
        );
        ledger.post(
            at,
            eur,
            &"pay_1",
            &[
                (LedgerAccount::Payments, 1250),
                (LedgerAccount::Receivable, -1250),
            ],
        );
        assert!(ledger.balances());
        assert_eq!(ledger.balance(LedgerAccount::Receivable, eur), 0);
        assert_eq!(ledger.balance(LedgerAccount::Payments, eur), 1250);
        // A line lost, or one in another currency, is noticed.
        let mut short = ledger.clone();
        short.0.pop();
        assert!(!short.balances());
        ledger.0[0].amount = Money::signed(1250, "USD".parse().unwrap()).unwrap();
        assert!(!ledger.balances());
    }

    #[test]
    fn a_line_of_nothing_is_left_out() {
        let mut ledger = Ledger::default();
        let at: Timestamp = "2027-01-15T12:00:00Z".parse().unwrap();
        let lines = [
            (LedgerAccount::Receivable, 0),
            (LedgerAccount::Revenue, 0),
            (LedgerAccount::Tax, 0),
        ];
        ledger.post(at, "EUR".parse().unwrap(), &"ord_1", &lines);
        assert_eq!(ledger, Ledger::default());
    }
}
