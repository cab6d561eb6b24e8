//! What must be true of every history: pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::history::{
    CapacityChange, FinalOrder, FinalState, History, Micros, NEVER, Placed, Purchase, Released, Span, Verdict,
};

/// Everything that does not hold, in words; `grace` is how long after a hold's end its places may still be missing.
pub fn judge(history: &History, end: &FinalState, grace: Micros) -> Vec<String> {
    let mut judge = Judge {
        history,
        end,
        grace,
        by_email: HashMap::new(),
        violations: Vec::new(),
    };
    judge.every_purchase_made_one_order();
    judge.everything_acknowledged_is_there();
    judge.stock_was_never_oversold();
    judge.nobody_was_refused_while_stock_was_free();
    judge.stock_adds_up();
    judge.tickets_were_admitted_once();
    judge.everyone_was_told();
    judge.violations
}

struct Judge<'a> {
    history: &'a History,
    end: &'a FinalState,
    grace: Micros,
    by_email: HashMap<&'a str, &'a FinalOrder>,
    violations: Vec<String>,
}

/// When a purchase has its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Occupancy {
    kind: usize,
    quantity: i64,
    /// In this time it surely has them: empty if it ends before it begins.
    surely: Span,
    /// In this time it may have them.
    perhaps: Span,
}

