//! The relay against a store and a bus that misbehave, on a paused clock: a pause of half a minute passes at once.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use turnout_domain::{Envelope, FixedClock, Ids, MessageId, SeededIds};
use turnout_store::{Change, Document, Expect, FaultyStore, Key, MemoryStore, NewItem};

use super::*;
use crate::{Group, Handler, Listener, MemoryBus};

const TABLE: Table = Table("tickets");
const SOLD: &str = "ticketing.sold";
const ADMITTED: &str = "ticketing.admitted";
const SALES: Group = Group {
    name: "test-sales",
    kinds: &[SOLD],
};
const DOORS: Group = Group {
    name: "test-doors",
    kinds: &[ADMITTED],
};

/// A running relay, and what a test does to it.
struct Running {
    store: FaultyStore<MemoryStore>,
    bus: MemoryBus,
    ids: SeededIds,
    shutdown: CancellationToken,
    relay: JoinHandle<()>,
}

impl Running {
    async fn with(group: Group, handler: impl Handler) -> Self {
        let bus = MemoryBus::new();
        bus.join(group, Arc::new(handler)).await.expect("joined");
        Self::over(Arc::new(bus.clone()), bus)
    }

    fn over(relayed_to: Arc<dyn Bus>, bus: MemoryBus) -> Self {
        let store = FaultyStore::new(MemoryStore::new());
        let shutdown = CancellationToken::new();
        let relay = tokio::spawn(relay(
            Arc::new(store.clone()),
            relayed_to,
            TABLE,
            shutdown.clone(),
        ));
        Self {
            store,
            bus,
            ids: SeededIds::new(1),
            shutdown,
            relay,
        }
    }

    /// Commits a change for each message, as services do.
    async fn commit(&self, kind: &'static str, count: usize) -> HashSet<MessageId> {
        let mut committed = HashSet::new();
        for _ in 0..count {
            let message = self.message(kind);
            committed.insert(message.id);
            let item = NewItem::new(
                Key::new(TABLE, "order", message.id.to_string()),
                Document::empty(),
            );
            let change = Change::of(TABLE).put(item, Expect::Absent).emit(message);
            self.store
                .inner()
                .commit(change)
                .await
                .expect("nothing is in the way");
        }
        committed
    }

    fn message(&self, kind: &str) -> Envelope {
        let now = turnout_domain::Clock::now(&FixedClock::at(
            "2026-07-04T19:00:00Z".parse().expect("an instant"),
        ));
        let body = serde_json::value::to_raw_value(&0).expect("a number");
        Envelope {
            id: MessageId::from_ulid(self.ids.ulid(now)),
            kind: kind.to_owned(),
            occurred_at: now,
            body,
        }
    }

    /// Stops the relay and answers how many batches are left in the outbox.
    async fn stop(self) -> usize {
        self.shutdown.cancel();
        self.relay.await.expect("the relay does not panic");
        self.store
            .inner()
            .outbox(TABLE, usize::MAX)
            .await
            .expect("nothing is in the way")
            .len()
    }
}

/// Tells a test what it handled; fails on the first messages, as many as it is told.
struct Recorder {
    handled: mpsc::UnboundedSender<MessageId>,
    failures_left: AtomicUsize,
}

impl Recorder {
    fn failing(failures: usize) -> (Self, mpsc::UnboundedReceiver<MessageId>) {
        let (handled, receiver) = mpsc::unbounded_channel();
        (
            Self {
                handled,
                failures_left: AtomicUsize::new(failures),
            },
            receiver,
        )
    }
}

#[async_trait]
impl Handler for Recorder {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        let failing = self
            .failures_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if failing.is_ok() {
            return Err(HandlerError::new("as the test asked"));
        }
        self.handled.send(message.id).map_err(HandlerError::new)
    }
}

