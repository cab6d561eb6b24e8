use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use turnout_domain::messages::{EventChange, EventChanged, EventStatus};
use turnout_domain::{EventId, Money, OrganizerId, PlannedTime};
use ulid::Ulid;

use super::*;
use crate::model::{EventCopy, Stock, TicketType};

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn tty(n: u128) -> TicketTypeId {
    TicketTypeId::from_ulid(Ulid(n))
}

/// An event of so many places, of which so many are left, and ticket types with places of their own.
fn offer(all: (i64, i64), types: &[(i64, i64)]) -> Offer {
    let at = PlannedTime::parse("2027-07-04T20:00:00", "Europe/Lisbon").unwrap();
    let event = EventCopy::of(&EventChanged {
        event_id: EventId::from_ulid(Ulid(1)),
        organizer_id: OrganizerId::from_ulid(Ulid(2)),
        version: 1,
        change: EventChange::Published,
        status: EventStatus::Published,
        title: "Jazz".into(),
        starts_at: at.clone(),
        ends_at: at,
        venue_name: None,
        max_capacity: None,
    });
    let stock = |(capacity, left): (i64, i64)| Stock {
        capacity: Some(capacity),
        available: Some(left),
        confirmed: capacity - left,
        ..Stock::default()
    };
    let mut offer = Offer {
        event,
        version: 1,
        ticket_types: BTreeMap::new(),
        pools: BTreeMap::new(),
        questions: BTreeMap::new(),
        stock: BTreeMap::from([(PoolKey::Event, stock(all))]),
        versions: BTreeMap::new(),
    };
    for (n, of_type) in (1..).zip(types) {
        let price = Money::price(0, "EUR".parse().unwrap()).unwrap();
        let ticket_type = TicketType::new(tty(n), "Seat".into(), price, 10, now());
        offer.stock.insert(PoolKey::Type(tty(n)), stock(*of_type));
        offer.ticket_types.insert(tty(n), ticket_type);
    }
    offer
}

fn waiter(number: u64, types: &[u128], quantity: u32) -> Waiter {
    Waiter {
        id: WaitlistEntryId::from_ulid(Ulid(number.into())),
        number,
        ticket_types: types.iter().map(|n| tty(*n)).collect(),
        quantity,
    }
}

fn served(turns: &[Turn]) -> Vec<u64> {
    let numbers = (0..).zip(turns);
    numbers
        .filter(|(_, turn)| matches!(turn, Turn::Serve { .. }))
        .map(|(number, _)| number)
        .collect()
}

#[test]
fn who_came_first_is_served_first() {
    let queue = [waiter(0, &[1], 2), waiter(1, &[1], 1), waiter(2, &[1], 1)];
    let turns = turns(&offer((10, 3), &[(10, 3)]), &queue, &BTreeMap::new(), now());
    assert_eq!(served(&turns), [0, 1]);
    assert_eq!(turns[2], Turn::Wait(Why::NothingFree));
}

#[test]
fn one_who_needs_more_keeps_their_place_and_is_passed_only_so_often() {
    let queue = [waiter(0, &[1], 4), waiter(1, &[1], 1), waiter(2, &[1], 1)];
    let some = offer((10, 2), &[(10, 2)]);
    let first = turns(&some, &queue, &BTreeMap::new(), now());
    assert_eq!(first[0], Turn::Wait(Why::TooFew { free: 2 }));
    assert_eq!(served(&first), [1, 2]);
    let passed = BTreeMap::from([(0, PASSES_MAX - 1)]);
    let last = turns(&some, &queue, &passed, now());
    assert_eq!(served(&last), [1]);
    assert_eq!(last[2], Turn::Wait(Why::KeptForEarlier));
    let kept = turns(&some, &queue, &BTreeMap::from([(0, PASSES_MAX)]), now());
    assert!(served(&kept).is_empty());
}

#[test]
fn what_one_lacks_is_kept_and_nothing_else() {
    // The first lacks places of its own type; the second draws on another one and the event's, of which there are many.
    let queue = [waiter(0, &[1], 4), waiter(1, &[2], 1)];
    let passed = BTreeMap::from([(0, PASSES_MAX)]);
    let turns = turns(&offer((50, 20), &[(10, 2), (10, 1)]), &queue, &passed, now());
    assert_eq!(served(&turns), [1]);
}

#[test]
fn any_of_the_types_will_do_and_several_together_if_none_suffices() {
    let turn = |left: &[(i64, i64)]| {
        let turns = turns(
            &offer((50, 50), left),
            &[waiter(0, &[2, 1], 3)],
            &BTreeMap::new(),
            now(),
        );
        match turns.into_iter().next() {
            Some(Turn::Serve { lines, .. }) => lines,
            _ => Vec::new(),
        }
    };
    assert_eq!(turn(&[(9, 9), (9, 9)]), [RequestedLine::of(tty(2), 3)]);
    assert_eq!(turn(&[(9, 9), (9, 2)]), [RequestedLine::of(tty(1), 3)]);
    assert_eq!(
        turn(&[(9, 2), (9, 2)]),
        [RequestedLine::of(tty(2), 2), RequestedLine::of(tty(1), 1)]
    );
    assert_eq!(turn(&[(9, 1), (9, 1)]), []);
}

