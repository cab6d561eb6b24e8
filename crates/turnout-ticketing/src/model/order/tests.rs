use proptest::prelude::*;
use turnout_domain::Currency;
use ulid::Ulid;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn line(number: u128, name: &str, quantity: u32, minor: i64) -> OrderLine {
    let currency: Currency = "EUR".parse().unwrap();
    let price = Money::price(minor, currency).unwrap();
    OrderLine::new(
        TicketTypeId::from_ulid(Ulid(number)),
        name.into(),
        quantity,
        price,
    )
}

/// An order that is held for ten seconds.
fn held(lines: Vec<OrderLine>) -> Order {
    Order {
        id: OrderId::rounding(Ulid(9 << 64)),
        event_id: EventId::from_ulid(Ulid(1)),
        state: OrderState::Held { expires_at: at(10) },
        total: Money::zero("EUR".parse().unwrap()),
        promo_code: None,
        answers: Vec::new(),
        attendees: Vec::new(),
        person: None,
        renewed: false,
        incomplete: false,
        lines,
        buyer: Buyer {
            email: "ada@example.org".parse().unwrap(),
            name: "Ada".into(),
        },
        user_id: None,
        placed_at: at(0),
        tickets: Vec::new(),
        fingerprint: String::new(),
        waitlist_entry: None,
        account: Account::default(),
    }
}

/// What a step makes of an order, in a word.
fn word(result: Result<Order, SaleError>) -> &'static str {
    match result {
        Ok(order) => match order.state {
            OrderState::Held { .. } => "held",
            OrderState::Confirmed { .. } => "confirmed",
            OrderState::Cancelled { .. } => "cancelled",
            OrderState::Expired { .. } => "expired",
            OrderState::AwaitingPayment { .. } => "awaiting payment",
            OrderState::Refunded { .. } => "refunded",
        },
        Err(SaleError::HoldExpired) => "hold expired",
        Err(SaleError::NotHeld) => "not held",
        Err(_) => "something else",
    }
}

#[test]
fn every_state_allows_what_it_allows() {
    let order = held(vec![line(1, "A", 2, 0)]);
    let table = [
        // The state, the second, what confirming makes of it, and what releasing does.
        (
            OrderState::Held { expires_at: at(10) },
            9,
            "confirmed",
            "cancelled",
        ),
        (
            OrderState::Held { expires_at: at(10) },
            10,
            "hold expired",
            "expired",
        ),
        (
            OrderState::Confirmed { confirmed_at: at(5) },
            9,
            "not held",
            "not held",
        ),
        (
            OrderState::Cancelled { cancelled_at: at(5) },
            9,
            "not held",
            "not held",
        ),
        (
            OrderState::Expired { expired_at: at(11) },
            12,
            "hold expired",
            "not held",
        ),
    ];
    for (state, second, confirmed, released) in table {
        let order = Order {
            state,
            ..order.clone()
        };
        assert_eq!(word(order.confirm(at(second))), confirmed, "{order:?}");
        assert_eq!(word(order.release(at(second))), released, "{order:?}");
    }
}

#[test]
fn a_confirmed_order_has_a_ticket_a_place_and_a_held_one_none() {
    let order = held(vec![line(1, "A", 2, 1250), line(2, "B", 1, 0)]);
    assert_eq!(order.numbered_tickets().count(), 0);
    let order = order.confirm(at(1)).unwrap();
    let types: Vec<u128> = order
        .tickets
        .iter()
        .map(|ticket| ticket.ticket_type_id.ulid().0)
        .collect();
    assert_eq!(types, [1, 1, 2]);
    for (number, (id, ticket)) in (1..).zip(order.numbered_tickets()) {
        assert_eq!(id, order.id.ticket(number));
        assert_eq!(order.ticket(id), Some(ticket));
    }
    assert_eq!(order.ticket(order.id.ticket(4)), None);
    assert_eq!(order.ticket(TicketId::from_ulid(Ulid(1))), None);
}

#[test]
fn an_order_moves_its_own_pools_and_the_events() {
    let order = held(vec![line(1, "A", 2, 1250), line(2, "B", 1, 500)]);
    let pool = |number| PoolKey::Type(TicketTypeId::from_ulid(Ulid(number)));
    let movements = order.movements(Movement::confirm);
    assert_eq!(movements[&pool(1)], Movement::confirm(2, 2500));
    assert_eq!(movements[&pool(2)], Movement::confirm(1, 500));
    assert_eq!(movements[&PoolKey::Event], Movement::confirm(3, 0));
    assert_eq!(movements.len(), 3);
}

proptest! {
    #[test]
    fn its_message_is_never_larger_than_it_says(
        names in proptest::collection::vec("[\"\\\\a-z\u{e9}\u{1F3AB}]{1,100}", 1..20),
        buyer in "[\"\\\\a-z\u{1F3AB}]{1,100}",
        quantity in 1..=50_u32,
        minor in 0..=1_000_000_000_000_i64,
    ) {
        let lines = names
            .iter()
            .map(|name| OrderLine {
                discount: minor,
                tax: minor,
                tax_rate_basis_points: 10_000,
                tax_included: true,
                ..line(u128::MAX, name, quantity.min(5), minor)
            })
            .collect();
        let mut order = held(lines);
        order.buyer.name = buyer;
        let order = order.confirm(at(1)).unwrap();
        let message = turnout_domain::messages::OrderConfirmed {
            order_id: order.id,
            event_id: order.event_id,
            user_id: Some(UserId::from_ulid(Ulid(u128::MAX))),
            buyer_email: order.buyer.email.clone(),
            buyer_name: order.buyer.name.clone(),
            lines: order.lines.iter().map(OrderLine::told).collect(),
            tickets: order.numbered_tickets().map(|(id, _)| id).collect(),
            total: order.total,
            confirmed_at: at(1),
            at_once: false,
        };
        let bytes = serde_json::to_string(&message).unwrap().len() + 160;
        prop_assert!(bytes <= order.message_bytes_max(), "{bytes}");
    }
}
