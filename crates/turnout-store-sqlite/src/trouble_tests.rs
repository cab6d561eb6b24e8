//! What the store does when the disk is full, a sync fails, or more is asked of it than it can do.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use rusqlite::ffi;
use serde_json::json;
use turnout_store::{
    Change, CommitError, Condition, Counter, Document, Expect, Item, Key, MemoryStore, NewItem, Read, Store,
    StoreError, Table, Update,
};

use crate::store::Tuning;
use crate::writer::{self, Commit, QUEUE_MAX};
use crate::{Options, SqliteStore};

const TABLE: Table = Table("t");
const LEFT: Counter = Counter("left");

fn key(sort: &str) -> Key {
    Key::new(TABLE, "p", sort)
}

fn insert(sort: &str, document: Document) -> Change {
    Change::of(TABLE).put(NewItem::new(key(sort), document).counter(LEFT, 0), Expect::Absent)
}

fn empty(sort: &str) -> Change {
    insert(sort, Document::empty())
}

fn open(folder: &Path, commit: Commit) -> SqliteStore {
    let tuning = Tuning {
        commit,
        ..Tuning::default()
    };
    SqliteStore::open_tuned(folder, &Options::default(), tuning).expect("an empty folder opens")
}

async fn get(store: &SqliteStore, sort: &str) -> Option<Item> {
    store
        .get(&key(sort), Read::Consistent)
        .await
        .expect("reads go on")
}

fn failing(code: i32) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}

/// A commit that fails with `code`, without committing, as long as the switch is on.
fn faulty(code: i32) -> (Arc<AtomicBool>, Commit) {
    let switch = Arc::new(AtomicBool::new(false));
    let fails = Arc::clone(&switch);
    let commit = move |connection: &_| {
        if fails.load(Ordering::SeqCst) {
            Err(failing(code))
        } else {
            writer::commit(connection)
        }
    };
    (switch, Box::new(commit))
}

/// A store whose commits say when they begin, and wait to be let go; all go when the sender is dropped, which is before
/// the store is, in a test that fails.
fn gated(folder: &Path) -> (SqliteStore, Receiver<()>, Sender<()>) {
    let ((begun, begins), (go, wait)) = (channel(), channel());
    let wait = Mutex::new(wait);
    let commit = move |connection: &_| {
        let _unheard = begun.send(());
        let _let_go = wait.lock().expect("one writer").recv();
        writer::commit(connection)
    };
    (open(folder, Box::new(commit)), begins, go)
}

/// Waits for the writer to come to its next commit.
fn wait_for(begins: &Receiver<()>) {
    begins
        .recv_timeout(Duration::from_secs(30))
        .expect("the writer comes to a commit");
}

#[tokio::test]
async fn a_commit_that_finds_the_disk_full_is_busy_and_the_next_one_goes_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let (full, commit) = faulty(ffi::SQLITE_FULL);
    let store = open(folder.path(), commit);
    full.store(true, Ordering::SeqCst);
    assert!(matches!(
        store.commit(empty("a")).await,
        Err(CommitError::Busy { .. })
    ));
    full.store(false, Ordering::SeqCst);
    assert_eq!(get(&store, "a").await, None);
    store.ready().await.expect("it passes");
    store.commit(empty("a")).await.expect("there is room again");
    assert!(get(&store, "a").await.is_some());
}

#[tokio::test]
async fn a_file_at_its_bound_is_busy_and_can_still_be_read_and_emptied() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options {
        bytes_max: Some(512 * 1024),
        ..Options::default()
    };
    let store = SqliteStore::open(folder.path(), &options).expect("an empty folder opens");
    let big = || Document::of(&"x".repeat(100_000));
    let mut stored = 0;
    let why = loop {
        match store.commit(insert(&stored.to_string(), big())).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 10, "the bound holds");
    };
    assert!(
        matches!(&why, CommitError::Busy { why } if why.contains("full")),
        "{why:?}"
    );
    assert!(stored >= 3 && get(&store, "0").await.is_some());
    let delete = Change::of(TABLE).delete(key("0"), Condition::Exists);
    store.commit(delete).await.expect("deleting needs no room");
    store
        .commit(insert("again", big()))
        .await
        .expect("there is room again");
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_written_until_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (fails, commit) = faulty(ffi::SQLITE_IOERR_FSYNC);
    let store = open(folder.path(), commit);
    store.commit(empty("before")).await.expect("the disk is sound");
    fails.store(true, Ordering::SeqCst);
    assert!(matches!(
        store.commit(empty("lost")).await,
        Err(CommitError::Unknown { .. })
    ));
    fails.store(false, Ordering::SeqCst);
    let after = store.commit(empty("after")).await;
    assert!(
        matches!(&after, Err(CommitError::Busy { why }) if why.contains("restarted")),
        "{after:?}"
    );
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable { .. })));
    assert!(matches!(store.sweep().await, Err(StoreError::Unavailable { .. })));
    assert!(get(&store, "before").await.is_some(), "reads go on");
    store.close().await;
    let store = SqliteStore::open(folder.path(), &Options::default()).expect("a restart");
    store
        .commit(empty("after"))
        .await
        .expect("the disk is sound again");
    assert!(get(&store, "before").await.is_some());
}

#[tokio::test]
async fn nobody_is_answered_before_the_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, begins, go) = gated(folder.path());
    let mut first = Box::pin(store.commit(empty("a")));
    assert!(first.as_mut().now_or_never().is_none());
    wait_for(&begins);
    assert!(first.as_mut().now_or_never().is_none());
    assert_eq!(get(&store, "a").await, None, "a reader sees nothing of it yet");
    go.send(()).expect("the writer waits");
    first.await.expect("committed");
    assert!(get(&store, "a").await.is_some());
}

