use proptest::prelude::*;
use turnout_domain::messages::RefundCause;
use turnout_domain::{Currency, EventId, OrderId, TicketTypeId};
use ulid::Ulid;

use super::*;
use crate::model::{Account, Buyer, Method};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

fn euros(minor: i64) -> Money {
    Money::signed(minor, eur()).unwrap()
}

fn id(number: u128) -> PaymentId {
    PaymentId::from_ulid(Ulid(number))
}

fn line(number: u128, quantity: u32, minor: i64) -> OrderLine {
    OrderLine::new(
        TicketTypeId::from_ulid(Ulid(number)),
        "Seat".into(),
        quantity,
        euros(minor),
    )
}

/// An order of these lines, held for ten seconds.
fn held(lines: Vec<OrderLine>) -> Order {
    Order {
        id: OrderId::rounding(Ulid(9 << 64)),
        event_id: EventId::from_ulid(Ulid(1)),
        state: OrderState::Held { expires_at: at(10) },
        total: euros(lines.iter().map(OrderLine::total).sum()),
        lines,
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
        user_id: None,
        placed_at: at(0),
        tickets: Vec::new(),
        fingerprint: String::new(),
        waitlist_entry: None,
        account: Account::default(),
    }
}

fn payment(number: u128, method: Method, amount: Money) -> PaymentRecord {
    PaymentRecord {
        id: id(number),
        method,
        amount,
        state: PaymentState::Pending,
        begun_at: at(1),
        provider_reference: None,
        redirect_url: None,
        reference: None,
        return_url: None,
    }
}

fn refund(number: u128, payment: u128, minor: i64) -> Refund {
    Refund {
        id: RefundId::from_ulid(Ulid(number)),
        payment_id: id(payment),
        amount: euros(minor),
        state: RefundState::Requested,
        cause: RefundCause::Organizer,
        reason: String::new(),
        requested_at: at(50),
        by: None,
    }
}

/// Two seats of 12.50, with a payment under way until second 30.
fn awaiting() -> Order {
    let order = held(vec![line(1, 2, 1250)]);
    let payment = payment(1, Method::Stripe, order.total);
    order.begin_payment(payment, at(30), at(5)).unwrap()
}

fn paid() -> Order {
    match awaiting().payment_received(id(1), euros(2500), at(9)) {
        Received::Confirms(order) => order.confirm(at(9)).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn state(order: &Order) -> &'static str {
    match order.state {
        OrderState::Held { .. } => "held",
        OrderState::AwaitingPayment { .. } => "awaiting",
        OrderState::Confirmed { .. } => "confirmed",
        OrderState::Cancelled { .. } => "cancelled",
        OrderState::Expired { .. } => "expired",
        OrderState::Refunded { .. } => "refunded",
    }
}

/// What a step makes of an order, in words.
fn word(result: &Result<Order, SaleError>) -> &'static str {
    match result {
        Ok(order) => state(order),
        Err(SaleError::HoldExpired) => "hold expired",
        Err(SaleError::NotHeld) => "not held",
        Err(SaleError::NotConfirmed) => "not confirmed",
        Err(_) => "something else",
    }
}

