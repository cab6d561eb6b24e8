//! Each thing that must not happen is made to happen, and must be seen.

use super::super::history::{FinalPool, Kind, Paid, Scan};
use super::*;

const GRACE: Micros = 100;
const HOLD: Micros = 1_000;

fn span(asked: Micros, answered: Micros) -> Span {
    Span { asked, answered }
}

fn bought(number: u32, asked: Micros, placed: Placed) -> Purchase {
    Purchase {
        email: format!("buyer-{number}"),
        kind: 0,
        quantity: 1,
        person: None,
        place: (span(asked, asked + 10), placed),
        pay: Vec::new(),
        release: None,
        contradictions: Vec::new(),
    }
}

/// Someone who was held a place and paid for it.
fn paid(number: u32, asked: Micros) -> Purchase {
    let held = Placed::Granted {
        order_id: format!("order-{number}"),
        held_until: Some(asked + HOLD),
        tickets: Vec::new(),
    };
    let tickets = vec![format!("ticket-{number}")];
    Purchase {
        pay: vec![(span(asked + 20, asked + 30), Paid::Confirmed { tickets })],
        ..bought(number, asked, held)
    }
}

/// Someone who was held a place and went away.
fn abandoned(number: u32, asked: Micros) -> Purchase {
    Purchase {
        pay: Vec::new(),
        ..paid(number, asked)
    }
}

fn released(number: u32, asked: Micros, at: Micros) -> Purchase {
    Purchase {
        release: Some((span(at, at + 10), Released::Done)),
        ..abandoned(number, asked)
    }
}

fn sold_out(number: u32, asked: Micros, left: i64) -> Purchase {
    bought(number, asked, Placed::SoldOut { left })
}

fn order(purchase: &Purchase, state: &str) -> FinalOrder {
    FinalOrder {
        id: purchase.order_id().expect("an order").into(),
        state: state.into(),
        email: purchase.email.clone(),
        kind: "place".into(),
        quantity: purchase.quantity,
        placed_at: purchase.place.0.asked + 5,
        confirmed_at: purchase.tickets().map(|_| purchase.place.0.asked + 25),
        tickets: purchase.tickets().unwrap_or_default().to_vec(),
    }
}

/// An event of so many places, and these purchases: how it ends if all goes well.
fn history(capacity: i64, purchases: Vec<Purchase>) -> (History, FinalState) {
    let orders: Vec<FinalOrder> = purchases
        .iter()
        .filter(|purchase| purchase.order_id().is_some())
        .map(|purchase| {
            let state = match (purchase.tickets(), &purchase.release) {
                (Some(_), _) => "confirmed",
                (None, Some(_)) => "cancelled",
                (None, None) => "expired",
            };
            order(purchase, state)
        })
        .collect();
    let confirmed = count(orders.iter().filter(|order| order.state == "confirmed").count());
    let pool = FinalPool {
        kind: None,
        capacity: Some(capacity),
        available: Some(capacity - confirmed),
        held: 0,
        confirmed,
        revenue: 0,
    };
    let kind = FinalPool {
        kind: Some("place".into()),
        capacity: None,
        ..pool.clone()
    };
    let kinds = vec![Kind {
        id: "place".into(),
        quantity: None,
        price: 0,
    }];
    let history = History {
        seed: 1,
        kinds,
        capacity,
        capacity_changes: Vec::new(),
        purchases,
        scans: Vec::new(),
    };
    let end = FinalState {
        orders,
        pools: vec![pool, kind],
        checked_in: 0,
        participants: confirmed,
        notifications: Vec::new(),
    };
    (history, end)
}

fn found((history, end): &(History, FinalState)) -> Vec<String> {
    judge(history, end, GRACE)
}

#[track_caller]
fn sees(case: &(History, FinalState), words: &str) {
    let found = found(case);
    assert!(
        found.iter().any(|violation| violation.contains(words)),
        "{words}: {found:?}"
    );
}

#[test]
fn an_honest_history_has_no_violations() {
    let case = history(
        2,
        vec![
            paid(1, 0),
            released(2, 0, 100),
            sold_out(3, 50, 0),
            abandoned(4, 200),
            sold_out(5, 1_100, 0),
            paid(6, 1_400),
        ],
    );
    assert_eq!(found(&case), Vec::<String>::new());
}

#[test]
fn more_than_there_are_is_seen_at_any_moment() {
    sees(&history(1, vec![paid(1, 0), paid(2, 50)]), "oversold");
    // Only for a while: the first is gone in the end.
    sees(&history(1, vec![released(1, 0, 500), paid(2, 50)]), "oversold");
    sees(&history(1, vec![abandoned(1, 0), paid(2, 50)]), "oversold");
    // After the first is gone, the place is free.
    assert_eq!(
        found(&history(1, vec![released(1, 0, 40), paid(2, 60)])),
        Vec::<String>::new()
    );
    assert_eq!(
        found(&history(1, vec![abandoned(1, 0), paid(2, HOLD + 1)])),
        Vec::<String>::new()
    );
}

