//! Verifies the invariants over everything that ticketing has stored: the operator's proof that nothing was oversold,
//! lost or counted twice.

use std::collections::{BTreeMap, BTreeSet};

use turnout_domain::{EventId, OrderId, PaymentId, PoolId, PromoCodeId, RefundId, TicketId, TicketTypeId};
use turnout_store::{Item, Store, StoreError};

use crate::TABLE;
use crate::door::{CheckIn, GateLink, Tally as DoorTally, tally_of};
use crate::insight::Sums;
use crate::items::Errand;
use crate::model::{
    EventCopy, Movement, Order, OrderState, OrderTicket, PaymentSettings, PersonKey, PoolKey, Reserve, Stock,
};
use crate::payments::SandboxPayment;
use crate::waitlist::Lists;

mod money;

/// How many items are read at a time.
const PAGE: usize = 1000;

/// What was looked at, and what does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many events.
    pub events: u64,
    /// How many orders.
    pub orders: u64,
    /// How many valid tickets.
    pub tickets: u64,
    /// How many admissions.
    pub check_ins: u64,
    /// In words: every invariant that does not hold, and where.
    pub violations: Vec<String>,
}

/// What a pool says, and what the orders that draw on it add up to.
#[derive(Default)]
struct Pool {
    said: Option<Stock>,
    held: i64,
    confirmed: i64,
    revenue: i64,
}

#[derive(Default)]
struct Tally {
    report: Report,
    /// How many ticket types, shared pools, questions and promo codes each event says it has; then how many there are.
    events: BTreeMap<EventId, [u32; 4]>,
    ticket_types: BTreeMap<EventId, u32>,
    shared_pools: BTreeMap<EventId, u32>,
    questions: BTreeMap<EventId, u32>,
    promo_codes: BTreeMap<EventId, u32>,
    pools: BTreeMap<(EventId, PoolKey), Pool>,
    /// By event and list: what the list's counters say, and what its check-ins add up to.
    lists: BTreeMap<(EventId, String), (DoorTally, DoorTally)>,
    /// A check-in's event is known from its ticket's order, and how many tickets that has.
    orders: BTreeMap<OrderId, (EventId, usize)>,
    check_ins: Vec<(TicketId, String, DoorTally)>,
    waitlists: Lists,
    insight: Sums,
    /// What is looked after, and the payments and refunds that orders have.
    payments_named: Vec<Errand>,
    payments: BTreeSet<(OrderId, PaymentId, Option<RefundId>)>,
}

