use turnout_domain::{Money, OrderId};

use super::*;
use crate::model::{Account, Buyer};

fn order(state: OrderState, user: Option<UserId>) -> Order {
    Order {
        id: OrderId::rounding(Ulid(5 << 10)),
        event_id: EventId::from_ulid(Ulid(1)),
        state,
        lines: Vec::new(),
        total: Money::zero("EUR".parse().unwrap()),
        promo_code: None,
        answers: Vec::new(),
        attendees: Vec::new(),
        person: None,
        renewed: false,
        incomplete: false,
        buyer: Buyer {
            email: "ada@example.org".parse().unwrap(),
            name: "Ada".into(),
        },
        user_id: user,
        placed_at: "2027-01-15T12:00:00.0009Z".parse().unwrap(),
        tickets: Vec::new(),
        fingerprint: String::new(),
        waitlist_entry: None,
        account: Account::default(),
    }
}

fn index(order: &Order) -> [Option<(String, String)>; 2] {
    order_item(order)
        .indexes
        .map(|key| key.map(|key| (key.partition, key.sort)))
}

#[test]
fn instants_sort_as_text() {
    let texts = [
        "1969-12-31T00:00:00Z",
        "2001-09-09T01:46:40Z",
        "2027-01-15T12:00:00.001Z",
        "9999-12-30T00:00:00Z",
    ]
    .map(|text| sortable(text.parse().unwrap()));
    assert_eq!(texts[2], "001800014400001");
    assert!(texts.is_sorted());
    assert!(texts.iter().all(|text| text.len() == texts[0].len()), "{texts:?}");
}

#[test]
fn an_order_is_found_by_its_event_and_by_its_hold_or_its_buyer() {
    let user = UserId::from_ulid(Ulid(2));
    let at: Timestamp = "2027-01-15T12:10:00Z".parse().unwrap();
    let placed = "001800014400000#ord_00000000000000000000000500".to_owned();
    let of_event = Some((
        "event-orders#evt_00000000000000000000000001".to_owned(),
        placed.clone(),
    ));
    let held = OrderState::Held { expires_at: at };
    let due = Some(("hold-expiry#1".to_owned(), "001800015000000".to_owned()));
    for buyer in [None, Some(user)] {
        assert_eq!(
            index(&order(held.clone(), buyer)),
            [due.clone(), of_event.clone()]
        );
    }
    let awaiting = OrderState::AwaitingPayment { due_at: at };
    assert_eq!(index(&order(awaiting, Some(user))), [due, of_event.clone()]);
    let confirmed = OrderState::Confirmed { confirmed_at: at };
    let of_buyer = Some(("buyer#usr_00000000000000000000000002".to_owned(), placed));
    assert_eq!(
        index(&order(confirmed.clone(), Some(user))),
        [of_buyer, of_event.clone()]
    );
    for state in [
        confirmed,
        OrderState::Cancelled { cancelled_at: at },
        OrderState::Expired { expired_at: at },
        OrderState::Refunded { refunded_at: at },
    ] {
        assert_eq!(index(&order(state, None)), [None, of_event.clone()]);
    }
}

#[test]
fn holds_are_spread_over_their_shards() {
    let mut shards = [0; EXPIRY_SHARDS as usize];
    for number in 0..400_u128 {
        shards[expiry_shard(OrderId::rounding(Ulid(number << 10))) as usize] += 1;
    }
    assert_eq!(shards, [100; 4]);
}

#[test]
fn a_pool_is_only_taken_from_where_it_is_limited() {
    let event = EventId::from_ulid(Ulid(1));
    let update = |movement, limited| pool_update(event, PoolKey::Event, movement, limited);
    let limited = update(Movement::hold(3), true);
    assert_eq!(limited.conditions, [Condition::AtLeast(AVAILABLE, 3)]);
    assert_eq!(
        limited.add.into_iter().collect::<Vec<_>>(),
        [(AVAILABLE, -3), (HELD, 3)]
    );
    let unlimited = update(Movement::hold(3), false);
    assert!(unlimited.conditions.is_empty());
    assert_eq!(unlimited.add.into_iter().collect::<Vec<_>>(), [(HELD, 3)]);
    // Places are not sold that nobody holds.
    let confirmed = update(Movement::confirm(2, 500), true);
    assert_eq!(confirmed.conditions, [Condition::AtLeast(HELD, 2)]);
    let nothing = update(Movement::hold(2).and(Movement::release(2)), true);
    assert!(nothing.conditions.is_empty() && nothing.add.is_empty());
}

#[test]
fn an_offer_is_read_from_its_partition() {
    assert!(offer(&[]).unwrap().is_none());
}