#[test]
fn a_refusal_while_something_was_free_is_seen() {
    sees(
        &history(2, vec![paid(1, 0), sold_out(2, 50, 0)]),
        "more were free",
    );
    // It may have been true before the release was answered, and not after.
    assert_eq!(
        found(&history(1, vec![released(1, 0, 40), sold_out(2, 45, 0)])),
        Vec::<String>::new()
    );
    sees(
        &history(1, vec![released(1, 0, 40), sold_out(2, 60, 0)]),
        "more were free",
    );
    // An expired hold is back after the grace.
    assert_eq!(
        found(&history(1, vec![abandoned(1, 0), sold_out(2, HOLD + 90, 0)])),
        Vec::<String>::new()
    );
    sees(
        &history(1, vec![abandoned(1, 0), sold_out(2, HOLD + GRACE + 1, 0)]),
        "more were free",
    );
    // Nobody is refused one place while one is left.
    sees(
        &history(1, vec![paid(1, 0), sold_out(2, 50, 1)]),
        "more were free",
    );
}

#[test]
fn a_change_of_capacity_may_have_been_before_or_after() {
    let change = |at, to, made| CapacityChange {
        span: span(at, at + 10),
        to,
        made,
    };
    let (mut history, mut end) = history(1, vec![paid(1, 0), paid(2, 55)]);
    history.capacity_changes = vec![change(50, 2, true)];
    end.pools[0].capacity = Some(2);
    end.pools[0].available = Some(0);
    end.pools[1].available = Some(0);
    assert_eq!(judge(&history, &end, GRACE), Vec::<String>::new());
    history.capacity_changes = vec![change(200, 2, true)];
    sees(&(history.clone(), end.clone()), "oversold");
    history.capacity_changes = vec![change(50, 2, false)];
    sees(&(history, end), "should have capacity");
}

#[test]
fn what_was_acknowledged_and_is_gone_is_seen() {
    let (history, end) = history(5, vec![paid(1, 0), released(2, 0, 50), abandoned(3, 0)]);
    let with = |change: fn(&mut FinalState)| {
        let mut end = end.clone();
        change(&mut end);
        (history.clone(), end)
    };
    sees(&with(|end| drop(end.orders.remove(0))), "is not there");
    sees(
        &with(|end| end.orders[0].state = "expired".into()),
        "should be confirmed",
    );
    sees(
        &with(|end| end.orders[0].tickets = vec!["another".into()]),
        "other tickets",
    );
    sees(
        &with(|end| end.orders[1].state = "confirmed".into()),
        "should be cancelled",
    );
    sees(
        &with(|end| end.orders[2].state = "held".into()),
        "should be expired",
    );
    sees(&with(|end| end.orders[0].quantity = 2), "another order");
    sees(
        &with(|end| end.orders[0].confirmed_at = Some(HOLD)),
        "after its hold had ended",
    );
}

#[test]
fn what_was_done_twice_is_seen() {
    let (mut history, mut end) = history(5, vec![paid(1, 0)]);
    let mut twin = end.orders[0].clone();
    twin.id = "order-2".into();
    end.orders.push(twin);
    sees(&(history.clone(), end), "has two orders");
    history.purchases[0].contradictions = vec!["answered twice".into()];
    sees(
        &(
            history,
            FinalState {
                orders: Vec::new(),
                pools: Vec::new(),
                checked_in: 0,
                participants: 0,
                notifications: Vec::new(),
            },
        ),
        "answered twice",
    );
}

#[test]
fn counters_that_do_not_add_up_are_seen() {
    let (history, end) = history(5, vec![paid(1, 0)]);
    let with = |change: fn(&mut FinalPool)| {
        let mut end = end.clone();
        change(&mut end.pools[0]);
        (history.clone(), end)
    };
    sees(&with(|pool| pool.held = 1), "nothing held");
    sees(&with(|pool| pool.available = Some(5)), "should have capacity");
    sees(&with(|pool| pool.confirmed = 2), "should have capacity");
    sees(&with(|pool| pool.capacity = Some(6)), "should have capacity");
}

#[test]
fn a_ticket_admitted_twice_or_never_is_seen() {
    let scan = |verdict, answer_lost| Scan {
        ticket: "ticket-1".into(),
        verdict,
        answer_lost,
    };
    let (mut history, mut end) = history(5, vec![paid(1, 0)]);
    end.checked_in = 1;
    history.scans = vec![
        scan(Verdict::Admitted, false),
        scan(Verdict::AlreadyAdmitted, false),
    ];
    assert_eq!(judge(&history, &end, GRACE), Vec::<String>::new());
    // Its own admission, whose answer was lost.
    history.scans = vec![scan(Verdict::AlreadyAdmitted, true)];
    assert_eq!(judge(&history, &end, GRACE), Vec::<String>::new());
    history.scans = vec![scan(Verdict::Admitted, false), scan(Verdict::Admitted, true)];
    sees(&(history.clone(), end.clone()), "admitted 2 times");
    history.scans = vec![scan(Verdict::AlreadyAdmitted, false)];
    sees(&(history.clone(), end.clone()), "turned away by everyone");
    end.checked_in = 0;
    sees(&(history, end), "0 are counted");
}

#[test]
fn news_that_did_not_arrive_or_came_twice_is_seen() {
    let (mut history, mut end) = history(5, vec![paid(1, 0)]);
    history.purchases[0].person = Some(0);
    end.notifications = vec![1];
    assert_eq!(judge(&history, &end, GRACE), Vec::<String>::new());
    end.notifications = vec![2];
    sees(&(history.clone(), end.clone()), "told of 2 confirmations");
    end.notifications = vec![1];
    end.participants = 2;
    sees(&(history, end), "counts 2 participants");
}
