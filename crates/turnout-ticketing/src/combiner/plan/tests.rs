use proptest::prelude::*;
use tokio::sync::oneshot;
use turnout_domain::{MessageId, Money, OrderId, OrganizerId, PlannedTime, TicketTypeId, UserId};
use ulid::Ulid;

use super::super::change::{Place, change};
use super::*;
use crate::Settings;
use crate::model::{Buyer, Details, EventCopy, PlaceOrder, RequestedLine, Stock, TicketType};

const EVENT: EventId = EventId::from_ulid(Ulid(1));

fn now() -> Timestamp {
    "2027-01-15T12:00:00Z".parse().unwrap()
}

fn ticket_type(number: u128) -> TicketTypeId {
    TicketTypeId::from_ulid(Ulid(number))
}

/// An offer of so many ticket types, all limited.
fn offer(types: u128) -> Offer {
    let ids = 1..=types;
    let free = Money::zero("EUR".parse().unwrap());
    let of = |number| TicketType::new(ticket_type(number), "Seat".into(), free, 100, now());
    let stock = ids.clone().map(|number| PoolKey::Type(ticket_type(number)));
    Offer {
        event: EventCopy {
            event_id: EVENT,
            organizer_id: OrganizerId::from_ulid(Ulid(2)),
            told_version: 1,
            status: EventStatus::Published,
            title: "Jazz Night".into(),
            starts_at: Some(PlannedTime::parse("2027-07-04T20:00:00", "UTC").unwrap()),
            ends_at: PlannedTime::parse("2027-07-04T23:00:00", "UTC").unwrap(),
            currency: None,
            ticket_types: 1,
            pools: 0,
            questions: 0,
            waited_for: std::collections::BTreeSet::new(),
            promo_codes: 0,
        },
        version: 1,
        ticket_types: ids.map(|number| (ticket_type(number), of(number))).collect(),
        pools: BTreeMap::new(),
        questions: BTreeMap::new(),
        stock: stock
            .chain([PoolKey::Event])
            .map(|pool| (pool, Stock::new(Some(1_000))))
            .collect(),
        versions: BTreeMap::new(),
    }
}

fn job(number: u64, step: Step) -> Job {
    Job {
        step,
        answer: oneshot::channel().0,
        number,
        tries: 0,
    }
}

fn order_id(number: u64) -> OrderId {
    OrderId::rounding(Ulid(u128::from(number) << 64))
}

fn request(number: u64, lines: &[(u128, u32)]) -> PlaceOrder {
    PlaceOrder {
        order_id: order_id(number),
        event_id: EVENT,
        lines: lines
            .iter()
            .map(|(ticket, quantity)| RequestedLine::of(ticket_type(*ticket), *quantity))
            .collect(),
        promo_code: None,
        counted: Vec::new(),
        details: Details::default(),
        buyer: Buyer {
            email: "ada@example.org".parse().unwrap(),
            name: "Ada".into(),
        },
        user_id: Some(UserId::from_ulid(Ulid(3))),
        fingerprint: String::new(),
        at_once: false,
        waitlist_entry: None,
        hold_for: Settings::default().hold_for,
    }
}

fn place(number: u64, lines: &[(u128, u32)]) -> Job {
    job(number, Step::Place(request(number, lines)))
}

fn release(number: u64, quantity: u32) -> Job {
    let order = offer(1).place(&request(number, &[(1, quantity)]), now()).unwrap();
    job(number, Step::Release { order, version: 1 })
}

fn some(available: i64) -> Left {
    Left { available, held: 7 }
}

fn left(event: i64) -> BTreeMap<PoolKey, Left> {
    BTreeMap::from([(PoolKey::Event, some(event))])
}

fn numbers<'a>(jobs: impl IntoIterator<Item = &'a Job>) -> Vec<u64> {
    jobs.into_iter().map(|job| job.number).collect()
}

/// Who takes part, who is told there is not enough, who waits.
fn outcome(plan: &Plan) -> (Vec<u64>, Vec<u64>, Vec<u64>) {
    (
        numbers(plan.entries.iter().map(|entry| &entry.job)),
        numbers(plan.short.iter().map(|(job, _)| job)),
        numbers(&plan.later),
    )
}

#[test]
fn without_word_from_the_store_everyone_takes_part() {
    let plan = plan(
        &offer(1),
        &BTreeMap::new(),
        (1..=5).map(|n| place(n, &[(1, 90)])),
        now(),
    );
    assert_eq!(outcome(&plan), (vec![1, 2, 3, 4, 5], vec![], vec![]));
    assert_eq!(plan.movements[&PoolKey::Event], Movement::hold(450));
    assert_eq!(
        plan.movements[&PoolKey::Type(ticket_type(1))],
        Movement::hold(450)
    );
}

#[test]
fn first_come_first_served_as_far_as_it_goes() {
    let jobs = [4, 3, 7, 2, 1]
        .iter()
        .zip(1..)
        .map(|(n, number)| place(number, &[(1, *n)]));
    let plan = plan(&offer(1), &left(6), jobs, now());
    // The third asks for more than there is; the second could be served if the first were not, and waits to see.
    assert_eq!(outcome(&plan), (vec![1, 4], vec![3], vec![2, 5]));
    assert!(matches!(plan.short[0].1, SaleError::SoldOut { left: 6, .. }));
}

#[test]
fn what_is_given_back_earlier_in_the_batch_can_be_had_later_in_it() {
    let plan = plan(
        &offer(1),
        &left(1),
        [release(1, 3), place(2, &[(1, 4)]), place(3, &[(1, 1)])],
        now(),
    );
    assert_eq!(outcome(&plan), (vec![1, 2], vec![], vec![3]));
}