#[tokio::test]
async fn what_waits_shares_one_commit_and_each_change_is_judged_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, begins, go) = gated(folder.path());
    let pool = NewItem::new(key("pool"), Document::empty()).counter(LEFT, 150);
    let pool = Change::of(TABLE).put(pool, Expect::Absent);
    let mut first = Box::pin(store.commit(pool));
    assert!(first.as_mut().now_or_never().is_none());
    wait_for(&begins);
    let mut sales: Vec<_> = (0..200)
        .map(|number| Box::pin(store.commit(empty(&format!("order-{number}")).take(key("pool"), LEFT, 1))))
        .collect();
    for sale in &mut sales {
        assert!(sale.as_mut().now_or_never().is_none());
    }
    go.send(()).expect("the writer waits");
    first.await.expect("committed");
    wait_for(&begins);
    go.send(()).expect("the writer waits");
    let outcomes = join_all(sales).await;
    assert!(begins.try_recv().is_err(), "two hundred sales are one commit");
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 150);
    let refused = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(CommitError::Refused(_))));
    assert_eq!(refused.count(), 50);
    let pool = get(&store, "pool").await.expect("the pool stands");
    assert_eq!((pool.counter(LEFT), pool.version), (0, 151));
    drop(go);
}

/// Inserts, replacements, updates and deletes of five items in one batch: an item may be deleted and inserted again
/// in it, or inserted and deleted, and ends as one row or none.
#[tokio::test]
async fn a_batch_leaves_what_its_changes_leave_one_by_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, begins, go) = gated(folder.path());
    let reference = MemoryStore::new();
    let mut dice = 7_u64;
    for round in 0..12 {
        let mut first = Box::pin(store.commit(empty(&format!("round-{round}"))));
        assert!(first.as_mut().now_or_never().is_none());
        wait_for(&begins);
        let mut waiting = Vec::new();
        for number in 0..20 {
            // Knuth's MMIX generator; its high bits are the good ones.
            dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let item = format!("item-{}", (dice >> 40) % 5);
            let document = Document::of(&format!("{round} {number}"));
            let change = match (dice >> 50) % 6 {
                0 | 1 => insert(&item, document),
                2 => Change::of(TABLE).delete(key(&item), Condition::Exists),
                3 => Change::of(TABLE).put(
                    NewItem::new(key(&item), document),
                    Expect::Version((dice >> 60) % 4),
                ),
                4 => Change::of(TABLE).update(Update::of(key(&item)).give(LEFT, 1).document(document)),
                _ => Change::of(TABLE).give(key(&item), LEFT, 1),
            };
            let mut commit = Box::pin(store.commit(change.clone()));
            assert!(commit.as_mut().now_or_never().is_none());
            waiting.push((commit, reference.commit(change).await));
        }
        go.send(()).expect("the writer waits");
        first.await.expect("committed");
        wait_for(&begins);
        go.send(()).expect("the writer waits");
        for (commit, expected) in waiting {
            match (commit.await, expected) {
                (Ok(committed), Ok(expected)) => assert_eq!(committed, expected),
                (Err(CommitError::Refused(refusals)), Err(CommitError::Refused(expected))) => {
                    assert_eq!(refusals, expected);
                }
                (answer, expected) => panic!("{answer:?} is not {expected:?}"),
            }
        }
        for number in 0..5 {
            let sort = format!("item-{number}");
            let expected = reference
                .get(&key(&sort), Read::Consistent)
                .await
                .expect("memory");
            assert_eq!(get(&store, &sort).await, expected, "round {round}");
        }
    }
}

#[tokio::test]
async fn a_full_queue_turns_changes_away_and_closing_does_what_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, begins, go) = gated(folder.path());
    let mut first = Box::pin(store.commit(empty("first")));
    assert!(first.as_mut().now_or_never().is_none());
    wait_for(&begins);
    let mut waiting: Vec<_> = (0..QUEUE_MAX)
        .map(|number| Box::pin(store.commit(empty(&number.to_string()))))
        .collect();
    for commit in &mut waiting {
        assert!(commit.as_mut().now_or_never().is_none());
    }
    assert!(matches!(
        store.commit(empty("one-more")).await,
        Err(CommitError::Busy { .. })
    ));
    drop(go);
    store.clone().close().await;
    first.await.expect("done before closing");
    assert!(join_all(waiting).await.iter().all(Result::is_ok));
    assert!(matches!(
        store.commit(empty("late")).await,
        Err(CommitError::Busy { .. })
    ));
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable { .. })));
    let read = store.get(&key("first"), Read::Consistent).await;
    assert!(matches!(read, Err(StoreError::Unavailable { .. })));
    drop(store);
    let store = SqliteStore::open(folder.path(), &Options::default()).expect("the folder is free");
    assert!(get(&store, "0").await.is_some() && get(&store, "1023").await.is_some());
    assert_eq!(get(&store, "one-more").await, None);
}

#[tokio::test]
async fn the_log_begins_anew_while_the_store_writes() {
    const PAGES_MIN: i32 = 64;
    let folder = tempfile::tempdir().expect("a folder");
    let tuning = Tuning {
        checkpoint_pages_min: PAGES_MIN,
        ..Tuning::default()
    };
    let store = SqliteStore::open_tuned(folder.path(), &Options::default(), tuning).expect("opens");
    let document = Document::of(&json!("x".repeat(20_000)));
    for number in 0..400 {
        store
            .commit(insert(&number.to_string(), document.clone()))
            .await
            .expect("room");
    }
    let log = std::fs::metadata(folder.path().join("turnout.db-wal"))
        .expect("the log is there")
        .len();
    // Eight megabytes went through it; how far it grew hangs on how soon the thread had its turn.
    assert!(log < 4_000_000, "the log has {log} bytes");
}
