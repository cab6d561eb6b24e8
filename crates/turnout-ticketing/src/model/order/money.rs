//! What payments, refunds and cancellations make of an order.

use jiff::Timestamp;
use turnout_domain::{Money, PaymentId, RefundId, TicketId};

use super::{Order, OrderState, TicketStatus};
use crate::error::SaleError;
use crate::model::stock::{Movement, Movements, PoolKey};
use crate::model::{
    LedgerAccount, OrderLine, PAYMENTS_MAX, PaymentRecord, PaymentState, REFUNDS_MAX, Refund, RefundState,
};

/// What is to be done with money that came in: the order remembers the payment either way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Received {
    /// It was known before.
    Known,
    /// The order's places are still set aside: confirm it.
    Confirms(Order),
    /// The order gave its places back: take them again, or give the money back.
    Late(Order),
    /// The order was paid otherwise before: give the money back.
    Twice(Order),
    /// It is not what was asked for: a person decides.
    PutAside(Order),
}

impl Order {
    /// The order with a payment under way.
    ///
    /// # Errors
    /// [`SaleError::HoldExpired`], [`SaleError::NotHeld`], or [`SaleError::TooManyPayments`].
    pub fn begin_payment(
        &self,
        payment: PaymentRecord,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<Self, SaleError> {
        let until = match self.state {
            OrderState::Held { expires_at: until } | OrderState::AwaitingPayment { due_at: until } => until,
            OrderState::Expired { .. } => return Err(SaleError::HoldExpired),
            OrderState::Confirmed { .. } | OrderState::Cancelled { .. } | OrderState::Refunded { .. } => {
                return Err(SaleError::NotHeld);
            }
        };
        if until <= now {
            return Err(SaleError::HoldExpired);
        }
        if self.account.payments.len() >= PAYMENTS_MAX {
            return Err(SaleError::TooManyPayments);
        }
        let mut order = self.clone();
        order.account.payments.push(payment);
        order.state = OrderState::AwaitingPayment {
            due_at: until.max(due_at),
        };
        Ok(order)
    }

    /// The order with what the provider calls the payment, and where the buyer pays; `None` if it is known already.
    pub fn payment_answered(
        &self,
        id: PaymentId,
        reference: &str,
        redirect_url: Option<&str>,
    ) -> Option<Self> {
        let mut order = self.clone();
        let payment = order.account.payment_mut(id)?;
        if payment.provider_reference.as_deref() == Some(reference) {
            return None;
        }
        payment.provider_reference = Some(reference.to_owned());
        payment.redirect_url = redirect_url.map(str::to_owned);
        Some(order)
    }

    /// The order without that payment; it can be paid otherwise until its deadline. `None` if that changes nothing:
    /// what succeeded has not failed, whoever says so and when.
    pub fn payment_failed(&self, id: PaymentId, reason: &str, now: Timestamp) -> Option<Self> {
        let mut order = self.clone();
        let payment = order.account.payment_mut(id)?;
        if !payment.is_pending() {
            return None;
        }
        payment.state = PaymentState::Failed {
            failed_at: now,
            reason: reason.to_owned(),
        };
        let others = order.account.payments.iter().any(PaymentRecord::is_pending);
        if let (OrderState::AwaitingPayment { due_at }, false) = (&order.state, others) {
            order.state = OrderState::Held { expires_at: *due_at };
        }
        Some(order)
    }

    /// What money that came in by a payment makes of the order.
    pub fn payment_received(&self, id: PaymentId, amount: Money, now: Timestamp) -> Received {
        let mut order = self.clone();
        let Some(payment) = order.account.payment_mut(id) else {
            return Received::Known;
        };
        // What failed may succeed in the end: providers let a buyer try again, and their messages overtake each other.
        if matches!(
            payment.state,
            PaymentState::Succeeded { .. } | PaymentState::PutAside { .. }
        ) {
            return Received::Known;
        }
        let currency = amount.currency();
        if payment.amount != amount {
            payment.state = PaymentState::PutAside {
                put_aside_at: now,
                reported: amount,
            };
            let lines = [
                (LedgerAccount::Payments, amount.minor()),
                (LedgerAccount::Suspense, -amount.minor()),
            ];
            order.account.ledger.post(now, currency, &id, &lines);
            return Received::PutAside(order);
        }
        payment.state = PaymentState::Succeeded { paid_at: now };
        let lines = [
            (LedgerAccount::Payments, amount.minor()),
            (LedgerAccount::Receivable, -amount.minor()),
        ];
        order.account.ledger.post(now, currency, &id, &lines);
        match order.state {
            // Swept or not, deadline or not: the places are still set aside, and the change that confirms takes them.
            OrderState::Held { expires_at: due_at } | OrderState::AwaitingPayment { due_at } => {
                order.state = OrderState::AwaitingPayment { due_at };
                Received::Confirms(order)
            }
            OrderState::Confirmed { .. } | OrderState::Refunded { .. } => Received::Twice(order),
            // Its tickets were issued, and cancelled since: it was paid before.
            OrderState::Cancelled { .. } if !order.tickets.is_empty() => Received::Twice(order),
            OrderState::Cancelled { .. } | OrderState::Expired { .. } => Received::Late(order),
        }
    }

    /// The order with money on its way back. What was sold is taken back with it; what never became a sale only goes
    /// back.
    ///
    /// # Errors
    /// [`SaleError::NothingToRefund`] if that much is not there; [`SaleError::TooManyPayments`].
    pub fn request_refund(&self, refund: Refund) -> Result<Self, SaleError> {
        let mut order = self.clone();
        let payment = order.account.payment(refund.payment_id);
        let payment = payment.ok_or(SaleError::NothingToRefund { left: 0 })?;
        let left = order.account.left_of(payment);
        if refund.amount.minor() <= 0 || refund.amount.minor() > left {
            return Err(SaleError::NothingToRefund { left });
        }
        if order.account.refunds.len() >= REFUNDS_MAX {
            return Err(SaleError::TooManyPayments);
        }
        let minor = refund.amount.minor();
        let (currency, at) = (refund.amount.currency(), refund.requested_at);
        if matches!(payment.state, PaymentState::PutAside { .. }) {
            let lines = [
                (LedgerAccount::Suspense, minor),
                (LedgerAccount::Receivable, -minor),
            ];
            order.account.ledger.post(at, currency, &refund.id, &lines);
        } else if order.owes(currency) + minor <= 0 {
            // It was owed already: it came late, or twice.
        } else {
            let tax = order.tax_of_refund(minor);
            let lines = [
                (LedgerAccount::Revenue, minor - tax),
                (LedgerAccount::Tax, tax),
                (LedgerAccount::Receivable, -minor),
            ];
            order.account.ledger.post(at, currency, &refund.id, &lines);
        }
        order.account.refunds.push(refund);
        Ok(order)
    }

    /// The order with that money back; `None` if it was known.
    pub fn refund_succeeded(&self, id: RefundId, now: Timestamp) -> Option<Self> {
        let mut order = self.clone();
        let refund = order.account.refunds.iter_mut().find(|refund| refund.id == id)?;
        if !matches!(refund.state, RefundState::Requested) {
            return None;
        }
        refund.state = RefundState::Succeeded { refunded_at: now };
        let amount = refund.amount;
        let lines = [
            (LedgerAccount::Receivable, amount.minor()),
            (LedgerAccount::Payments, -amount.minor()),
        ];
        order.account.ledger.post(now, amount.currency(), &id, &lines);
        Some(order)
    }

    /// The order whose money did not go back: what the refund wrote down is written back. `None` if it was known.
    pub fn refund_failed(&self, id: RefundId, reason: &str, now: Timestamp) -> Option<Self> {
        let mut order = self.clone();
        let refund = order.account.refunds.iter_mut().find(|refund| refund.id == id)?;
        if !matches!(refund.state, RefundState::Requested) {
            return None;
        }
        refund.state = RefundState::Failed {
            failed_at: now,
            reason: reason.to_owned(),
        };
        let currency = refund.amount.currency();
        let reference = id.to_string();
        let back: Vec<(LedgerAccount, i64)> = order
            .account
            .ledger
            .0
            .iter()
            .filter(|entry| entry.reference == reference)
            .map(|entry| (entry.account, -entry.amount.minor()))
            .collect();
        order.account.ledger.post(now, currency, &id, &back);
        Some(order)
    }

    /// The order with these of its tickets cancelled, and which ones were valid until now.
    ///
    /// # Errors
    /// [`SaleError::NotConfirmed`] in any state but confirmed, [`SaleError::UnknownTicket`] for one it does not have.
    pub fn cancel_tickets(
        &self,
        ids: &[TicketId],
        now: Timestamp,
    ) -> Result<(Self, Vec<TicketId>), SaleError> {
        if let Some(unknown) = ids.iter().find(|id| self.ticket(**id).is_none()) {
            return Err(SaleError::UnknownTicket { id: *unknown });
        }
        let mut order = self.clone();
        let mut cancelled = Vec::new();
        for (number, ticket) in (1..).zip(&mut order.tickets) {
            let id = self.id.ticket(number);
            if ids.contains(&id) && ticket.status != TicketStatus::Cancelled {
                ticket.status = TicketStatus::Cancelled;
                cancelled.push(id);
            }
        }
        if cancelled.is_empty() {
            return Ok((order, cancelled));
        }
        let OrderState::Confirmed { .. } = self.state else {
            return Err(SaleError::NotConfirmed);
        };
        if order.valid_tickets().next().is_none() {
            order.state = OrderState::Cancelled { cancelled_at: now };
        }
        Ok((order, cancelled))
    }

    /// The order as it is called once nothing of it is left: refunded if money went back, else cancelled.
    pub fn named_by_its_money(mut self) -> Self {
        if let OrderState::Cancelled { cancelled_at } = self.state
            && !self.tickets.is_empty()
            && self.account.refunded() > 0
        {
            self.state = OrderState::Refunded {
                refunded_at: cancelled_at,
            };
        }
        self
    }

    /// The tickets that still admit.
    pub fn valid_tickets(&self) -> impl Iterator<Item = TicketId> {
        self.numbered_tickets()
            .filter(|(_, ticket)| ticket.status != TicketStatus::Cancelled)
            .map(|(id, _)| id)
    }

    /// What each ticket cost, in their order: a line's total shared out so that the shares sum to it.
    pub fn ticket_costs(&self) -> Vec<i64> {
        self.lines.iter().flat_map(OrderLine::ticket_totals).collect()
    }

    /// What these of its tickets cost together.
    pub fn cost_of(&self, ids: &[TicketId]) -> i64 {
        let costs = self.numbered_tickets().zip(self.ticket_costs());
        costs
            .filter(|((id, _), _)| ids.contains(id))
            .map(|(_, cost)| cost)
            .sum()
    }

    /// What it moves that these of its tickets were cancelled. With the last of them the use of a promo code goes back.
    pub fn cancellation(&self, ids: &[TicketId]) -> Movements {
        let mut movements = Movements::new();
        for (line, n, cost) in self.counted(|id| ids.contains(&id)) {
            for (pool, movement) in self.line_movements(line, n, cost, Movement::cancel) {
                let sum = movements.entry(pool).or_default();
                *sum = sum.and(movement);
            }
        }
        let last = self.valid_tickets().all(|id| ids.contains(&id));
        if let Some(code) = self.promo_code.as_ref().filter(|_| last) {
            movements.insert(PoolKey::Code(code.id), Movement::cancel(1, 0));
        }
        movements
    }

    /// What each pool must count for the tickets of the order that are still valid.
    pub fn draws_of_tickets(&self) -> Movements {
        let mut draws = Movements::new();
        let valid: Vec<TicketId> = self.valid_tickets().collect();
        for (line, n, cost) in self.counted(|id| valid.contains(&id)) {
            // What was sold of a reserve counts as sold where its places came from as well.
            for (pool, movement) in self.line_movements(line, n, cost, Movement::sell) {
                let sum = draws.entry(pool).or_default();
                *sum = sum.and(Movement { held: 0, ..movement });
            }
        }
        if let Some(code) = self.promo_code.as_ref().filter(|_| !valid.is_empty()) {
            draws.insert(PoolKey::Code(code.id), Movement::sell(1, 0));
        }
        draws
    }

    /// The lines that have tickets which are `meant`, how many, and what those cost.
    fn counted(&self, meant: impl Fn(TicketId) -> bool) -> Vec<(&OrderLine, u32, i64)> {
        let mut tickets = self.numbered_tickets();
        let mut counted = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let own = tickets.by_ref().take(line.quantity as usize);
            let meant = own.zip(line.ticket_totals()).filter(|((id, _), _)| meant(*id));
            let costs: Vec<i64> = meant.map(|(_, cost)| cost).collect();
            if !costs.is_empty() {
                let n = u32::try_from(costs.len()).unwrap_or(line.quantity);
                counted.push((line, n, costs.iter().sum()));
            }
        }
        counted
    }

