//! What of an order goes into which file.

use std::collections::BTreeMap;

use jiff::Timestamp;
use turnout_domain::{EventId, TicketId, TicketTypeId};
use turnout_store::{Cursor, Item, KEYS_MAX, Page, Query, Read, StoreError};

use super::cell::{Cell, Row};
use crate::TABLE;
use crate::Ticketing;
use crate::door::{CheckIn, LIST_DEFAULT, check_in_key, list_key};
use crate::items;
use crate::model::{Offer, Order, OrderState, TicketStatus};

pub(super) const ORDERS: &[&str] = &[
    "order_id",
    "state",
    "placed_at_utc",
    "confirmed_at_utc",
    "buyer_name",
    "buyer_email",
    "tickets",
    "items",
    "promo_code",
    "discount",
    "tax",
    "total",
    "currency",
];
pub(super) const TICKETS: &[&str] = &[
    "ticket_id",
    "order_id",
    "ticket_type",
    "status",
    "attendee_name",
    "attendee_email",
    "buyer_name",
    "buyer_email",
    "unit_price",
    "currency",
    "issued_at_utc",
    "checked_in_at_utc",
];
pub(super) const CHECK_INS: &[&str] = &[
    "ticket_id",
    "order_id",
    "ticket_type",
    "attendee_name",
    "attendee_email",
    "list",
    "admitted_at_utc",
];
pub(super) const PAYMENTS: &[&str] = &[
    "order_id",
    "paid_at_utc",
    "buyer_name",
    "buyer_email",
    "amount",
    "currency",
];

/// The most check-in lists of an event that are looked through.
const LISTS_MAX: usize = 100;

/// When tickets were admitted, by ticket and list.
pub(super) type Admissions = BTreeMap<TicketId, Vec<(String, Timestamp)>>;

impl Ticketing {
    /// An event's orders, the oldest first: those placed while the export runs come last.
    pub(super) async fn orders_of_event_from_the_first(
        &self,
        event: EventId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<Order>, Option<Cursor>), StoreError> {
        let query = items::event_orders_query(event).limit(limit).after(cursor);
        let Page { items, next } = self.store.query(query).await?;
        let orders = items.iter().map(Item::parse).collect::<Result<_, _>>()?;
        Ok((orders, next))
    }

    /// When the tickets of these orders were admitted, at every list of the event.
    pub(super) async fn admissions_at_all_lists(
        &self,
        event: EventId,
        orders: &[Order],
    ) -> Result<Admissions, StoreError> {
        let lists = Query::partition(TABLE, list_key(event, LIST_DEFAULT).partition).limit(LISTS_MAX);
        let lists = self.store.query(lists).await?.items;
        let names: Vec<&str> = lists.iter().map(|list| list.key.sort.as_str()).collect();
        let tickets = orders.iter().flat_map(Order::numbered_tickets).map(|(id, _)| id);
        let wanted: Vec<(TicketId, &str)> = tickets
            .flat_map(|ticket| names.iter().map(move |name| (ticket, *name)))
            .collect();
        let mut admissions = Admissions::new();
        for wanted in wanted.chunks(KEYS_MAX) {
            let keys: Vec<_> = wanted
                .iter()
                .map(|(ticket, list)| check_in_key(*ticket, list))
                .collect();
            let found = self.store.get_many(&keys, Read::Eventual).await?;
            for ((ticket, list), item) in wanted.iter().zip(found) {
                let check_in: Option<CheckIn> = item.map(|item| item.parse()).transpose()?;
                if let Some(at) = check_in.and_then(|check_in| check_in.admitted_at) {
                    admissions
                        .entry(*ticket)
                        .or_default()
                        .push(((*list).to_owned(), at));
                }
            }
        }
        Ok(admissions)
    }
}

fn confirmed_at(order: &Order) -> Option<Timestamp> {
    match order.state {
        OrderState::Confirmed { confirmed_at } => Some(confirmed_at),
        _ => None,
    }
}

fn state(order: &Order) -> &'static str {
    match order.state {
        OrderState::Held { .. } => "held",
        OrderState::AwaitingPayment { .. } => "awaiting_payment",
        OrderState::Refunded { .. } => "refunded",
        OrderState::Confirmed { .. } => "confirmed",
        OrderState::Cancelled { .. } => "cancelled",
        OrderState::Expired { .. } => "expired",
    }
}

