//! One line of an order: what it costs, and what it draws on.

use serde::{Deserialize, Serialize};
use turnout_domain::{Money, PoolId, TicketTypeId, messages, part_of, shared_out};

use super::stock::{Movement, PoolKey};

/// One line of an order, as it was agreed to when its places were set aside: what changes later does not change it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OrderLine {
    pub ticket_type_id: TicketTypeId,
    /// Its name at that time.
    pub name: String,
    pub quantity: u32,
    /// The price of one that the buyer agreed to.
    pub unit_price: Money,
    /// What is taken off the whole line, in minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub discount: i64,
    /// The tax on the whole line, in minor units.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tax: i64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub tax_rate_basis_points: u32,
    /// Whether the tax is part of the price; else it is added to it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tax_included: bool,
    /// Whether it takes places of the event.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub admission: bool,
    /// The shared pools it draws on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<PoolId>,
    /// Whether it counts towards what one person can have.
    #[serde(default, skip_serializing_if = "is_default")]
    pub per_person: bool,
    /// The line it is an add-on to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_on_for: Option<TicketTypeId>,
}

impl OrderLine {
    /// So many at this price, drawing on the ticket type's own pool and the event's.
    pub fn new(ticket_type_id: TicketTypeId, name: String, quantity: u32, unit_price: Money) -> Self {
        Self {
            ticket_type_id,
            name,
            quantity,
            unit_price,
            discount: 0,
            tax: 0,
            tax_rate_basis_points: 0,
            tax_included: false,
            admission: true,
            pools: Vec::new(),
            per_person: false,
            add_on_for: None,
        }
    }

    /// What its places cost before discount and added tax, in minor units.
    pub fn subtotal(&self) -> i64 {
        self.unit_price.minor() * i64::from(self.quantity)
    }

    /// What is paid for it, in minor units.
    pub fn total(&self) -> i64 {
        let added = if self.tax_included { 0 } else { self.tax };
        self.subtotal() - self.discount + added
    }

    /// What is paid for each of its tickets, in minor units: shared out so that they sum to its total.
    pub fn ticket_totals(&self) -> Vec<i64> {
        shared_out(self.total(), &vec![1; self.quantity as usize])
    }

    /// What is taxed, in minor units: with the tax where it is included, else without it.
    fn taxable(&self) -> i64 {
        self.subtotal() - self.discount
    }

    /// What `n` of it move in the pools that everyone draws on.
    pub fn movements(
        &self,
        n: u32,
        revenue: i64,
        step: impl Fn(u32, i64) -> Movement,
    ) -> Vec<(PoolKey, Movement)> {
        let mut movements = Vec::with_capacity(2 + self.pools.len());
        movements.push((PoolKey::Type(self.ticket_type_id), step(n, revenue)));
        // Revenue is kept by ticket type alone: the other pools are numbers of places.
        if self.admission {
            movements.push((PoolKey::Event, step(n, 0)));
        }
        movements.extend(self.pools.iter().map(|pool| (PoolKey::Shared(*pool), step(n, 0))));
        movements
    }

