//! Faults by script.

use super::*;
use crate::{Document, Expect, Index, IndexKey, MemoryStore, NewItem};

const TABLE: Table = Table("faults");

fn key() -> Key {
    Key::new(TABLE, "p", "s")
}

fn insert() -> Change {
    Change::of(TABLE).put(NewItem::new(key(), Document::empty()), Expect::Absent)
}

async fn stands(store: &FaultyStore<Arc<dyn Store>>) -> bool {
    store
        .get(&key(), Read::Consistent)
        .await
        .expect("no fault is left")
        .is_some()
}

fn store() -> FaultyStore<Arc<dyn Store>> {
    FaultyStore::new(Arc::new(MemoryStore::new()))
}

#[tokio::test]
async fn a_lost_reply_leaves_the_change_applied_and_the_retry_gives_the_first_answer() {
    let store = store();
    store.fail_next(Fault::LoseReply);
    let change = insert();
    assert!(matches!(
        store.commit(change.clone()).await,
        Err(CommitError::Unknown { .. })
    ));
    assert!(stands(&store).await);
    assert_eq!(store.commit(change).await.expect("applied once").versions, [1]);
}

#[tokio::test]
async fn a_lost_request_and_a_busy_store_leave_nothing() {
    let store = store();
    store.fail_next(Fault::LoseRequest);
    store.fail_next(Fault::Busy);
    assert!(matches!(
        store.commit(insert()).await,
        Err(CommitError::Unknown { .. })
    ));
    assert!(matches!(
        store.commit(insert()).await,
        Err(CommitError::Busy { .. })
    ));
    assert!(!stands(&store).await);
    assert_eq!(store.faults_left(), 0);
}

#[tokio::test]
async fn a_read_leaves_the_faults_of_commits_alone() {
    let store = store();
    store.fail_next(Fault::Busy);
    store.fail_next(Fault::Unavailable);
    let read = store.get(&key(), Read::Consistent).await;
    assert!(matches!(read, Err(StoreError::Unavailable { .. })));
    assert!(matches!(
        store.commit(insert()).await,
        Err(CommitError::Busy { .. })
    ));
}

#[tokio::test]
async fn an_outage_fails_every_call_until_it_ends() {
    let store = store();
    store.begin_outage();
    assert!(store.ready().await.is_err());
    assert!(store.outbox(TABLE, None, 1).await.is_err());
    assert!(matches!(
        store.commit(insert()).await,
        Err(CommitError::Busy { .. })
    ));
    store.end_outage();
    assert!(store.ready().await.is_ok());
    assert!(!stands(&store).await);
}

#[tokio::test]
async fn a_commit_waits_at_the_gate() {
    let store = store();
    let gate = Gate::closed();
    store.fail_next(Fault::Wait(gate.clone()));
    let commit = tokio::spawn({
        let store = store.clone();
        async move { store.commit(insert()).await }
    });
    gate.reached().await;
    assert!(!stands(&store).await);
    gate.open();
    commit.await.expect("no panic").expect("nothing is in the way");
    assert!(stands(&store).await);
}

/// What two hundred commits meet.
async fn outcomes(store: &FaultyStore<Arc<dyn Store>>) -> Vec<&'static str> {
    let mut outcomes = Vec::new();
    for number in 0..200 {
        let item = NewItem::new(Key::new(TABLE, "p", format!("s{number}")), Document::empty());
        let change = Change::of(TABLE).put(item, Expect::Absent);
        outcomes.push(match store.commit(change).await {
            Ok(_) => "ok",
            Err(CommitError::Busy { .. }) => "busy",
            Err(CommitError::Unknown { .. }) => "unknown",
            Err(error) => panic!("no such fault was asked for: {error}"),
        });
    }
    outcomes
}

#[tokio::test]
async fn the_same_seed_gives_the_same_faults_and_another_seed_others() {
    let shaken = |seed| {
        let store = store();
        store.shake(seed, 30);
        store
    };
    let first = outcomes(&shaken(7)).await;
    assert_eq!(outcomes(&shaken(7)).await, first);
    assert_ne!(outcomes(&shaken(8)).await, first);
    for outcome in ["ok", "busy", "unknown"] {
        assert!(first.contains(&outcome), "no {outcome} in {first:?}");
    }
    let calm = shaken(7);
    calm.calm();
    assert_eq!(outcomes(&calm).await, ["ok"; 200]);
}

#[tokio::test]
async fn an_index_hides_what_was_just_written_for_so_many_reads() {
    let store = store();
    store.hide_new_in_indexes(2);
    let item = NewItem::new(key(), Document::empty()).index(Index::First, IndexKey::new("i", "s"));
    let change = Change::of(TABLE).put(item, Expect::Absent);
    store.commit(change).await.expect("nothing is in the way");
    assert!(stands(&store).await, "the table itself is never stale");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let page = store.query(Query::index(TABLE, Index::First, "i")).await;
        seen.push(page.expect("nothing is in the way").items.len());
    }
    assert_eq!(seen, [0, 0, 1]);
}
