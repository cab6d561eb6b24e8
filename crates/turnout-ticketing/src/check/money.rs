//! Whether the money adds up.

use std::collections::BTreeMap;

use turnout_domain::{Currency, Money};

use super::Tally;
use crate::model::{LedgerAccount, Order, OrderLine, OrderState, PaymentState, RefundState};

impl Tally {
    /// Its lines sum to its total, its ledger to nothing, and the ledger says what its payments and refunds say.
    pub(super) fn add_money(&mut self, order: &Order) {
        let account = &order.account;
        let payments = account
            .payments
            .iter()
            .map(|payment| (order.id, payment.id, None));
        let refunds = account.refunds.iter();
        let refunds = refunds.map(|refund| (order.id, refund.payment_id, Some(refund.id)));
        self.payments.extend(payments.chain(refunds));
        let lines: i64 = order.lines.iter().map(OrderLine::total).sum();
        if order.total.minor() != lines {
            let total = order.total.minor();
            self.violation(format!("{} costs {total} and its lines {lines}", order.id));
        }
        if !account.ledger.balances() {
            self.violation(format!("the ledger of {} does not sum to zero", order.id));
        }
        for payment in account
            .payments
            .iter()
            .filter(|payment| account.left_of(payment) < 0)
        {
            self.violation(format!("more went back of {} than it brought", payment.id));
        }
        for (currency, expected) in came_in(order) {
            let said = account.ledger.balance(LedgerAccount::Payments, currency);
            if said != expected {
                self.violation(format!(
                    "the ledger of {} says {said} {currency} came in; its payments and refunds say {expected}",
                    order.id
                ));
            }
        }
        let paid = account
            .payments
            .iter()
            .any(|payment| matches!(payment.state, PaymentState::Succeeded { .. }));
        // Before payments were remembered there were none to find.
        let unpaid = !order.total.is_zero() && !account.payments.is_empty() && !paid;
        if unpaid && matches!(order.state, OrderState::Confirmed { .. }) {
            self.violation(format!(
                "{} is confirmed, and none of its payments succeeded",
                order.id
            ));
        }
    }
}

/// What came in, less what went back, by currency, as payments and refunds say.
fn came_in(order: &Order) -> Vec<(Currency, i64)> {
    let mut sums: BTreeMap<&'static str, (Currency, i64)> = BTreeMap::new();
    let mut count = |money: Money, sign: i64| {
        let of_currency = sums.entry(money.currency().code());
        of_currency.or_insert((money.currency(), 0)).1 += sign * money.minor();
    };
    for payment in &order.account.payments {
        payment.received().into_iter().for_each(|money| count(money, 1));
    }
    for refund in &order.account.refunds {
        if matches!(refund.state, RefundState::Succeeded { .. }) {
            count(refund.amount, -1);
        }
    }
    sums.into_values().collect()
}
