//! What other processes committed.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use turnout_domain::SeededIds;
use turnout_store::MemoryStore;

use super::super::GRACE;
use super::kit::commit_to;
use super::*;

/// How soon what a dead process left behind is sent, if it held the claim on such too: a claim takes six seconds to run
/// out and one to be noticed, and what is left behind is looked for once a second.
const SENT_WITHIN: Duration = Duration::from_secs(9);

/// A process whose every message was committed by another.
struct Onlooker {
    shutdown: CancellationToken,
    relay: JoinHandle<()>,
}

impl Onlooker {
    fn of(store: &MemoryStore, bus: &crate::MemoryBus) -> Self {
        let store = Doctored(store.clone(), |batch| batch.elsewhere = true);
        let shutdown = CancellationToken::new();
        let relay = tokio::spawn(relay(
            Arc::new(store),
            Arc::new(bus.clone()),
            TABLE,
            shutdown.clone(),
        ));
        Self { shutdown, relay }
    }
}

/// A bus whose handler records, and a store.
async fn surroundings() -> (
    MemoryStore,
    crate::MemoryBus,
    tokio::sync::mpsc::UnboundedReceiver<turnout_domain::MessageId>,
) {
    let (recorder, receiver) = Recorder::failing(0);
    let bus = crate::MemoryBus::new();
    bus.join(SALES, Arc::new(recorder)).await.expect("joined");
    (MemoryStore::new(), bus, receiver)
}

#[tokio::test(start_paused = true)]
async fn what_was_left_behind_is_sent_once_by_one_of_those_who_see_it() {
    let (store, bus, mut receiver) = surroundings().await;
    let onlookers = [Onlooker::of(&store, &bus), Onlooker::of(&store, &bus)];
    let committed = commit_to(&store, &SeededIds::new(1), SOLD, 500).await;
    let began = Instant::now();
    assert_eq!(handled(&mut receiver, 500).await, committed);
    assert!(began.elapsed() >= GRACE, "who committed it has the first turn");
    assert!(began.elapsed() <= SENT_WITHIN, "{:?}", began.elapsed());
    for onlooker in onlookers {
        onlooker.shutdown.cancel();
        onlooker.relay.await.expect("the relay does not panic");
    }
    assert!(receiver.is_empty(), "a message was sent twice");
    let left = store.outbox(TABLE, None, 10).await.expect("it answers");
    assert_eq!(left, []);
}

#[tokio::test(start_paused = true)]
async fn what_another_sends_in_time_is_not_sent_again() {
    let (store, bus, mut receiver) = surroundings().await;
    let onlooker = Onlooker::of(&store, &bus);
    let ids = SeededIds::new(1);
    for _ in 0..50 {
        commit_to(&store, &ids, SOLD, 3).await;
        sleep(Duration::from_millis(700)).await;
        let waiting = store.outbox(TABLE, None, 10).await.expect("it answers");
        let positions: Vec<_> = waiting.into_iter().map(|batch| batch.position).collect();
        assert_eq!(positions.len(), 3);
        store.outbox_sent(TABLE, &positions).await.expect("it answers");
    }
    onlooker.shutdown.cancel();
    onlooker.relay.await.expect("the relay does not panic");
    assert!(receiver.try_recv().is_err(), "it was sent already");
}

#[tokio::test(start_paused = true)]
async fn when_the_one_with_the_claim_dies_another_sends_what_is_left_in_time() {
    let (store, bus, mut receiver) = surroundings().await;
    let first = Onlooker::of(&store, &bus);
    // It claims before the other is there.
    sleep(Duration::from_secs(1)).await;
    let second = Onlooker::of(&store, &bus);
    sleep(Duration::from_secs(30)).await;
    first.relay.abort();
    let (died, ids) = (Instant::now(), SeededIds::new(1));
    let committed = commit_to(&store, &ids, SOLD, 5).await;
    assert_eq!(handled(&mut receiver, 5).await, committed);
    assert!(died.elapsed() <= SENT_WITHIN, "{:?}", died.elapsed());
    second.shutdown.cancel();
    second.relay.await.expect("the relay does not panic");
}

#[tokio::test(start_paused = true)]
async fn what_a_process_committed_itself_is_sent_at_once_though_another_has_the_claim() {
    let (store, bus, mut receiver) = surroundings().await;
    let onlooker = Onlooker::of(&store, &bus);
    sleep(Duration::from_secs(1)).await;
    let own = Doctored(store.clone(), |_| {});
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(relay(Arc::new(own), Arc::new(bus), TABLE, shutdown.clone()));
    sleep(Duration::from_secs(10)).await;
    let began = Instant::now();
    let committed = commit_to(&store, &SeededIds::new(1), SOLD, 5).await;
    assert_eq!(handled(&mut receiver, 5).await, committed);
    assert!(
        began.elapsed() < Duration::from_millis(100),
        "{:?}",
        began.elapsed()
    );
    for (shutdown, task) in [(shutdown, task), (onlooker.shutdown, onlooker.relay)] {
        shutdown.cancel();
        task.await.expect("the relay does not panic");
    }
    assert!(receiver.try_recv().is_err(), "it was sent twice");
}
