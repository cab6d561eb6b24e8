//! What the port's contract does not say, but operators and services count on.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::json;
use support::{ANY_PORT, connect, fresh, server};
use turnout_domain::{Envelope, MessageId};
use turnout_dynamo_conformance::Server;
use turnout_store::conformance::{TABLES, a_retry_after_a_restart_is_applied_once};
use turnout_store::{
    Change, CommitError, Committed, Condition, Counter, Document, Expect, Key, NewItem, Query, Read, Refusal,
    Store, StoreError, Table, Update,
};
use turnout_store_dynamodb::DynamoStore;

const TICKETS: Table = Table("tickets");
const EVENTS: Table = Table("events");
const LEFT: Counter = Counter("left");

fn key(name: &str) -> Key {
    Key::new(TICKETS, format!("pool#{name}"), "pool")
}

fn pool(name: &str, left: i64) -> NewItem {
    NewItem::new(key(name), Document::empty()).counter(LEFT, left)
}

fn insert(item: NewItem) -> Change {
    Change::of(TICKETS).put(item, Expect::Absent)
}

fn message(number: u64) -> Envelope {
    Envelope {
        id: format!("msg_{number:026}")
            .parse::<MessageId>()
            .expect("digits are base 32"),
        kind: "ticketing.test".to_owned(),
        occurred_at: "2026-07-04T20:00:00Z".parse().expect("a time"),
        body: serde_json::value::to_raw_value(&json!({ "number": number })).expect("a plain record"),
    }
}

#[tokio::test]
async fn tables_are_created_once() {
    let server = server().await;
    let store = connect(&server, &[TICKETS, EVENTS]);
    assert_eq!(
        store.create_tables().await.unwrap(),
        ["turnout-tickets", "turnout-events"]
    );
    assert_eq!(store.create_tables().await.unwrap(), Vec::<String>::new());
    store.ready().await.unwrap();
}

#[tokio::test]
async fn tables_are_created_once_by_two_at_a_time() {
    let server = server().await;
    let (one, two) = (connect(&server, &[TICKETS]), connect(&server, &[TICKETS]));
    let (one, two) = tokio::join!(one.create_tables(), two.create_tables());
    assert_eq!(one.unwrap().len() + two.unwrap().len(), 1);
}