    /// The line as messages tell of it.
    pub fn told(&self) -> messages::OrderLine {
        messages::OrderLine {
            ticket_type_id: self.ticket_type_id,
            name: self.name.clone(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            discount: self.discount,
            tax: self.tax,
            tax_rate_basis_points: self.tax_rate_basis_points,
            tax_included: self.tax_included,
        }
    }
}

/// Takes `discount` off the lines with a weight, shared out by their weights; a line's weight is what it may lose.
pub(crate) fn discounted(lines: &mut [OrderLine], discount: i64, weights: &[i64]) {
    let discount = discount.min(weights.iter().sum());
    for (line, share) in lines.iter_mut().zip(shared_out(discount, weights)) {
        line.discount = share;
    }
}

/// Works out the tax of the lines: rounded once for all lines of one rate together, then shared out among them, so that
/// what the lines say sums to what the order says.
pub(crate) fn taxed(lines: &mut [OrderLine]) {
    let mut rates: Vec<(u32, bool)> = lines
        .iter()
        .map(|line| (line.tax_rate_basis_points, line.tax_included))
        .filter(|(rate, _)| *rate > 0)
        .collect();
    rates.sort_unstable();
    rates.dedup();
    for (rate, included) in rates {
        let weights: Vec<i64> = lines
            .iter()
            .map(|line| {
                let same = (line.tax_rate_basis_points, line.tax_included) == (rate, included);
                if same { line.taxable() } else { 0 }
            })
            .collect();
        let base: i64 = weights.iter().sum();
        let whole = if included { 10_000 + rate } else { 10_000 };
        let tax = part_of(base, rate, whole);
        for ((line, share), weight) in lines.iter_mut().zip(shared_out(tax, &weights)).zip(&weights) {
            if *weight > 0 {
                line.tax = share;
            }
        }
    }
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_true(flag: &bool) -> bool {
    *flag
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;

    fn line(quantity: u32, minor: i64, rate: u32, included: bool) -> OrderLine {
        let price = Money::price(minor, "EUR".parse().unwrap()).unwrap();
        OrderLine {
            tax_rate_basis_points: rate,
            tax_included: included,
            ..OrderLine::new(TicketTypeId::from_ulid(Ulid(1)), "A".into(), quantity, price)
        }
    }

    #[test]
    fn tax_is_part_of_the_price_or_added_to_it() {
        let mut lines = [line(2, 1250, 2500, true), line(1, 1000, 2500, false)];
        taxed(&mut lines);
        assert_eq!((lines[0].tax, lines[0].total()), (500, 2500));
        assert_eq!((lines[1].tax, lines[1].total()), (250, 1250));
    }

    #[test]
    fn tax_is_rounded_once_for_an_order_and_shared_out() {
        // 7 % of 3 × 0.99 is 0.2079: 0.21 in all, not 3 × 0.07.
        let mut lines = [
            line(1, 99, 700, false),
            line(1, 99, 700, false),
            line(1, 99, 700, false),
        ];
        taxed(&mut lines);
        assert_eq!(lines.each_ref().map(|line| line.tax), [7, 7, 7]);
        // 19 % of 2 × 0.05 is 0.019: one of the two says it.
        let mut lines = [line(1, 5, 1900, false), line(1, 5, 1900, false)];
        taxed(&mut lines);
        assert_eq!(lines.each_ref().map(|line| line.tax), [1, 1]);
        let mut lines = [line(1, 5, 1000, false), line(1, 5, 1000, false)];
        taxed(&mut lines);
        assert_eq!(lines.each_ref().map(|line| line.tax), [1, 0]);
    }

    proptest! {
        #[test]
        fn discounts_and_taxes_of_lines_sum_to_those_of_the_order(
            parts in proptest::collection::vec((1..=100_u32, 0..=1_000_000_i64, 0..4_u32, any::<bool>()), 1..20),
            discount in 0..=2_000_000_i64,
        ) {
            let mut lines: Vec<OrderLine> = parts
                .iter()
                .map(|(quantity, minor, rate, included)| line(*quantity, *minor, rate * 700, *included))
                .collect();
            let weights: Vec<i64> = lines.iter().map(OrderLine::subtotal).collect();
            discounted(&mut lines, discount, &weights);
            taxed(&mut lines);
            let all: i64 = weights.iter().sum();
            prop_assert_eq!(lines.iter().map(|line| line.discount).sum::<i64>(), discount.min(all));
            for rate in 1..4_u32 {
                for included in [false, true] {
                    let of_rate = |line: &&OrderLine| (line.tax_rate_basis_points, line.tax_included) == (rate * 700, included);
                    let base: i64 = lines.iter().filter(of_rate).map(OrderLine::taxable).sum();
                    let tax: i64 = lines.iter().filter(of_rate).map(|line| line.tax).sum();
                    let whole = if included { 10_000 + rate * 700 } else { 10_000 };
                    prop_assert_eq!(tax, part_of(base, rate * 700, whole));
                }
            }
            for line in &lines {
                prop_assert!(line.discount >= 0 && line.discount <= line.subtotal() && line.tax >= 0);
                let tickets = line.ticket_totals();
                prop_assert_eq!(tickets.len(), line.quantity as usize);
                prop_assert_eq!(tickets.iter().sum::<i64>(), line.total());
            }
        }
    }
}