pub(super) fn orders(orders: &[Order]) -> Vec<Row> {
    let row = |order: &Order| {
        let currency = order.total.currency();
        let lines = order.lines.iter();
        let items: Vec<String> = lines
            .clone()
            .map(|line| format!("{} × {}", line.quantity, line.name))
            .collect();
        vec![
            Cell::text(order.id),
            Cell::text(state(order)),
            Cell::At(order.placed_at),
            Cell::at(confirmed_at(order)),
            Cell::text(&order.buyer.name),
            Cell::text(&order.buyer.email),
            Cell::Number(order.quantity().into()),
            Cell::text(items.join("; ")),
            order
                .promo_code
                .as_ref()
                .map_or(Cell::Empty, |code| Cell::text(&code.code)),
            Cell::Amount(lines.clone().map(|line| line.discount).sum(), currency),
            Cell::Amount(lines.map(|line| line.tax).sum(), currency),
            Cell::Amount(order.total.minor(), currency),
            Cell::text(currency.code()),
        ]
    };
    orders.iter().map(row).collect()
}

pub(super) fn payments(orders: &[Order]) -> Vec<Row> {
    let paid = orders.iter().filter(|order| !order.total.is_zero());
    let row = |order: &Order| {
        let paid_at = confirmed_at(order)?;
        Some(vec![
            Cell::text(order.id),
            Cell::At(paid_at),
            Cell::text(&order.buyer.name),
            Cell::text(&order.buyer.email),
            Cell::Amount(order.total.minor(), order.total.currency()),
            Cell::text(order.total.currency().code()),
        ])
    };
    paid.filter_map(row).collect()
}

pub(super) fn tickets(orders: &[Order], offer: &Offer, admissions: &Admissions) -> Vec<Row> {
    let row = |(order, person): (&Order, Person<'_>)| {
        let line = order.lines.iter().find(|line| line.ticket_type_id == person.of);
        let admitted = admissions.get(&person.ticket).and_then(|at| {
            let main = at.iter().find(|(list, _)| list == LIST_DEFAULT);
            main.or(at.first()).map(|(_, at)| *at)
        });
        vec![
            Cell::text(person.ticket),
            Cell::text(order.id),
            Cell::text(type_name(order, offer, person.of)),
            Cell::text(person.status),
            Cell::text(person.name),
            Cell::text(person.email),
            Cell::text(&order.buyer.name),
            Cell::text(&order.buyer.email),
            line.map_or(Cell::Empty, |line| {
                Cell::Amount(line.unit_price.minor(), line.unit_price.currency())
            }),
            Cell::text(order.total.currency().code()),
            Cell::at(confirmed_at(order)),
            Cell::at(admitted),
        ]
    };
    persons(orders).map(row).collect()
}

pub(super) fn check_ins(orders: &[Order], offer: &Offer, admissions: &Admissions) -> Vec<Row> {
    let rows = persons(orders).flat_map(|(order, person)| {
        let admitted = admissions.get(&person.ticket).into_iter().flatten();
        admitted.map(move |(list, at)| {
            vec![
                Cell::text(person.ticket),
                Cell::text(order.id),
                Cell::text(type_name(order, offer, person.of)),
                Cell::text(person.name),
                Cell::text(person.email),
                Cell::text(list),
                Cell::At(*at),
            ]
        })
    });
    rows.collect()
}

/// A ticket, and who it admits.
#[derive(Clone, Copy)]
struct Person<'a> {
    ticket: TicketId,
    of: TicketTypeId,
    status: &'static str,
    name: &'a str,
    email: &'a str,
}

fn persons(orders: &[Order]) -> impl Iterator<Item = (&Order, Person<'_>)> {
    orders.iter().flat_map(|order| {
        order.numbered_tickets().map(move |(id, ticket)| {
            let status = match ticket.status {
                TicketStatus::Valid => "valid",
                TicketStatus::Cancelled => "cancelled",
                TicketStatus::Transferred => "transferred",
            };
            let attendee = ticket.attendee.as_ref().unwrap_or(&order.buyer);
            let person = Person {
                ticket: id,
                of: ticket.ticket_type_id,
                status,
                name: &attendee.name,
                email: attendee.email.as_str(),
            };
            (order, person)
        })
    })
}

/// The name it was sold by.
fn type_name<'a>(order: &'a Order, offer: &'a Offer, id: TicketTypeId) -> &'a str {
    let line = order.lines.iter().find(|line| line.ticket_type_id == id);
    line.map(|line| line.name.as_str())
        .or_else(|| {
            offer
                .ticket_types
                .get(&id)
                .map(|ticket_type| ticket_type.name.as_str())
        })
        .unwrap_or_default()
}