#[tokio::test]
async fn a_missing_table_says_how_to_make_it() {
    let server = server().await;
    let store = connect(&server, &[TICKETS]);
    let read = store
        .get(&key("1"), Read::Consistent)
        .await
        .unwrap_err()
        .to_string();
    let written = store.commit(insert(pool("1", 1))).await.unwrap_err();
    let ready = store.ready().await.unwrap_err().to_string();
    assert!(
        matches!(written, CommitError::Busy { .. }),
        "nothing was written: {written:?}"
    );
    for said in [read, written.to_string(), ready] {
        assert!(
            said.contains("`turnout-tickets`") && said.contains("`turnout tables create`"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_not_available() {
    let server = server().await;
    let store = connect(&server, &[TICKETS]);
    server.stop().await.unwrap();
    let error = store.ready().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_refusal_carries_the_item_as_it_stands() {
    let (store, _server) = fresh(&[TICKETS]).await;
    store.commit(insert(pool("1", 3))).await.unwrap();
    let change = Change::of(TICKETS)
        .take(key("1"), LEFT, 4)
        .check(key("2"), Condition::Absent);
    let Err(CommitError::Refused(refusals)) = store.commit(change).await else {
        panic!("4 of 3 were taken")
    };
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0].write, 0);
    assert_eq!(
        refusals[0].current,
        store.get(&key("1"), Read::Consistent).await.unwrap()
    );
}

#[tokio::test]
async fn a_hundred_writes_go_in_one_change() {
    let (store, _server) = fresh(&[TICKETS]).await;
    let keys: Vec<Key> = (0..100)
        .map(|n| Key::new(TICKETS, format!("order#{n}"), "order"))
        .collect();
    let change = keys.iter().fold(Change::of(TICKETS), |change, key| {
        change.put(NewItem::new(key.clone(), Document::empty()), Expect::Absent)
    });
    assert_eq!(store.commit(change).await.unwrap().versions, [1; 100]);
    let found = store.get_many(&keys, Read::Consistent).await.unwrap();
    assert!(found.iter().all(Option::is_some));
}

#[tokio::test]
async fn a_change_sent_again_is_applied_once_whatever_happened_since() {
    let (store, _server) = fresh(&[TICKETS]).await;
    store.commit(insert(pool("1", 10))).await.unwrap();
    let take = Change::of(TICKETS).take(key("1"), LEFT, 2).emit(message(1));
    let first = store.commit(take.clone()).await.unwrap();
    store
        .commit(Change::of(TICKETS).take(key("1"), LEFT, 8))
        .await
        .unwrap();
    // Maps are written out in another order each time: the server must not take that for another request.
    for _ in 0..8 {
        assert_eq!(store.commit(take.clone()).await.unwrap(), first);
    }
    let pool = store.get(&key("1"), Read::Consistent).await.unwrap().unwrap();
    assert_eq!(pool.counter(LEFT), 0);
}

/// The server forgets tokens, as AWS does after ten minutes; the outbox does not.
#[tokio::test]
async fn a_change_whose_messages_wait_is_recognised_without_its_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynamodb.sqlite");
    let server = Server::start(ANY_PORT, Some(&file)).await.unwrap();
    let store = connect(&server, &[TICKETS]);
    store.create_tables().await.unwrap();
    let change = insert(pool("1", 10)).emit(message(1));
    let first = store.commit(change.clone()).await.unwrap();
    server.stop().await.unwrap();

    let server = Server::start(ANY_PORT, Some(&file)).await.unwrap();
    let store = connect(&server, &[TICKETS]);
    assert_eq!(store.commit(change).await.unwrap(), first);
    assert_eq!(store.outbox(TICKETS, None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_outbox_is_seen_by_no_read_of_items() {
    let (store, _server) = fresh(&[TICKETS]).await;
    for n in 0..20 {
        store
            .commit(insert(pool(&n.to_string(), n)).emit(message(1)))
            .await
            .unwrap();
    }
    let mut seen = BTreeSet::new();
    let mut after = None;
    loop {
        let page = store.scan(TICKETS, after, 3).await.unwrap();
        seen.extend(page.items.into_iter().map(|item| item.key.partition));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 20);
    assert!(
        seen.iter().all(|partition| partition.starts_with("pool#")),
        "{seen:?}"
    );
    let outbox = store.query(Query::partition(TICKETS, "outbox 1")).await;
    assert!(matches!(outbox, Err(StoreError::Invalid(_))), "{outbox:?}");
}

#[tokio::test]
async fn more_messages_than_a_batch_of_deletions_are_marked_as_sent() {
    let (store, _server) = fresh(&[TICKETS]).await;
    for n in 0..60 {
        store
            .commit(insert(pool(&n.to_string(), n)).emit(message(n.unsigned_abs())))
            .await
            .unwrap();
    }
    let batches = store.outbox(TICKETS, None, 100).await.unwrap();
    assert_eq!(batches.len(), 60);
    let mut positions: Vec<_> = batches.into_iter().map(|batch| batch.position).collect();
    positions.push(positions[0].clone());
    store.outbox_sent(TICKETS, &positions).await.unwrap();
    assert_eq!(store.outbox(TICKETS, None, 100).await.unwrap(), []);
}

#[tokio::test]
async fn a_page_ends_at_a_megabyte_and_the_next_goes_on() {
    const RECORDS: usize = 20;
    let (store, _server) = fresh(&[TICKETS]).await;
    let long = Document::of(&json!({ "text": "x".repeat(100_000) }));
    for n in 0..RECORDS {
        let key = Key::new(TICKETS, "agenda#1", format!("{n:03}"));
        store
            .commit(insert(NewItem::new(key, long.clone())))
            .await
            .unwrap();
    }
    let all = Query::partition(TICKETS, "agenda#1").limit(RECORDS);
    let first = store.query(all.clone()).await.unwrap();
    assert!(
        first.items.len() < RECORDS,
        "all {RECORDS} records are about 2 MB"
    );
    let second = store.query(all.after(first.next)).await.unwrap();
    assert_eq!(first.items.len() + second.items.len(), RECORDS);
}

#[tokio::test]
async fn a_conditional_update_tells_its_version() {
    let (store, _server) = fresh(&[TICKETS]).await;
    store.commit(insert(pool("1", 10))).await.unwrap();
    let update = Update::of(key("1")).take(LEFT, 1).require(Condition::Version(1));
    let committed = store.commit(Change::of(TICKETS).update(update)).await.unwrap();
    assert_eq!(committed.versions, [2]);
    let pool = store.get(&key("1"), Read::Consistent).await.unwrap().unwrap();
    assert_eq!(pool.version, 2);
}

/// Commits as services do: what is busy or unknown is sent again, under the same token. A machine busy with other
/// tests may need more than one deadline.
async fn settled(store: &DynamoStore, change: Change) -> Result<Committed, Vec<Refusal>> {
    for _ in 0..10 {
        match store.commit(change.clone()).await {
            Ok(committed) => return Ok(committed),
            Err(CommitError::Refused(refusals)) => return Err(refusals),
            Err(CommitError::Busy { .. } | CommitError::Unknown { .. }) => {}
            Err(error @ (CommitError::Invalid(_) | CommitError::Corrupt { .. })) => {
                panic!("the change is valid, and so is what stands there: {error}")
            }
        }
    }
    panic!("neither sold nor sold out");
}

/// Two handles share nothing but the server, like two processes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_sell_fifty_places_to_two_hundred_buyers_exactly_once() {
    let (one, server) = fresh(&[TICKETS]).await;
    let two = connect(&server, &[TICKETS]);
    one.commit(insert(pool("1", 50))).await.unwrap();
    let buyers = (0..200).map(|buyer| {
        let store = if buyer % 2 == 0 { one.clone() } else { two.clone() };
        async move {
            let order = NewItem::new(
                Key::new(TICKETS, format!("order#{buyer}"), "order"),
                Document::empty(),
            );
            let change = Change::of(TICKETS)
                .take(key("1"), LEFT, 1)
                .put(order, Expect::Absent)
                .emit(message(buyer));
            match settled(&store, change).await {
                Ok(_) => true,
                Err(refusals) => {
                    let pool = refusals[0].current.as_ref();
                    assert_eq!(pool.map(|pool| pool.counter(LEFT)), Some(0));
                    false
                }
            }
        }
    });
    let sold = join_all(buyers.map(tokio::spawn))
        .await
        .into_iter()
        .filter(|sold| *sold.as_ref().unwrap())
        .count();
    assert_eq!(sold, 50);
    let pool = one.get(&key("1"), Read::Consistent).await.unwrap().unwrap();
    assert_eq!((pool.counter(LEFT), pool.version), (0, 51));
    assert_eq!(two.outbox(TICKETS, None, 1000).await.unwrap().len(), 50);
}

#[tokio::test]
async fn a_token_is_known_to_another_process() {
    let server = server().await;
    let create = connect(&server, &TABLES).create_tables().await;
    create.expect("the server creates tables");
    let again = async || {
        let store: Arc<dyn Store> = Arc::new(connect(&server, &TABLES));
        store
    };
    a_retry_after_a_restart_is_applied_once(again).await;
}