/// Reads the whole table once and compares. Nothing may write meanwhile, or what is read is of several moments.
///
/// # Errors
/// If the store cannot be read.
pub async fn check(store: &dyn Store) -> Result<Report, StoreError> {
    let mut tally = Tally::default();
    let mut after = None;
    loop {
        let page = store.scan(TABLE, after, PAGE).await?;
        for item in &page.items {
            if let Err(error) = tally.add(item) {
                tally.report.violations.push(error.to_string());
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(tally.judged());
        }
    }
}

impl Tally {
    fn add(&mut self, item: &Item) -> Result<(), StoreError> {
        let (kind, id) = item
            .key
            .partition
            .split_once('#')
            .unwrap_or((&item.key.partition, ""));
        match kind {
            "event" => self.add_of_event(item, id),
            "order" => self.add_order(&item.parse()?),
            "codes" => self.add_of_codes(item, id)?,
            "person" => self.add_person(item, id),
            "lists" => match id.parse() {
                Ok(event) => {
                    let list = self.lists.entry((event, item.key.sort.clone()));
                    list.or_default().0 = tally_of(item);
                }
                Err(_) => self.violation(format!("{} is of no event", item.key)),
            },
            "checkin" => match id.parse() {
                Ok(ticket) => self.add_check_in(ticket, item, &item.parse()?),
                Err(_) => self.violation(format!("{} is of no ticket", item.key)),
            },
            "gate" => drop(item.parse::<GateLink>()?),
            "payment" => self.payments_named.push(item.parse()?),
            "payment-settings" => drop(item.parse::<PaymentSettings>()?),
            "sandbox" => drop(item.parse::<SandboxPayment>()?),
            "key" | "lease" => {}
            _ if self.insight.add(item, kind, id) => {}
            _ if self.waitlists.add(item, kind, id)? => {}
            _ => self.violation(format!("{} is an item of no known kind", item.key)),
        }
        Ok(())
    }

    fn add_of_event(&mut self, item: &Item, id: &str) {
        let Ok(event) = id.parse::<EventId>() else {
            return self.violation(format!("{} is of no event", item.key));
        };
        let (kind, name) = item.key.sort.split_once('#').unwrap_or((&item.key.sort, ""));
        match kind {
            "event" => match item.parse::<EventCopy>() {
                Ok(copy) => {
                    self.report.events += 1;
                    self.waitlists.add_event(&copy);
                    // Draws nothing yet, and must have its pool all the same.
                    self.pool(event, PoolKey::Event);
                    self.events.insert(
                        event,
                        [copy.ticket_types, copy.pools, copy.questions, copy.promo_codes],
                    );
                }
                Err(error) => self.violation(error.to_string()),
            },
            "pool" => self.pool(event, PoolKey::Event).said = Some(Stock::read(item)),
            "type" => match name.parse::<TicketTypeId>() {
                Ok(ticket_type) => {
                    *self.ticket_types.entry(event).or_default() += 1;
                    self.pool(event, PoolKey::Type(ticket_type)).said = Some(Stock::read(item));
                }
                Err(_) => self.violation(format!("{} is of no ticket type", item.key)),
            },
            "shared" => match name.parse::<PoolId>() {
                Ok(pool) => {
                    *self.shared_pools.entry(event).or_default() += 1;
                    self.pool(event, PoolKey::Shared(pool)).said = Some(Stock::read(item));
                }
                Err(_) => self.violation(format!("{} is of no pool", item.key)),
            },
            "question" => *self.questions.entry(event).or_default() += 1,
            _ => self.violation(format!("{} is an item of no known kind", item.key)),
        }
    }

    fn add_check_in(&mut self, ticket: TicketId, item: &Item, check_in: &CheckIn) {
        let tally = check_in.tally();
        self.report.check_ins += u64::from(check_in.admitted_at.is_some());
        if !check_in.follows_from_its_scans() {
            self.violation(format!("{} says {tally:?}; its scans say otherwise", item.key));
        }
        self.check_ins.push((ticket, item.key.sort.clone(), tally));
    }

    fn add_order(&mut self, order: &Order) {
        self.report.orders += 1;
        self.waitlists.add_order(order);
        self.orders
            .insert(order.id, (order.event_id, order.tickets.len()));
        self.violations_of_tickets(order);
        self.add_money(order);
        self.report.tickets += order.valid_tickets().count() as u64;
        let held = order.lapses_at().is_some();
        let draws = if held {
            order.draws(|n, _| Movement::hold(n))
        } else {
            order.draws_of_tickets()
        };
        // What is over counts nowhere; its promo code may be gone by now.
        for (pool, movement) in draws
            .into_iter()
            .filter(|(_, movement)| *movement != Movement::default())
        {
            let pool = self.pool(order.event_id, pool);
            pool.held += movement.held;
            pool.confirmed += movement.confirmed;
            pool.revenue += movement.revenue;
        }
    }

    /// A confirmed order has the tickets of its lines and at least one that is valid; others have none that is.
    fn violations_of_tickets(&mut self, order: &Order) {
        let confirmed = matches!(order.state, OrderState::Confirmed { .. });
        let issued = confirmed || !order.tickets.is_empty();
        let should = if issued { order.quantity() as usize } else { 0 };
        let has = order.tickets.len();
        if has != should {
            self.violation(format!("{} has {has} tickets and should have {should}", order.id));
        }
        let valid = order.valid_tickets().count();
        if confirmed != (valid > 0) {
            self.violation(format!(
                "{} has {valid} valid tickets and is {:?}",
                order.id, order.state
            ));
        }
        for line in order.lines.iter().filter(|_| issued) {
            let of_type = |ticket: &&OrderTicket| ticket.ticket_type_id == line.ticket_type_id;
            if order.tickets.iter().filter(of_type).count() != line.quantity as usize {
                self.violation(format!(
                    "{} has other tickets of {} than it should",
                    order.id, line.ticket_type_id
                ));
            }
        }
    }

    /// Places that are set aside for a promo code count as held in the pools they came from, until someone holds them.
    fn add_of_codes(&mut self, item: &Item, id: &str) -> Result<(), StoreError> {
        let Ok(event) = id.parse::<EventId>() else {
            self.violation(format!("{} is of no event", item.key));
            return Ok(());
        };
        let (kind, name) = item.key.sort.split_once('#').unwrap_or((&item.key.sort, ""));
        match (kind, name.parse::<PromoCodeId>()) {
            ("code", Ok(code)) => {
                *self.promo_codes.entry(event).or_default() += 1;
                self.pool(event, PoolKey::Code(code)).said = Some(Stock::read(item));
            }
            ("reserve", Ok(code)) => {
                let stock = Stock::read(item);
                self.pool(event, PoolKey::Reserved(code)).said = Some(stock);
                for pool in item.parse::<Reserve>()?.drawn_on() {
                    self.pool(event, pool).held += stock.available.unwrap_or(0);
                }
            }
            ("name", Err(_)) => {}
            _ => self.violation(format!("{} is an item of no known kind", item.key)),
        }
        Ok(())
    }

    fn add_person(&mut self, item: &Item, id: &str) {
        let ids = id.split_once('#').and_then(|(event, person)| {
            Some((event.parse().ok()?, PersonKey::try_from(person.to_owned()).ok()?))
        });
        match (ids, item.key.sort.parse()) {
            (Some((event, person)), Ok(ticket_type)) => {
                self.pool(event, PoolKey::Person(ticket_type, person)).said = Some(Stock::read(item));
            }
            _ => self.violation(format!("{} is of no person or ticket type", item.key)),
        }
    }

    fn pool(&mut self, event: EventId, pool: PoolKey) -> &mut Pool {
        self.pools.entry((event, pool)).or_default()
    }

    fn violation(&mut self, words: String) {
        self.report.violations.push(words);
    }

    fn judged(mut self) -> Report {
        for ((event, key), pool) in std::mem::take(&mut self.pools) {
            let name = match key {
                PoolKey::Event => format!("the pool of {event}"),
                PoolKey::Type(ticket_type) => format!("the pool of {ticket_type} of {event}"),
                PoolKey::Shared(pool) => format!("{pool} of {event}"),
                PoolKey::Code(code) => format!("the uses of {code} of {event}"),
                PoolKey::Reserved(code) => format!("the reserve of {code} of {event}"),
                PoolKey::Person(ticket_type, person) => {
                    format!("what {person} has of {ticket_type} of {event}")
                }
            };
            let Some(said) = pool.said else {
                self.violation(format!("{name} is not there, but it is drawn on"));
                continue;
            };
            if !said.adds_up() {
                self.violation(format!("{name} does not add up: {said:?}"));
            }
            let sums = (pool.held, pool.confirmed, pool.revenue);
            if (said.held, said.confirmed, said.revenue) != sums {
                self.violation(format!(
                    "{name} says {said:?}; its orders say held, confirmed, revenue {sums:?}"
                ));
            }
        }
        for (event, said) in std::mem::take(&mut self.events) {
            let counts = [
                (&mut self.ticket_types, "ticket types"),
                (&mut self.shared_pools, "shared pools"),
                (&mut self.questions, "questions"),
                (&mut self.promo_codes, "promo codes"),
            ];
            let there = counts.map(|(counts, what)| (counts.remove(&event).unwrap_or(0), what));
            for (said, (there, what)) in said.into_iter().zip(there) {
                if said != there {
                    self.violation(format!("{event} says it has {said} {what}; there are {there}"));
                }
            }
        }
        for event in std::mem::take(&mut self.ticket_types).into_keys() {
            self.violation(format!("{event} has ticket types, but is not there itself"));
        }
        for errand in std::mem::take(&mut self.payments_named) {
            let named = (errand.order_id, errand.payment_id, errand.refund_id);
            if !self.payments.contains(&named) {
                self.violation(format!("{} is looked after, but no order has it", errand.key()));
            }
        }
        for (ticket, list, tally) in std::mem::take(&mut self.check_ins) {
            let order = self.orders.get(&ticket.order());
            let numbers = |tickets: usize| {
                (1_u16..)
                    .take(tickets)
                    .map(|number| ticket.order().ticket(number))
            };
            match order.filter(|(_, tickets)| numbers(*tickets).any(|own| own == ticket)) {
                Some((event, _)) => {
                    let (_, sums) = self.lists.entry((*event, list)).or_default();
                    sums.admitted += tally.admitted;
                    sums.inside += tally.inside;
                    sums.conflicts += tally.conflicts;
                }
                None => self.violation(format!("{ticket} was admitted at {list}, but no order has it")),
            }
        }
        for ((event, list), (said, there)) in std::mem::take(&mut self.lists) {
            for (words, said, there) in [
                (
                    "admitted {said}; there are {there} check-ins",
                    said.admitted,
                    there.admitted,
                ),
                (
                    "has {said} inside; by its check-ins {there} are",
                    said.inside,
                    there.inside,
                ),
                (
                    "has {said} conflicts; its check-ins have {there}",
                    said.conflicts,
                    there.conflicts,
                ),
            ] {
                if said != there {
                    let words = words
                        .replace("{said}", &said.to_string())
                        .replace("{there}", &there.to_string());
                    self.violation(format!("list {list} of {event} says it {words}"));
                }
            }
        }
        self.report.violations.extend(self.waitlists.violations());
        self.report.violations.extend(self.insight.violations());
        self.report
    }
}
