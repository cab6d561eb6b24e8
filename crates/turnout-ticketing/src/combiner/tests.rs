//! The combiner on a store that stumbles.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use turnout_domain::messages::{EventChange, EventChanged, EventStatus};
use turnout_domain::{EventId, FixedClock, OrganizerId, PlannedTime, SeededIds, TicketTypeId};
use turnout_store::{Change, Expect, Fault, FaultyStore, Gate, MemoryStore, Read};
use ulid::Ulid;

use super::round::TRIES_MAX;
use super::*;
use crate::items;
use crate::model::{Buyer, Details, EventCopy, OrderState, PoolKey, RequestedLine, Stock, TicketType};
use crate::{Settings, TABLE};

const EVENT: EventId = EventId::from_ulid(Ulid(1 << 64));
const SEAT: TicketTypeId = TicketTypeId::from_ulid(Ulid(2 << 64));

fn start() -> Timestamp {
    "2027-01-15T12:00:00Z".parse().unwrap()
}

/// A clock that panics once it is told to.
struct Fragile {
    clock: FixedClock,
    breaks: AtomicBool,
}

impl Clock for Fragile {
    fn now(&self) -> Timestamp {
        assert!(
            !self.breaks.swap(false, Ordering::SeqCst),
            "a test broke the clock"
        );
        self.clock.now()
    }
}

struct Stall {
    combiner: Combiner,
    store: FaultyStore<MemoryStore>,
    clock: Arc<Fragile>,
}

impl Stall {
    /// An event on sale with so many places of one free ticket type.
    async fn of(places: u32) -> Self {
        let store = FaultyStore::new(MemoryStore::new());
        let at = |text| PlannedTime::parse(text, "UTC").unwrap();
        let mut copy = EventCopy::of(&EventChanged {
            event_id: EVENT,
            organizer_id: OrganizerId::from_ulid(Ulid(3)),
            version: 1,
            change: EventChange::Published,
            status: EventStatus::Published,
            title: "Jazz Night".into(),
            starts_at: at("2027-07-04T20:00:00"),
            ends_at: at("2027-07-04T23:00:00"),
            venue_name: None,
            max_capacity: Some(places),
        });
        copy.ticket_types = 1;
        let free = turnout_domain::Money::zero("EUR".parse().unwrap());
        let seat = TicketType::new(SEAT, "Seat".into(), free, 100, start());
        let change = Change::of(TABLE)
            .put(items::event_item(&copy), Expect::Absent)
            .put(items::pool_item(EVENT, Stock::new(Some(places))), Expect::Absent)
            .put(
                items::ticket_type_item(EVENT, &seat, Stock::new(None)),
                Expect::Absent,
            );
        store.commit(change).await.unwrap();
        let clock = Arc::new(Fragile {
            clock: FixedClock::at(start()),
            breaks: AtomicBool::new(false),
        });
        let ids = Arc::new(SeededIds::new(1));
        Self {
            combiner: Combiner::new(Arc::new(store.clone()), clock.clone(), ids),
            store,
            clock,
        }
    }

    /// Another process on the same store.
    fn other_process(&self) -> Combiner {
        let ids = Arc::new(SeededIds::new(1_000));
        Combiner::new(Arc::new(self.store.clone()), self.clock.clone(), ids)
    }

    async fn pool(&self) -> (i64, i64, i64) {
        let key = items::pool_key(EVENT, PoolKey::Event);
        let item = self.store.inner().get(&key, Read::Consistent).await;
        let stock = Stock::of(&item.unwrap().unwrap());
        (stock.available.unwrap(), stock.held, stock.confirmed)
    }
}

fn place(number: u128, quantity: u32) -> Step {
    Step::Place(PlaceOrder {
        order_id: OrderId::rounding(Ulid(number << 64)),
        event_id: EVENT,
        lines: vec![RequestedLine::of(SEAT, quantity)],
        promo_code: None,
        counted: Vec::new(),
        details: Details::default(),
        buyer: Buyer {
            email: "ada@example.org".parse().unwrap(),
            name: "Ada".into(),
        },
        user_id: None,
        fingerprint: format!("{number} {quantity}"),
        at_once: false,
        waitlist_entry: None,
        hold_for: Settings::default().hold_for,
    })
}