/// The ids of the next `count` messages that were handled.
async fn handled(receiver: &mut mpsc::UnboundedReceiver<MessageId>, count: usize) -> HashSet<MessageId> {
    let mut ids = HashSet::new();
    while ids.len() < count {
        let id = timeout(Duration::from_mins(10), receiver.recv())
            .await
            .expect("it is handled in time");
        ids.insert(id.expect("the handler lives"));
    }
    ids
}

#[tokio::test(start_paused = true)]
async fn what_is_committed_is_handled_and_leaves_the_outbox() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let running = Running::with(SALES, recorder).await;
    let committed = running.commit(SOLD, 3).await;
    assert_eq!(handled(&mut receiver, 3).await, committed);
    assert_eq!(running.stop().await, 0);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_messages_are_handled_once_each() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let running = Running::with(SALES, recorder).await;
    let committed = running.commit(SOLD, 10_000).await;
    assert_eq!(handled(&mut receiver, 10_000).await, committed);
    assert_eq!(running.stop().await, 0);
    assert!(
        receiver.recv().await.is_none(),
        "a message came twice, though nothing failed"
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_that_fails_is_tried_until_it_is_taken() {
    let (recorder, mut receiver) = Recorder::failing(12);
    let running = Running::with(SALES, recorder).await;
    let committed = running.commit(SOLD, 1).await;
    assert_eq!(handled(&mut receiver, 1).await, committed);
    assert_eq!(running.stop().await, 0);
}

/// Takes no message of one kind, ever.
struct Refusing(Recorder, &'static str);

#[async_trait]
impl Handler for Refusing {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        if message.kind == self.1 {
            Err(HandlerError::new("never"))
        } else {
            self.0.handle(message).await
        }
    }
}

#[tokio::test(start_paused = true)]
async fn more_poison_than_a_page_holds_up_nothing_and_is_kept() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let both = Group {
        name: "test-both",
        kinds: &[SOLD, ADMITTED],
    };
    let running = Running::with(both, Refusing(recorder, ADMITTED)).await;
    running.commit(ADMITTED, 3 * PAGE).await;
    let committed = running.commit(SOLD, 100).await;
    assert_eq!(handled(&mut receiver, 100).await, committed);
    assert_eq!(running.stop().await, 3 * PAGE);
}

/// Works on each message until the test lets it go on.
struct Gated(Arc<Semaphore>, Recorder);