fn received(order: &Order) -> &'static str {
    match order.payment_received(id(1), euros(2500), at(40)) {
        Received::Known => "known",
        Received::Confirms(_) => "confirms",
        Received::Late(_) => "late",
        Received::Twice(_) => "twice",
        Received::PutAside(_) => "put aside",
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table is as long as there are states")]
fn every_state_allows_what_it_allows() {
    let order = awaiting();
    let all = |order: &Order| order.id.ticket(1);
    let cancelled_sale = {
        let both: Vec<TicketId> = paid().valid_tickets().collect();
        paid().cancel_tickets(&both, at(20)).unwrap().0
    };
    let refunded = {
        let whole = cancelled_sale.request_refund(refund(1, 1, 2500)).unwrap();
        whole.named_by_its_money()
    };
    let with = |state: OrderState| Order {
        state,
        ..order.clone()
    };
    // The order; what at second 20 comes of: another payment begun, its failure, confirming, releasing, cancelling a
    // ticket; and what money is that comes then.
    let table: [(Order, [&str; 6]); 8] = [
        (
            with(OrderState::Held { expires_at: at(30) }),
            [
                "awaiting",
                "held",
                "confirmed",
                "cancelled",
                "something else",
                "confirms",
            ],
        ),
        (
            with(OrderState::Held { expires_at: at(20) }),
            [
                "hold expired",
                "held",
                "hold expired",
                "expired",
                "something else",
                "confirms",
            ],
        ),
        (
            order.clone(),
            [
                "awaiting",
                "held",
                "confirmed",
                "cancelled",
                "something else",
                "confirms",
            ],
        ),
        (
            with(OrderState::AwaitingPayment { due_at: at(20) }),
            [
                "hold expired",
                "held",
                "confirmed",
                "expired",
                "something else",
                "confirms",
            ],
        ),
        (
            paid(),
            [
                "not held",
                "unchanged",
                "not held",
                "not held",
                "confirmed",
                "known",
            ],
        ),
        (
            with(OrderState::Expired { expired_at: at(15) }),
            [
                "hold expired",
                "expired",
                "hold expired",
                "not held",
                "something else",
                "late",
            ],
        ),
        (
            with(OrderState::Cancelled { cancelled_at: at(15) }),
            [
                "not held",
                "cancelled",
                "not held",
                "not held",
                "something else",
                "late",
            ],
        ),
        (
            refunded,
            [
                "not held",
                "unchanged",
                "not held",
                "not held",
                "refunded",
                "known",
            ],
        ),
    ];
    for (order, expected) in table {
        let now = at(20);
        let another = payment(2, Method::Offline, order.total);
        let failed = order.payment_failed(id(1), "declined", now);
        let cancelled = order.cancel_tickets(&[all(&order)], now).map(|(order, _)| order);
        let made = [
            word(&order.begin_payment(another, at(60), now)),
            failed.as_ref().map_or("unchanged", state),
            word(&order.confirm(now)),
            word(&order.release(now)),
            word(&cancelled),
            received(&order),
        ];
        assert_eq!(made, expected, "{order:#?}");
    }
}

#[test]
fn a_deadline_is_only_ever_moved_out_by_a_payment() {
    let order = held(vec![line(1, 1, 1250)]);
    let short = order.begin_payment(payment(1, Method::Stripe, order.total), at(3), at(1));
    assert_eq!(
        short.unwrap().state,
        OrderState::AwaitingPayment { due_at: at(10) }
    );
    let long = order
        .begin_payment(payment(1, Method::Offline, order.total), at(900), at(1))
        .unwrap();
    assert_eq!(long.lapses_at(), Some(at(900)));
    // A provider is asked before the places go: it has a moment to answer.
    assert_eq!(awaiting().lapses_at(), Some(at(30 + 120)));
}

#[test]
fn an_order_is_tried_to_be_paid_so_often_and_no_more() {
    let mut order = held(vec![line(1, 1, 1250)]);
    for number in 1..=PAYMENTS_MAX {
        let next = payment(number as u128, Method::Sandbox, order.total);
        order = order.begin_payment(next, at(30), at(1)).unwrap();
    }
    let next = payment(99, Method::Sandbox, order.total);
    let refused = order.begin_payment(next, at(30), at(1));
    assert!(matches!(refused, Err(SaleError::TooManyPayments)));
}

#[test]
fn one_payment_that_fails_leaves_another_under_way() {
    let order = awaiting();
    let both = order
        .begin_payment(payment(2, Method::Offline, order.total), at(900), at(6))
        .unwrap();
    let one = both.payment_failed(id(1), "declined", at(7)).unwrap();
    assert_eq!(state(&one), "awaiting");
    let none = one.payment_failed(id(2), "given up", at(8)).unwrap();
    assert_eq!(none.state, OrderState::Held { expires_at: at(900) });
}

#[test]
fn a_payment_that_lies_about_the_amount_or_the_currency_confirms_nothing() {
    for reported in [
        euros(2499),
        euros(2501),
        Money::signed(2500, "USD".parse().unwrap()).unwrap(),
    ] {
        let Received::PutAside(order) = awaiting().payment_received(id(1), reported, at(9)) else {
            panic!("{reported} was taken for 25.00 EUR");
        };
        assert_eq!(state(&order), "awaiting");
        assert!(order.account.ledger.balances());
        assert_eq!(
            order
                .account
                .ledger
                .balance(LedgerAccount::Suspense, reported.currency()),
            -reported.minor()
        );
        // Whoever reports it again, and however: it stays with the person who decides.
        assert_eq!(
            order.payment_received(id(1), euros(2500), at(10)),
            Received::Known
        );
        // It can go back whole, in its own currency.
        let back = Refund {
            amount: reported,
            ..refund(1, 1, 0)
        };
        let order = order.request_refund(back).unwrap();
        let order = order
            .refund_succeeded(RefundId::from_ulid(Ulid(1)), at(11))
            .unwrap();
        for account in [
            LedgerAccount::Payments,
            LedgerAccount::Suspense,
            LedgerAccount::Receivable,
        ] {
            assert_eq!(order.account.ledger.balance(account, reported.currency()), 0);
        }
    }
}

#[test]
fn success_counts_whatever_was_said_before_or_after() {
    let declined = awaiting().payment_failed(id(1), "declined", at(6)).unwrap();
    assert_eq!(received(&declined), "confirms");
    assert_eq!(paid().payment_failed(id(1), "expired", at(12)), None);
    assert_eq!(received(&paid()), "known");
}

#[test]
fn money_that_came_twice_or_late_goes_back_without_touching_what_was_sold() {
    let order = awaiting();
    let both = order
        .begin_payment(payment(2, Method::Stripe, order.total), at(30), at(6))
        .unwrap();
    let Received::Confirms(order) = both.payment_received(id(1), euros(2500), at(7)) else {
        panic!("the first is the one");
    };
    let order = order.confirm(at(7)).unwrap();
    let Received::Twice(order) = order.payment_received(id(2), euros(2500), at(8)) else {
        panic!("the second is one too many");
    };
    let order = order.request_refund(refund(1, 2, 2500)).unwrap();
    assert_eq!(order.account.ledger.balance(LedgerAccount::Revenue, eur()), -2500);
    let order = order
        .refund_succeeded(RefundId::from_ulid(Ulid(1)), at(60))
        .unwrap();
    assert_eq!(order.account.ledger.balance(LedgerAccount::Receivable, eur()), 0);
    assert_eq!(order.account.ledger.balance(LedgerAccount::Payments, eur()), 2500);
    assert_eq!(order.account.refundable(), 2500, "the first can still go back");
}

#[test]
fn a_refund_that_fails_can_be_made_again() {
    let order = paid().request_refund(refund(1, 1, 1000)).unwrap();
    assert_eq!(order.account.refundable(), 1500);
    let too_much = order.request_refund(refund(2, 1, 1501));
    assert!(matches!(too_much, Err(SaleError::NothingToRefund { left: 1500 })));
    let order = order
        .refund_failed(RefundId::from_ulid(Ulid(1)), "no funds", at(61))
        .unwrap();
    assert_eq!(order.account.ledger.balance(LedgerAccount::Revenue, eur()), -2500);
    assert_eq!((order.account.refundable(), order.account.refunded()), (2500, 0));
    assert_eq!(order.refund_succeeded(RefundId::from_ulid(Ulid(1)), at(62)), None);
    order.request_refund(refund(2, 1, 2500)).unwrap();
}

#[test]
fn cancelled_tickets_give_their_places_back_once() {
    let order = paid();
    let first = order.id.ticket(1);
    let (order, cancelled) = order.cancel_tickets(&[first], at(20)).unwrap();
    assert_eq!((state(&order), cancelled.as_slice()), ("confirmed", &[first][..]));
    assert_eq!(
        order.cancellation(&cancelled)[&PoolKey::Event],
        Movement::cancel(1, 0)
    );
    let (same, none) = order.cancel_tickets(&[first], at(21)).unwrap();
    assert_eq!((&same, none.len()), (&order, 0));
    let unknown = order.cancel_tickets(&[order.id.ticket(3)], at(21));
    assert!(matches!(unknown, Err(SaleError::UnknownTicket { .. })));
    let (order, _) = order.cancel_tickets(&[order.id.ticket(2)], at(22)).unwrap();
    assert_eq!(state(&order.named_by_its_money()), "cancelled");
}

proptest! {
    /// Whatever goes back and in however many parts, the books balance, and all of it is all of it.
    #[test]
    fn refunds_in_parts_sum_to_the_whole(
        lines in proptest::collection::vec((1..=5_u32, 0..=99_999_i64), 1..5),
        parts in proptest::collection::vec(1..=100_000_i64, 0..6),
    ) {
        let lines = (1..).zip(lines).map(|(number, (n, minor))| line(number, n, minor)).collect();
        let order = held(lines);
        let total = order.total.minor();
        prop_assert_eq!(order.clone().confirmed(at(1)).ticket_costs().iter().sum::<i64>(), total);
        prop_assume!(total > 0);
        let order = order.begin_payment(payment(1, Method::Stripe, order.total), at(30), at(2)).unwrap();
        let Received::Confirms(order) = order.payment_received(id(1), order.total, at(3)) else {
            return Err(TestCaseError::fail("the money is what was asked for"));
        };
        let mut order = order.confirm(at(3)).unwrap();
        for (number, part) in (1..).zip(parts.into_iter().chain([i64::MAX])) {
            let minor = part.min(order.account.refundable());
            if minor == 0 {
                continue;
            }
            order = order.request_refund(refund(number, 1, minor)).unwrap();
            order = order.refund_succeeded(RefundId::from_ulid(Ulid(number)), at(60)).unwrap();
            prop_assert!(order.account.ledger.balances());
        }
        for account in [
            LedgerAccount::Receivable, LedgerAccount::Payments, LedgerAccount::Revenue, LedgerAccount::Tax,
        ] {
            prop_assert_eq!(order.account.ledger.balance(account, eur()), 0, "{:?}", account);
        }
    }
}