    /// Writes down what was sold.
    pub(super) fn post_sale(&mut self, now: Timestamp) {
        let (total, tax) = (self.total.minor(), self.tax().minor());
        let lines = [
            (LedgerAccount::Receivable, total),
            (LedgerAccount::Revenue, tax - total),
            (LedgerAccount::Tax, -tax),
        ];
        let (currency, id) = (self.total.currency(), self.id);
        self.account.ledger.post(now, currency, &id, &lines);
    }

    /// What the buyer owes; below zero, what is owed to the buyer and not on its way back yet.
    fn owes(&self, currency: turnout_domain::Currency) -> i64 {
        let under_way: i64 = self
            .account
            .refunds
            .iter()
            .filter(|refund| matches!(refund.state, RefundState::Requested))
            .filter(|refund| refund.amount.currency() == currency)
            .map(|refund| refund.amount.minor())
            .sum();
        self.account.ledger.balance(LedgerAccount::Receivable, currency) + under_way
    }

    /// The tax in so much of what was paid, such that all refunds of an order together give back all of its tax.
    fn tax_of_refund(&self, minor: i64) -> i64 {
        let total = i128::from(self.total.minor());
        if total == 0 {
            return 0;
        }
        let currency = self.total.currency();
        let tax = i128::from(self.tax().minor());
        let kept = -i128::from(self.account.ledger.balance(LedgerAccount::Revenue, currency))
            - i128::from(self.account.ledger.balance(LedgerAccount::Tax, currency));
        let of = |amount: i128| i64::try_from(tax * amount / total).unwrap_or(0);
        of(kept) - of(kept - i128::from(minor))
    }
}

#[cfg(test)]
mod tests;