#[test]
fn more_than_the_event_has_never_fits_and_keeps_nothing() {
    let queue = [waiter(0, &[1], 4), waiter(1, &[1], 1)];
    let turns = turns(
        &offer((3, 1), &[(9, 9)]),
        &queue,
        &BTreeMap::from([(0, PASSES_MAX)]),
        now(),
    );
    assert_eq!(turns[0], Turn::Wait(Why::NeverFits));
    assert_eq!(served(&turns), [1]);
}

#[derive(Debug, Clone)]
enum Happening {
    Join(Vec<u128>, u32),
    Leave(usize),
    Free(u128, i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (proptest::sample::subsequence(vec![1, 2], 1..=2), 1..5_u32)
            .prop_map(|(types, n)| Happening::Join(types, n)),
        (0..30_usize).prop_map(Happening::Leave),
        (1..3_u128, 1..4_i64).prop_map(|(of_type, n)| Happening::Free(of_type, n)),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_everyone_gets_all_or_nothing_and_nobody_is_passed_too_often(
        happenings in proptest::collection::vec(happening(), 1..120),
    ) {
        let mut queue: Vec<Waiter> = Vec::new();
        let mut passed: BTreeMap<u64, u32> = BTreeMap::new();
        let mut left = [0_i64, 0];
        let mut next = 0;
        for happening in happenings {
            match happening {
                Happening::Join(types, n) => {
                    queue.push(waiter(next, &types, n));
                    next += 1;
                }
                Happening::Leave(place) if place < queue.len() => {
                    passed.remove(&queue.remove(place).number);
                }
                Happening::Leave(_) => {}
                Happening::Free(of_type, n) => left[usize::try_from(of_type).unwrap() - 1] += n,
            }
            let all = left[0] + left[1];
            let offer = offer((1_000, all), &[(500, left[0]), (500, left[1])]);
            let turns = turns(&offer, &queue, &passed, now());
            prop_assert_eq!(turns.len(), queue.len());
            let mut waiting = Vec::new();
            for (waiter, turn) in queue.into_iter().zip(turns) {
                match turn {
                    Turn::Serve { lines, past } => {
                        let sum: u32 = lines.iter().map(|line| line.quantity).sum();
                        prop_assert_eq!(sum, waiter.quantity);
                        for line in lines {
                            prop_assert!(waiter.ticket_types.contains(&line.ticket_type_id));
                            left[usize::try_from(line.ticket_type_id.ulid().0).unwrap() - 1] -= i64::from(line.quantity);
                        }
                        passed.remove(&waiter.number);
                        if let Some(past) = past {
                            prop_assert!(past < waiter.number);
                            *passed.entry(past).or_default() += 1;
                        }
                    }
                    Turn::Wait(why) => {
                        prop_assert_ne!(why, Why::NeverFits);
                        waiting.push(waiter);
                    }
                }
            }
            prop_assert!(left.iter().all(|left| *left >= 0), "{left:?}");
            prop_assert!(passed.values().all(|times| *times <= PASSES_MAX), "{passed:?}");
            queue = waiting;
            // Nothing lies idle that suits the first in line.
            if let Some(first) = queue.first() {
                let free: i64 = first.ticket_types.iter().map(|id| left[usize::try_from(id.ulid().0).unwrap() - 1]).sum();
                prop_assert!(free < i64::from(first.quantity), "{free} free for {first:?}");
            }
        }
    }

    #[test]
    fn as_long_as_places_come_free_nobody_waits_for_ever(
        quantities in proptest::collection::vec(1..6_u32, 1..20),
    ) {
        let mut queue: Vec<Waiter> = (0..).zip(&quantities).map(|(n, size)| waiter(n, &[1], *size)).collect();
        let mut passed: BTreeMap<u64, u32> = BTreeMap::new();
        let mut left = 0;
        // One place at a time, and someone new who wants one each time.
        let enough = quantities.iter().sum::<u32>() + PASSES_MAX * u32::try_from(quantities.len()).unwrap();
        for n in 0..u64::from(enough) {
            left += 1;
            queue.push(waiter(100 + n, &[1], 1));
            let turns = turns(&offer((1_000, left), &[(1_000, left)]), &queue, &passed, now());
            for (waiter, turn) in std::mem::take(&mut queue).into_iter().zip(turns) {
                if let Turn::Serve { past, .. } = turn {
                    left -= i64::from(waiter.quantity);
                    passed.remove(&waiter.number);
                    if let Some(past) = past {
                        *passed.entry(past).or_default() += 1;
                    }
                } else {
                    queue.push(waiter);
                }
            }
        }
        prop_assert!(queue.iter().all(|waiter| waiter.number >= 100), "{queue:?}");
    }
}