#[async_trait]
impl Handler for Gated {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.0.acquire().await.map_err(HandlerError::new)?.forget();
        self.1.handle(message).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_group_does_not_keep_another_waiting() {
    let (slow, mut slow_receiver) = Recorder::failing(0);
    let (quick, mut quick_receiver) = Recorder::failing(0);
    let gate = Arc::new(Semaphore::new(0));
    let running = Running::with(SALES, Gated(Arc::clone(&gate), slow)).await;
    running.bus.join(DOORS, Arc::new(quick)).await.expect("joined");
    let sold = running.commit(SOLD, 3 * IN_FLIGHT_LOW).await;
    let admitted = running.commit(ADMITTED, 10).await;
    assert_eq!(handled(&mut quick_receiver, 10).await, admitted);
    gate.add_permits(sold.len());
    assert_eq!(handled(&mut slow_receiver, sold.len()).await, sold);
    assert_eq!(running.stop().await, 0);
}

#[tokio::test(start_paused = true)]
async fn at_shutdown_what_is_in_flight_is_finished_and_marked_as_sent() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let gate = Arc::new(Semaphore::new(0));
    let running = Running::with(SALES, Gated(Arc::clone(&gate), recorder)).await;
    let committed = running.commit(SOLD, 1).await;
    // Lets the relay read the outbox and hand the message over.
    timeout(Duration::from_secs(2), receiver.recv())
        .await
        .expect_err("the gate is closed");
    running.shutdown.cancel();
    timeout(Duration::from_secs(2), receiver.recv())
        .await
        .expect_err("the gate is still closed");
    assert!(!running.relay.is_finished(), "it left a message in flight");
    gate.add_permits(1);
    assert_eq!(handled(&mut receiver, 1).await, committed);
    assert_eq!(running.stop().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_for_a_while_delays_messages_and_loses_none() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let running = Running::with(SALES, recorder).await;
    running.store.begin_outage();
    let committed = running.commit(SOLD, 50).await;
    timeout(Duration::from_mins(5), receiver.recv())
        .await
        .expect_err("the outbox cannot be read");
    running.store.end_outage();
    assert_eq!(handled(&mut receiver, 50).await, committed);
    assert_eq!(running.stop().await, 0);
}

/// Cuts the relay off from its store as soon as a message is handled.
struct CuttingOff(FaultyStore<MemoryStore>, Recorder);

#[async_trait]
impl Handler for CuttingOff {
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError> {
        self.0.begin_outage();
        self.1.handle(message).await
    }
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_marked_as_sent_is_not_published_again_but_marked_later() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let bus = MemoryBus::new();
    let running = Running::over(Arc::new(bus.clone()), bus);
    let handler = CuttingOff(running.store.clone(), recorder);
    running.bus.join(SALES, Arc::new(handler)).await.expect("joined");
    let committed = running.commit(SOLD, 1).await;
    assert_eq!(handled(&mut receiver, 1).await, committed);
    timeout(Duration::from_mins(5), receiver.recv())
        .await
        .expect_err("it was handled already");
    running.store.end_outage();
    timeout(Duration::from_mins(1), receiver.recv())
        .await
        .expect_err("it was handled already");
    let outbox = running
        .store
        .inner()
        .outbox(TABLE, 1)
        .await
        .expect("nothing is in the way");
    assert_eq!(outbox, [], "the relay still runs and has marked it");
    assert_eq!(running.stop().await, 0);
}

/// A bus that cannot be reached until a test says so.
struct Unreachable {
    bus: MemoryBus,
    reachable: AtomicBool,
    attempts: Mutex<Vec<Instant>>,
}

#[async_trait]
impl Bus for Unreachable {
    async fn publish(&self, messages: &[Envelope]) -> Result<(), BusError> {
        self.attempts.lock().expect("no panic").push(Instant::now());
        self.ready().await?;
        self.bus.publish(messages).await
    }

    async fn join(&self, group: Group, handler: Arc<dyn Handler>) -> Result<(), BusError> {
        self.bus.join(group, handler).await
    }

    async fn listen(&self, kinds: &'static [&'static str]) -> Result<Listener, BusError> {
        self.bus.listen(kinds).await
    }

    async fn ready(&self) -> Result<(), BusError> {
        let reachable = self.reachable.load(Ordering::SeqCst);
        if reachable {
            Ok(())
        } else {
            Err(BusError::Unavailable("as the test asked".to_owned()))
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_bus_that_is_away_is_asked_ever_less_often_and_gets_everything_in_the_end() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let bus = MemoryBus::new();
    bus.join(SALES, Arc::new(recorder)).await.expect("joined");
    let unreachable = Arc::new(Unreachable {
        bus: bus.clone(),
        reachable: AtomicBool::new(false),
        attempts: Mutex::default(),
    });
    let running = Running::over(Arc::clone(&unreachable) as Arc<dyn Bus>, bus);
    let committed = running.commit(SOLD, 1_000).await;
    timeout(Duration::from_hours(1), receiver.recv())
        .await
        .expect_err("the bus is away");
    let rounds: HashSet<Instant> = unreachable
        .attempts
        .lock()
        .expect("no panic")
        .iter()
        .copied()
        .collect();
    assert!(
        (100..2_000).contains(&rounds.len()),
        "asked {} times in an hour",
        rounds.len()
    );
    unreachable.reachable.store(true, Ordering::SeqCst);
    assert_eq!(handled(&mut receiver, 1_000).await, committed);
    assert_eq!(running.stop().await, 0);
}