#[test]
fn the_pool_that_has_least_says_how_many_are_left() {
    let left = BTreeMap::from([
        (PoolKey::Event, some(5)),
        (PoolKey::Type(ticket_type(2)), some(1)),
    ]);
    let of = |lines: &[(u128, u32)]| {
        let plan = plan(&offer(2), &left, [place(1, lines)], now());
        match plan.short.into_iter().next() {
            Some((
                _,
                SaleError::SoldOut {
                    ticket_type,
                    left,
                    in_carts: 7,
                    ..
                },
            )) => Some((ticket_type.ulid().0, left)),
            _ => None,
        }
    };
    assert_eq!(of(&[(1, 4), (2, 1)]), None);
    assert_eq!(of(&[(1, 4), (2, 2)]), Some((2, 1)));
    assert_eq!(of(&[(1, 6)]), Some((1, 5)));
    assert_eq!(of(&[(1, 5), (2, 1)]), Some((1, 5)));
}

#[test]
fn two_steps_of_one_order_are_not_in_one_change() {
    let jobs = [place(1, &[(1, 1)]), place(2, &[(1, 1)])];
    let twice = job(3, Step::Place(request(1, &[(1, 1)])));
    let plan = plan(
        &offer(1),
        &BTreeMap::new(),
        jobs.into_iter().chain([twice]),
        now(),
    );
    assert_eq!(outcome(&plan), (vec![1, 2], vec![], vec![3]));
}

#[test]
fn what_the_offer_does_not_allow_is_refused() {
    let mut off = offer(1);
    off.event.status = EventStatus::Cancelled;
    let refused = plan(
        &off,
        &BTreeMap::new(),
        [place(1, &[(1, 1)]), release(2, 1)],
        now(),
    );
    assert_eq!(outcome(&refused), (vec![2], vec![], vec![]));
    assert!(matches!(refused.refused[0].1, SaleError::NotOnSale));
    let jobs = [place(1, &[(9, 1)]), place(2, &[(1, 101)])];
    let refused = plan(&offer(1), &BTreeMap::new(), jobs, now());
    assert!(matches!(
        refused.refused[0].1,
        SaleError::UnknownTicketType { place: 0 }
    ));
    assert!(matches!(
        refused.refused[1].1,
        SaleError::TooMany { place: 0, max: 100 }
    ));
    assert_eq!(numbers(&refused.into_jobs()), [1, 2]);
}

#[test]
fn a_change_has_at_most_a_hundred_writes() {
    // Each draws on twenty pools of its own: one write for the check, one for the outbox, one for the event's pool.
    let lines = |from: u64| {
        (0..20)
            .map(|n| (u128::from(from * 20 + n) + 1, 1))
            .collect::<Vec<_>>()
    };
    let jobs = (0..10).map(|n| place(n, &lines(n % 5)));
    let plan = plan(&offer(100), &BTreeMap::new(), jobs, now());
    // Four with twenty pools each; then those that draw on the same pools cost one write only.
    assert_eq!(outcome(&plan), (vec![0, 1, 2, 3, 5, 6, 7, 8], vec![], vec![4, 9]));
    assert!(plan.entries.len() + plan.movements.len() + 2 <= Change::WRITES_MAX);
}

#[test]
fn the_change_of_a_plan_is_the_same_whenever_it_is_made() {
    let offer = offer(2);
    let jobs = [place(1, &[(1, 1)]), place(2, &[(2, 3)]), release(3, 2)];
    let plan = plan(&offer, &BTreeMap::new(), jobs, now());
    let ids: Vec<MessageId> = (1..=3).map(|n| MessageId::from_ulid(Ulid(n))).collect();
    let make = || change(EVENT, &offer, &plan.movements, &plan.entries, &ids, now());
    let (first, second) = (make(), make());
    assert_ne!(first.token, second.token);
    let again = Change {
        token: first.token,
        ..second
    };
    assert_eq!(first, again);
    assert_eq!(first.validate(), Ok(()));
    let pools = plan.movements.len();
    let places: Vec<Place> = (0..first.writes.len())
        .map(|write| Place::of(write, pools))
        .collect();
    let (pool, entry) = (Place::Pool, Place::Entry);
    assert_eq!(
        places,
        [
            Place::Offer,
            pool(0),
            pool(1),
            pool(2),
            entry(0),
            entry(1),
            entry(2)
        ]
    );
    let orders = plan
        .entries
        .iter()
        .map(|entry| crate::items::order_key(entry.order.id));
    assert!(
        first.writes[4..]
            .iter()
            .map(turnout_store::Write::key)
            .eq(orders.collect::<Vec<_>>().iter())
    );
}

proptest! {
    #[test]
    fn what_is_planned_is_what_a_simple_count_serves(
        sizes in proptest::collection::vec(1..20_u32, 1..64),
        there in 0..200_i64,
    ) {
        let jobs = sizes.iter().zip(1..).map(|(size, number)| place(number, &[(1, *size)]));
        let plan = plan(&offer(1), &left(there), jobs, now());
        let mut free = there;
        let mut served = Vec::new();
        for (size, number) in sizes.iter().copied().map(i64::from).zip(1..) {
            if size <= free {
                free -= size;
                served.push(number);
            }
        }
        let (planned, short, later) = outcome(&plan);
        prop_assert_eq!(&planned, &served);
        prop_assert_eq!(planned.len() + short.len() + later.len(), sizes.len());
        // Only who asked for more than there ever was is turned away now.
        prop_assert!(short.iter().all(|number| i64::from(sizes[usize::try_from(*number).unwrap() - 1]) > there));
        prop_assert_eq!(plan.movements.get(&PoolKey::Event).map_or(0, |sum| sum.available), free - there);
        prop_assert!(numbers(&plan.into_jobs()).is_sorted());
    }
}
