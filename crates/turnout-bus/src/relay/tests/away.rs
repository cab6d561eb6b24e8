//! Stores and buses that are away for a while.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, timeout};
use turnout_domain::Envelope;
use turnout_store::{FaultyStore, MemoryStore, Store};

use super::super::PAGE;
use super::kit::{ADMITTED, Recorder, Running, SALES, SOLD, TABLE, handled};
use crate::{Bus, BusError, Group, Handler, HandlerError, Listener, MemoryBus};

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
        .outbox(TABLE, None, 1)
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

/// A bus that never takes messages of one kind, as one does whose bound they exceed.
struct Choosy(MemoryBus, &'static str);

#[async_trait]
impl Bus for Choosy {
    async fn publish(&self, messages: &[Envelope]) -> Result<(), BusError> {
        if messages.iter().any(|message| message.kind == self.1) {
            return Err(BusError::Unavailable("as the test asked".to_owned()));
        }
        self.0.publish(messages).await
    }

    async fn join(&self, group: Group, handler: Arc<dyn Handler>) -> Result<(), BusError> {
        self.0.join(group, handler).await
    }

    async fn listen(&self, kinds: &'static [&'static str]) -> Result<Listener, BusError> {
        self.0.listen(kinds).await
    }

    async fn ready(&self) -> Result<(), BusError> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_bus_does_not_take_holds_up_nothing_and_is_kept() {
    let (recorder, mut receiver) = Recorder::failing(0);
    let bus = MemoryBus::new();
    bus.join(SALES, Arc::new(recorder)).await.expect("joined");
    let running = Running::over(Arc::new(Choosy(bus.clone(), ADMITTED)), bus);
    running.commit(ADMITTED, PAGE + 10).await;
    let began = Instant::now();
    let committed = running.commit(SOLD, 20 * PAGE).await;
    assert_eq!(handled(&mut receiver, committed.len()).await, committed);
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "it took {:?}",
        began.elapsed()
    );
    assert_eq!(running.stop().await, PAGE + 10);
}
