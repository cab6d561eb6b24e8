//! Claims on a paused clock: seconds pass at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;
use crate::{CommitError, Document, Expect, FaultyStore, Key, MemoryStore, NewItem, Query, Read};

const TABLE: Table = Table("leases");
const WORK: &str = "sweep";
/// How soon after its last renewal a claim is with another at the latest.
const MOVES_WITHIN: Duration = Duration::from_secs(LEASE_SECONDS + 1);

type Faulty = FaultyStore<MemoryStore>;

/// A process that wants to do the work: it tells when it begins and ends.
struct Process {
    store: Faulty,
    lease: Lease,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
    begins: mpsc::UnboundedReceiver<Instant>,
    ends: mpsc::UnboundedReceiver<Instant>,
}

impl Process {
    /// On data that others share; the faults are its own.
    fn on(data: &MemoryStore) -> Self {
        Self::behind(FaultyStore::new(data.clone()))
    }

    fn behind(store: Faulty) -> Self {
        let (began, begins) = mpsc::unbounded_channel();
        let (ended, ends) = mpsc::unbounded_channel();
        let lease = Lease::contended(Arc::new(store.clone()), TABLE, WORK, false);
        let (shutdown, holding) = (CancellationToken::new(), lease.clone());
        let until_shutdown = shutdown.clone();
        let task = tokio::spawn(async move {
            let work = |held: Held| {
                let (began, ended) = (began.clone(), ended.clone());
                async move {
                    began.send(Instant::now()).expect("the test listens");
                    held.ended.cancelled().await;
                    ended.send(Instant::now()).expect("the test listens");
                }
            };
            holding.hold(until_shutdown, work).await;
        });
        Self {
            store,
            lease,
            shutdown,
            task,
            begins,
            ends,
        }
    }

    async fn begins(&mut self) -> Instant {
        let begins = timeout(Duration::from_mins(10), self.begins.recv());
        begins
            .await
            .expect("it begins in time")
            .expect("the process lives")
    }

    async fn ends(&mut self) -> Instant {
        let ends = timeout(Duration::from_mins(10), self.ends.recv());
        ends.await.expect("it ends in time").expect("the process lives")
    }
}