impl Judge<'_> {
    fn violation(&mut self, words: String) {
        self.violations.push(words);
    }

    /// Invariant 3: however often it was sent.
    fn every_purchase_made_one_order(&mut self) {
        let mut ids = BTreeSet::new();
        for order in &self.end.orders {
            if self.by_email.insert(&order.email, order).is_some() {
                self.violation(format!(
                    "{} has two orders, one of them {}",
                    order.email, order.id
                ));
            }
            ids.insert(order.id.as_str());
        }
        let known: BTreeSet<&str> = self.history.purchases.iter().map(|p| p.email.as_str()).collect();
        for order in &self.end.orders {
            if !known.contains(order.email.as_str()) {
                self.violation(format!("{} is of nobody who asked for one", order.id));
            }
        }
        let contradictions: Vec<String> = self
            .history
            .purchases
            .iter()
            .flat_map(|purchase| purchase.contradictions.iter().cloned())
            .collect();
        self.violations.extend(contradictions);
    }

    /// Invariants 2 and 4: what was answered stands, and a hold past its end never became an order.
    fn everything_acknowledged_is_there(&mut self) {
        for purchase in &self.history.purchases {
            let Some(order_id) = purchase.order_id() else {
                continue;
            };
            let Some(order) = self.by_email.get(purchase.email.as_str()).copied() else {
                self.violation(format!(
                    "{order_id} of {} was acknowledged and is not there",
                    purchase.email
                ));
                continue;
            };
            let kind = &self.history.kinds[purchase.kind];
            if order.id != order_id || order.quantity != purchase.quantity || order.kind != kind.id {
                self.violation(format!(
                    "{order_id} of {} is another order now: {order:?}",
                    purchase.email
                ));
            }
            let paid = purchase.tickets();
            let released = matches!(purchase.release, Some((_, Released::Done)));
            let expected = match (paid.is_some(), released) {
                (true, true) => {
                    self.violation(format!("{order_id} was both confirmed and given back"));
                    continue;
                }
                (true, false) => "confirmed",
                (false, true) => "cancelled",
                (false, false) => "expired",
            };
            // One that was given back after its end is expired all the same.
            let right = order.state == expected || (expected == "cancelled" && order.state == "expired");
            if !right {
                self.violation(format!("{order_id} should be {expected} and is {}", order.state));
            }
            if let Some(tickets) = paid
                && (order.tickets != tickets || count(tickets.len()) != purchase.quantity)
            {
                self.violation(format!("{order_id} has other tickets than were acknowledged"));
            }
            if let (
                Placed::Granted {
                    held_until: Some(until),
                    ..
                },
                Some(confirmed_at),
            ) = (&purchase.place.1, order.confirmed_at)
                && confirmed_at >= *until
            {
                self.violation(format!(
                    "{order_id} was confirmed {} µs after its hold had ended",
                    confirmed_at - until
                ));
            }
        }
    }

    /// When each purchase had its places, as far as its client can know.
    fn occupancies(&self) -> Vec<Occupancy> {
        let occupancy = |purchase: &Purchase| self.occupancy(purchase);
        self.history.purchases.iter().filter_map(occupancy).collect()
    }

    fn occupancy(&self, purchase: &Purchase) -> Option<Occupancy> {
        let (span, placed) = &purchase.place;
        let (surely_until, perhaps_until) = match placed {
            // An earlier attempt, whose answer was lost, may have been granted all the same.
            Placed::SoldOut { .. } => {
                let order = self.by_email.get(purchase.email.as_str())?;
                let until = if order.state == "confirmed" {
                    NEVER
                } else {
                    order.placed_at
                };
                (
                    Micros::MIN,
                    until
                        .saturating_add(self.hold_length())
                        .saturating_add(self.grace),
                )
            }
            Placed::Granted { .. } if purchase.tickets().is_some() => (NEVER, NEVER),
            Placed::Granted { held_until, .. } => {
                let until = held_until.unwrap_or(NEVER);
                let ends = until.saturating_add(self.grace);
                match purchase.release {
                    Some((release, Released::Done)) => (release.asked.min(until), release.answered.min(ends)),
                    _ => (until, ends),
                }
            }
        };
        Some(Occupancy {
            kind: purchase.kind,
            quantity: purchase.quantity,
            surely: Span {
                asked: span.answered,
                answered: surely_until,
            },
            perhaps: Span {
                asked: span.asked,
                answered: perhaps_until,
            },
        })
    }

    /// The longest hold that anyone was granted.
    fn hold_length(&self) -> Micros {
        let length = |purchase: &Purchase| match &purchase.place {
            (
                span,
                Placed::Granted {
                    held_until: Some(until),
                    ..
                },
            ) => Some(until - span.asked),
            _ => None,
        };
        self.history
            .purchases
            .iter()
            .filter_map(length)
            .max()
            .unwrap_or(0)
    }

    /// Invariant 1, at every moment: those who surely had places never had more than there may have been.
    fn stock_was_never_oversold(&mut self) {
        let occupancies = self.occupancies();
        for pool in self.pools() {
            let mut steps: BTreeMap<Micros, i64> = BTreeMap::new();
            for occupancy in occupancies.iter().filter(|o| pool.holds(o.kind)) {
                if occupancy.surely.asked < occupancy.surely.answered {
                    *steps.entry(occupancy.surely.asked).or_default() += occupancy.quantity;
                    *steps.entry(occupancy.surely.answered).or_default() -= occupancy.quantity;
                }
            }
            let mut taken = 0;
            for (at, step) in steps {
                taken += step;
                let most = pool.capacity_at(at).1;
                if taken > most {
                    self.violation(format!(
                        "{} was oversold: {taken} of at most {most} at {at}",
                        pool.name
                    ));
                    break;
                }
            }
        }
    }

    /// A refusal was true at some moment between question and answer.
    fn nobody_was_refused_while_stock_was_free(&mut self) {
        let occupancies = self.occupancies();
        let pools = self.pools();
        for purchase in &self.history.purchases {
            let (span, Placed::SoldOut { left }) = &purchase.place else {
                continue;
            };
            let may_be_true = pools.iter().filter(|pool| pool.holds(purchase.kind)).any(|pool| {
                let others = occupancies.iter().filter(|o| pool.holds(o.kind));
                let others: Vec<&Occupancy> = others.collect();
                moments(*span, &others, &pool.changes).into_iter().any(|at| {
                    let perhaps: i64 = others
                        .iter()
                        .filter(|o| o.perhaps.asked <= at && at <= o.perhaps.answered)
                        .map(|o| o.quantity)
                        .sum();
                    let free_at_least = pool.capacity_at(at).0 - perhaps;
                    free_at_least < purchase.quantity && free_at_least <= *left
                })
            });
            if !may_be_true || *left >= purchase.quantity {
                self.violation(format!(
                    "{} asked for {} and was told that {left} are left, while more were free",
                    purchase.email, purchase.quantity
                ));
            }
        }
    }

    /// Invariant 1, in the end: the counters are what the orders add up to, and nothing is held any more.
    fn stock_adds_up(&mut self) {
        let confirmed = |kind: Option<&str>| -> i64 {
            let orders = self.end.orders.iter().filter(|order| order.state == "confirmed");
            orders
                .filter(|order| kind.is_none_or(|kind| order.kind == kind))
                .map(|order| order.quantity)
                .sum()
        };
        let capacity = self
            .history
            .capacity_changes
            .iter()
            .rfind(|change| change.made)
            .map_or(self.history.capacity, |change| change.to);
        let mut found = Vec::new();
        for pool in &self.end.pools {
            let sold = confirmed(pool.kind.as_deref());
            let of_kind = self
                .history
                .kinds
                .iter()
                .find(|kind| Some(&kind.id) == pool.kind.as_ref());
            let expected = of_kind.map_or(Some(capacity), |kind| kind.quantity);
            let revenue = of_kind.map_or(0, |kind| kind.price * sold);
            // Of a kind, no more can be had than the event has left.
            let own = expected.map(|expected| expected - sold);
            let available = own.into_iter().chain([capacity - confirmed(None)]).min();
            let right = pool.capacity == expected
                && pool.available == available
                && (pool.held, pool.confirmed) == (0, sold)
                && (pool.kind.is_none() || pool.revenue == revenue);
            if !right {
                found.push(format!(
                    "{pool:?} should have capacity {expected:?}, {sold} confirmed, {revenue} revenue, nothing held"
                ));
            }
        }
        self.violations.extend(found);
    }

    /// Invariant 5: the first scan admits, and no other.
    fn tickets_were_admitted_once(&mut self) {
        let mut scans: BTreeMap<&str, (i64, bool)> = BTreeMap::new();
        for scan in &self.history.scans {
            let (admitted, answer_lost) = scans.entry(&scan.ticket).or_default();
            *admitted += i64::from(scan.verdict == Verdict::Admitted);
            *answer_lost |= scan.answer_lost;
        }
        let mut found = Vec::new();
        for (ticket, (admitted, answer_lost)) in &scans {
            if *admitted > 1 {
                found.push(format!("{ticket} was admitted {admitted} times"));
            }
            if *admitted == 0 && !answer_lost {
                found.push(format!(
                    "{ticket} was turned away by everyone, though nobody had admitted it"
                ));
            }
        }
        if self.end.checked_in != count(scans.len()) {
            found.push(format!(
                "{} tickets were shown at the door, {} are counted as admitted",
                scans.len(),
                self.end.checked_in
            ));
        }
        self.violations.extend(found);
    }

    /// Invariant 6: each confirmation took effect once, at registration and at engagement.
    fn everyone_was_told(&mut self) {
        let confirmed = self.end.orders.iter().filter(|order| order.state == "confirmed");
        let participants: i64 = confirmed.map(|order| order.quantity).sum();
        if self.end.participants != participants {
            self.violation(format!(
                "registration counts {} participants, {participants} tickets are confirmed",
                self.end.participants
            ));
        }
        for (person, told) in self.end.notifications.iter().enumerate() {
            let of_person = |purchase: &&Purchase| purchase.person == Some(person);
            let bought = self.history.purchases.iter().filter(of_person);
            let confirmed = count(bought.filter(|purchase| purchase.tickets().is_some()).count());
            if *told != confirmed {
                self.violation(format!(
                    "person {person} was told of {told} confirmations and has {confirmed}"
                ));
            }
        }
    }

    /// The pools of the event with a limit.
    fn pools(&self) -> Vec<Pool> {
        let event = Pool {
            name: "the event".into(),
            kind: None,
            capacity: self.history.capacity,
            changes: self.history.capacity_changes.clone(),
        };
        let kinds = self
            .history
            .kinds
            .iter()
            .enumerate()
            .filter_map(|(number, kind)| {
                Some(Pool {
                    name: kind.id.clone(),
                    kind: Some(number),
                    capacity: kind.quantity?,
                    changes: Vec::new(),
                })
            });
        std::iter::once(event).chain(kinds).collect()
    }
}