#[tokio::test]
async fn a_combiner_that_panics_fails_who_waits_and_nobody_after() {
    let stall = Stall::of(5).await;
    stall.clock.breaks.store(true, Ordering::SeqCst);
    let unlucky = stall.combiner.settle(EVENT, place(1, 1)).await;
    assert!(matches!(
        unlucky,
        Err(SaleError::Commit(CommitError::Unknown { .. }))
    ));
    for number in 2..5 {
        stall.combiner.settle(EVENT, place(number, 1)).await.unwrap();
    }
    assert_eq!(stall.pool().await, (2, 3, 0));
}

#[tokio::test(start_paused = true)]
async fn an_idle_combiner_retires_and_another_takes_its_place() {
    let stall = Stall::of(5).await;
    stall.combiner.settle(EVENT, place(1, 1)).await.unwrap();
    assert_eq!(stall.combiner.queues.lock().unwrap().len(), 1);
    tokio::time::sleep(IDLE * 2).await;
    assert!(stall.combiner.queues.lock().unwrap().is_empty());
    stall.combiner.settle(EVENT, place(2, 1)).await.unwrap();
    assert_eq!(stall.pool().await, (3, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn who_asks_as_the_combiner_retires_is_served() {
    let stall = Stall::of(100).await;
    stall.combiner.settle(EVENT, place(1, 1)).await.unwrap();
    let mut asked = Vec::new();
    for number in 2..40 {
        // Around the moment at which it retires, to the millisecond.
        let combiner = stall.combiner.clone();
        asked.push(tokio::spawn(async move {
            let idle = u64::try_from(IDLE.as_millis()).unwrap();
            tokio::time::sleep(Duration::from_millis(idle - 20 + number)).await;
            combiner.settle(EVENT, place(u128::from(number), 1)).await
        }));
    }
    for answer in asked {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(stall.pool().await, (61, 39, 0));
}

#[tokio::test(start_paused = true)]
async fn more_than_the_queue_holds_are_asked_to_come_back() {
    let stall = Stall::of(100_000).await;
    let gate = Gate::closed();
    stall.store.fail_next(Fault::Wait(gate.clone()));
    let first = tokio::spawn({
        let combiner = stall.combiner.clone();
        async move { combiner.settle(EVENT, place(1, 1)).await }
    });
    gate.reached().await;
    let many = (2..=QUEUE_MAX as u128 + 101).map(|number| stall.combiner.settle(EVENT, place(number, 1)));
    let (answers, ()) = tokio::join!(futures::future::join_all(many), async { gate.open() });
    first.await.unwrap().unwrap();
    let busy = answers
        .iter()
        .filter(|answer| matches!(answer, Err(SaleError::Commit(CommitError::Busy { .. }))));
    assert_eq!(busy.count(), 100);
    assert_eq!(stall.pool().await.1, 1 + i64::try_from(QUEUE_MAX).unwrap());
}

#[tokio::test(start_paused = true)]
async fn two_processes_that_sell_the_same_places_sell_each_once() {
    let stall = Stall::of(100).await;
    let combiners = [stall.combiner.clone(), stall.other_process()];
    let buyers = (0..200_u128).map(|number| {
        let combiner = combiners[(number % 2) as usize].clone();
        tokio::spawn(async move { combiner.settle(EVENT, place(number + 1, 1)).await })
    });
    let mut sold = 0;
    for buyer in buyers.collect::<Vec<_>>() {
        match buyer.await.unwrap() {
            Ok(settled) => {
                assert!(matches!(settled.order.state, OrderState::Held { .. }));
                sold += 1;
            }
            Err(error) => assert!(matches!(error, SaleError::SoldOut { left: 0, .. }), "{error}"),
        }
    }
    assert_eq!(sold, 100);
    assert_eq!(stall.pool().await, (0, 100, 0));
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_stays_away_fails_its_batch_and_not_the_next() {
    let stall = Stall::of(5).await;
    for _ in 0..8 {
        stall.store.fail_next(Fault::LoseRequest);
    }
    let unlucky = stall.combiner.settle(EVENT, place(1, 1)).await;
    assert!(matches!(
        unlucky,
        Err(SaleError::Commit(CommitError::Unknown { .. }))
    ));
    // Asked again under the same key, and by others.
    stall.combiner.settle(EVENT, place(1, 1)).await.unwrap();
    stall.combiner.settle(EVENT, place(2, 1)).await.unwrap();
    assert_eq!(stall.pool().await, (3, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_was_lost_is_found_again_by_who_asks_again() {
    let stall = Stall::of(5).await;
    stall.store.fail_next(Fault::LoseReply);
    for _ in 0..7 {
        stall.store.fail_next(Fault::Busy);
    }
    stall.combiner.settle(EVENT, place(1, 1)).await.unwrap_err();
    let again = stall.combiner.settle(EVENT, place(1, 1)).await.unwrap();
    assert!(again.replayed);
    assert_eq!(stall.pool().await, (4, 1, 0));
}

fn job(number: u64, step: Step) -> (Job, oneshot::Receiver<Answer>) {
    let (answer, told) = oneshot::channel();
    let job = Job {
        step,
        answer,
        number,
        tries: 0,
    };
    (job, told)
}

#[tokio::test]
async fn what_the_store_said_is_left_is_used_up_before_others_may_join() {
    let stall = Stall::of(1).await;
    let mut batch = Batch::new(EVENT);
    let (only, told) = job(0, place(1, 2));
    let mut waiting = VecDeque::from([only]);
    let ports = &stall.combiner.ports;
    let first = round::settle(ports, &mut batch, &mut waiting).await;
    assert_eq!((first, waiting.len()), (Intake::Closed, 1));
    assert_eq!(batch.left[&PoolKey::Event].available, 1);
    let second = round::settle(ports, &mut batch, &mut waiting).await;
    assert_eq!((second, waiting.len()), (Intake::Open, 0));
    assert!(batch.left.is_empty());
    assert!(matches!(
        told.await.unwrap(),
        Err(SaleError::SoldOut { left: 1, .. })
    ));
}

#[tokio::test]
async fn who_came_up_short_keeps_his_place_when_another_leaves_the_batch() {
    let stall = Stall::of(10).await;
    stall.combiner.settle(EVENT, place(1, 4)).await.unwrap();
    let mut batch = Batch::new(EVENT);
    let six = plan::Left {
        available: 6,
        held: 4,
    };
    batch.left.insert(PoolKey::Event, six);
    // A replay, which looks as if it left too little for the second; the third fits beside it.
    let (jobs, told): (VecDeque<_>, Vec<_>) = [place(1, 4), place(2, 5), place(3, 2)]
        .into_iter()
        .zip(0..)
        .map(|(step, number)| job(number, step))
        .unzip();
    let mut waiting = jobs;
    let ports = &stall.combiner.ports;
    let first = round::settle(ports, &mut batch, &mut waiting).await;
    assert_eq!(first, Intake::Closed);
    assert_eq!(waiting.iter().map(|job| job.number).collect::<Vec<_>>(), [1, 2]);
    while !waiting.is_empty() {
        round::settle(ports, &mut batch, &mut waiting).await;
    }
    let mut answers = Vec::new();
    for told in told {
        answers.push(told.await.unwrap());
    }
    assert!(answers[0].as_ref().unwrap().replayed);
    assert!(!answers[1].as_ref().unwrap().replayed);
    assert!(matches!(answers[2], Err(SaleError::SoldOut { left: 1, .. })));
    assert_eq!(stall.pool().await, (1, 9, 0));
}

#[tokio::test]
async fn a_step_behind_another_of_its_order_is_answered_with_it() {
    let stall = Stall::of(10).await;
    let mut batch = Batch::new(EVENT);
    let (first, told_first) = job(0, place(1, 4));
    let (again, told_again) = job(1, place(1, 4));
    let mut waiting = VecDeque::from([first, again]);
    round::settle(&stall.combiner.ports, &mut batch, &mut waiting).await;
    assert!(waiting.is_empty());
    assert!(!told_first.await.unwrap().unwrap().replayed);
    assert!(told_again.await.unwrap().unwrap().replayed);
}

#[tokio::test]
async fn an_endless_stream_of_replays_keeps_nobody_from_buying() {
    let stall = Stall::of(10_000).await;
    let combiner = &stall.combiner;
    // More than fit into as many batches as a job is tried in, each of another order.
    let replays = (TRIES_MAX + 2) * BATCH_MAX;
    let place_all = || (1..=replays as u128).map(|number| combiner.settle(EVENT, place(number, 1)));
    for placed in futures::future::join_all(place_all()).await {
        assert!(!placed.unwrap().replayed);
    }
    let buyer = combiner.settle(EVENT, place(1_000_000, 1));
    let (bought, again) = tokio::join!(buyer, futures::future::join_all(place_all()));
    assert!(!bought.unwrap().replayed);
    assert!(again.into_iter().all(|again| again.unwrap().replayed));
}