#[tokio::test(start_paused = true)]
async fn one_of_two_does_the_work_for_as_long_as_it_lives() {
    let data = MemoryStore::new();
    let mut first = Process::on(&data);
    first.begins().await;
    let second = Process::on(&data);
    sleep(Duration::from_mins(5)).await;
    assert!(first.lease.is_held() && !second.lease.is_held());
    assert!(second.begins.is_empty() && first.ends.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_lets_go_so_that_the_other_begins_within_a_second() {
    let data = MemoryStore::new();
    let mut first = Process::on(&data);
    first.begins().await;
    let mut second = Process::on(&data);
    sleep(Duration::from_secs(30)).await;
    first.shutdown.cancel();
    let ended = first.ends().await;
    let moved = second.begins().await - ended;
    assert!(moved <= LOOK, "{moved:?}");
    first.task.await.expect("it ends");
    assert!(!first.lease.is_held());
}

#[tokio::test(start_paused = true)]
async fn the_work_of_a_process_that_died_moves_in_time() {
    let data = MemoryStore::new();
    let mut first = Process::on(&data);
    first.begins().await;
    let mut second = Process::on(&data);
    sleep(Duration::from_secs(33)).await;
    first.task.abort();
    let died = Instant::now();
    let idle = second.begins().await - died;
    assert!(idle <= MOVES_WITHIN, "{idle:?}");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_cannot_reach_the_store_has_ended_before_another_begins() {
    let data = MemoryStore::new();
    let mut first = Process::on(&data);
    first.begins().await;
    let mut second = Process::on(&data);
    sleep(Duration::from_secs(31)).await;
    first.store.begin_outage();
    let (ended, began) = (first.ends().await, second.begins().await);
    assert!(ended <= began, "both did it for {:?}", ended - began);
    // It comes back, and waits its turn.
    first.store.end_outage();
    sleep(Duration::from_mins(1)).await;
    assert!(first.begins.is_empty());
    second.shutdown.cancel();
    first.begins().await;
}

#[tokio::test(start_paused = true)]
async fn two_failures_in_a_row_move_nothing() {
    let data = MemoryStore::new();
    let mut first = Process::on(&data);
    first.begins().await;
    let second = Process::on(&data);
    for fault in [crate::Fault::Busy, crate::Fault::LoseReply] {
        first.store.fail_next(fault);
    }
    sleep(Duration::from_mins(1)).await;
    assert_eq!(first.store.faults_left(), 0);
    assert!(first.lease.is_held() && first.ends.is_empty() && second.begins.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_gone_at_the_start_is_asked_until_it_is_there() {
    let store = FaultyStore::new(MemoryStore::new());
    store.begin_outage();
    let mut process = Process::behind(store);
    sleep(Duration::from_mins(1)).await;
    assert!(process.begins.is_empty());
    process.store.end_outage();
    process.begins().await;
}

#[tokio::test(start_paused = true)]
async fn where_nobody_else_can_write_the_work_begins_at_once_and_nothing_is_kept() {
    let store = MemoryStore::new();
    assert!(store.is_exclusive());
    let lease = Lease::new(Arc::new(store.clone()), TABLE, WORK);
    let (shutdown, begun) = (CancellationToken::new(), AtomicUsize::new(0));
    shutdown.cancel();
    let work = |held: Held| {
        begun.fetch_add(1, Ordering::SeqCst);
        assert!(lease.is_held());
        let plain = Change::of(TABLE).delete(Key::new(TABLE, "a", "b"), Condition::Exists);
        assert_eq!(held.fence(plain.clone()), plain, "no check is added");
        async move { held.ended.cancelled().await }
    };
    lease.hold(shutdown, work).await;
    assert_eq!(begun.load(Ordering::SeqCst), 1);
    assert!(!lease.is_held());
    let items = store
        .scan(TABLE, None, Query::LIMIT_MAX)
        .await
        .expect("it answers");
    assert_eq!(items.items, []);
}

/// One thing that happens to one of three processes.
#[derive(Debug, Clone)]
struct Turn {
    who: usize,
    /// So many milliseconds after the turn before; those who have no turn meanwhile are as good as frozen.
    after: u64,
    /// Whether it commits something under the claim that it thinks it has, or looks after the claim.
    commits: bool,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = (0..3_usize, 0..5_000_u64, any::<bool>());
    let turn = turn.prop_map(|(who, after, commits)| Turn { who, after, commits });
    prop::collection::vec(turn, 1..120)
}

/// Who did what under which number, as applied.
async fn play(turns: Vec<Turn>, seed: u64) {
    let store = FaultyStore::new(MemoryStore::new());
    store.shake(seed, 30);
    let mut claims: Vec<Claim> = (0..3).map(|_| Claim::new(TABLE, WORK, TTL)).collect();
    let mut until = [None; 3];
    // The last number under which anything was applied, and whose it is.
    let mut last = (0, 0);
    for (count, Turn { who, after, commits }) in turns.into_iter().enumerate() {
        tokio::time::advance(Duration::from_millis(after)).await;
        match claims[who].fence() {
            Some(fence) if commits => {
                let key = Key::new(TABLE, "done", format!("{count:04}"));
                let change =
                    Change::of(TABLE).put(NewItem::new(key.clone(), Document::empty()), Expect::Absent);
                let answer = store.commit(Held::under(fence).fence(change)).await;
                let applied = store
                    .inner()
                    .get(&key, Read::Consistent)
                    .await
                    .expect("no fault is near");
                if applied.is_some() {
                    assert!(fence.epoch >= last.0, "{} came after {}", fence.epoch, last.0);
                    assert!(
                        fence.epoch > last.0 || who == last.1,
                        "two have the number {}",
                        last.0
                    );
                    last = (fence.epoch, who);
                } else {
                    assert!(answer.is_err());
                }
                if until[who].is_some_and(|until| Instant::now() < until) {
                    let refused = matches!(answer, Err(CommitError::Refused(_)));
                    assert!(!refused, "who holds the claim is not fenced off");
                }
            }
            _ => match claims[who].step(&store).await {
                Step::Held { until: renewed } => until[who] = Some(renewed),
                Step::Elsewhere => until[who] = None,
                Step::Failed(_) => {}
            },
        }
        let now = Instant::now();
        let holders = until.iter().flatten().filter(|until| now < **until).count();
        assert!(holders <= 1, "{holders} hold the claim at one moment");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_one_holds_the_claim_and_a_number_that_was_passed_does_nothing(turns in turns(), seed: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(play(turns, seed));
    }
}