/// A number of things, as quantities are written.
fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

/// A limited number of places.
struct Pool {
    name: String,
    /// The kind that draws on it; all do if none.
    kind: Option<usize>,
    capacity: i64,
    changes: Vec<CapacityChange>,
}

impl Pool {
    fn holds(&self, kind: usize) -> bool {
        self.kind.is_none_or(|own| own == kind)
    }

    /// The fewest and the most places that it may have had then.
    fn capacity_at(&self, at: Micros) -> (i64, i64) {
        let (mut least, mut most) = (self.capacity, self.capacity);
        for change in &self.changes {
            if change.span.answered < at && change.made {
                (least, most) = (change.to, change.to);
            } else if change.span.asked <= at && at <= change.span.answered {
                (least, most) = (least.min(change.to), most.max(change.to));
            }
        }
        (least, most)
    }
}

/// The moments in `span` at which something may have been otherwise than just before.
fn moments(span: Span, occupancies: &[&Occupancy], changes: &[CapacityChange]) -> BTreeSet<Micros> {
    let of_orders = occupancies
        .iter()
        .flat_map(|o| [o.perhaps.asked, o.perhaps.answered]);
    let of_changes = changes
        .iter()
        .flat_map(|change| [change.span.asked, change.span.answered]);
    let inside = |at: &Micros| (span.asked..=span.answered).contains(at);
    of_orders
        .chain(of_changes)
        .filter(inside)
        .chain([span.asked, span.answered])
        .collect()
}

#[cfg(test)]
mod tests;
