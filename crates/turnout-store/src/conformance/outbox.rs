//! Messages wait in the outbox, with their cause, until they are sent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use turnout_domain::{Envelope, Ids, Message, MessageId, SeededIds};

use super::{LEFT, OTHER_TABLE, TABLE, commit, insert, item, key, record, refused};
use crate::{Change, Expect, Key, NewItem, OutboxPosition, Store};

#[derive(Serialize, Deserialize)]
struct Happened {
    number: u64,
    text: String,
}

impl Message for Happened {
    const KIND: &'static str = "conformance.happened";
}

/// A message that says `number`.
pub(super) fn message(number: u64) -> Envelope {
    let at = "2026-07-04T19:00:00.123456789Z".parse().expect("a timestamp");
    let id = MessageId::from_ulid(SeededIds::new(number).ulid(at));
    Envelope::new(
        id,
        at,
        &Happened {
            number,
            text: "Grüße 🎟️".to_owned(),
        },
    )
}

async fn waiting(store: &Arc<dyn Store>) -> Vec<Vec<Envelope>> {
    let batches = store.outbox(TABLE, None, 100).await.expect("the store answers");
    batches.into_iter().map(|batch| batch.messages).collect()
}

/// One batch a change, its messages in their order and unchanged; of changes one after the other, the oldest first.
pub async fn messages_wait_in_the_outbox_in_order(store: &Arc<dyn Store>) {
    assert!(waiting(store).await.is_empty());
    let mut expected = Vec::new();
    for number in 0..12 {
        let messages = vec![message(number * 2 + 1), message(number * 2)];
        let change = insert(item(&number.to_string()));
        commit(store, messages.iter().cloned().fold(change, Change::emit)).await;
        expected.push(messages);
    }
    commit(store, insert(item("quiet"))).await;
    assert_eq!(waiting(store).await, expected);
    let first = store.outbox(TABLE, None, 5).await.expect("the store answers");
    assert!(
        first
            .into_iter()
            .map(|batch| batch.messages)
            .eq(expected.into_iter().take(5))
    );
    assert!(
        store
            .outbox(TABLE, None, 0)
            .await
            .expect("the store answers")
            .is_empty()
    );
}

/// What did not happen is not told.
pub async fn a_refused_change_sends_nothing(store: &Arc<dyn Store>) {
    refused(
        store,
        Change::of(TABLE).take(key("pool"), LEFT, 1).emit(message(1)),
    )
    .await;
    assert!(waiting(store).await.is_empty());
}

/// A retry does not tell it a second time, not even when the first telling was sent.
pub async fn a_change_committed_twice_sends_once(store: &Arc<dyn Store>) {
    let change = insert(item("a")).emit(message(1));
    commit(store, change.clone()).await;
    commit(store, change.clone()).await;
    assert_eq!(waiting(store).await, [[message(1)]]);
    let position = store
        .outbox(TABLE, None, 1)
        .await
        .expect("the store answers")
        .remove(0)
        .position;
    store
        .outbox_sent(TABLE, &[position])
        .await
        .expect("the store answers");
    commit(store, change).await;
    assert!(waiting(store).await.is_empty());
}

/// Marking some leaves the others; marking twice, or what never was, is no error.
pub async fn sent_messages_are_gone_and_the_others_wait_on(store: &Arc<dyn Store>) {
    for number in 0..5 {
        commit(store, insert(item(&number.to_string())).emit(message(number))).await;
    }
    let batches = store.outbox(TABLE, None, 100).await.expect("the store answers");
    let positions: Vec<OutboxPosition> = batches.into_iter().map(|batch| batch.position).collect();
    let some = [positions[0].clone(), positions[3].clone()];
    for _ in 0..2 {
        store
            .outbox_sent(TABLE, &some)
            .await
            .expect("marking twice is harmless");
        assert_eq!(waiting(store).await, [[message(1)], [message(2)], [message(4)]]);
    }
    store
        .outbox_sent(TABLE, &[])
        .await
        .expect("marking none is harmless");
    store
        .outbox_sent(TABLE, &positions)
        .await
        .expect("marking all is harmless");
    assert!(waiting(store).await.is_empty());
    commit(store, insert(item("later")).emit(message(9))).await;
    assert_eq!(
        waiting(store).await,
        [[message(9)]],
        "a position is not given twice"
    );
    store
        .outbox_sent(TABLE, &positions)
        .await
        .expect("marking twice is harmless");
    assert_eq!(waiting(store).await, [[message(9)]]);
}

/// A table's outbox has its own messages only, and marking in one leaves the other alone.
pub async fn outboxes_of_two_tables_are_apart(store: &Arc<dyn Store>) {
    commit(store, insert(item("a")).emit(message(1))).await;
    let other = NewItem::new(Key::new(OTHER_TABLE, "partition", "a"), record("a"));
    commit(
        store,
        Change::of(OTHER_TABLE)
            .put(other, Expect::Absent)
            .emit(message(2)),
    )
    .await;
    assert_eq!(waiting(store).await, [[message(1)]]);
    let there = store
        .outbox(OTHER_TABLE, None, 100)
        .await
        .expect("the store answers");
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].messages, [message(2)]);
    store
        .outbox_sent(TABLE, &[there[0].position.clone()])
        .await
        .expect("the store answers");
    assert_eq!(
        store
            .outbox(OTHER_TABLE, None, 100)
            .await
            .expect("the store answers"),
        there
    );
}

/// Whoever waits for messages is woken by a commit that has some, even if it began to wait after the commit.
pub async fn a_commit_with_messages_signals_the_outbox(store: &Arc<dyn Store>) {
    let signal = store.outbox_signal(TABLE);
    let waiter = tokio::spawn({
        let signal = Arc::clone(&signal);
        async move { signal.notified().await }
    });
    commit(store, insert(item("a")).emit(message(1))).await;
    waiter.await.expect("the waiter is woken");
    commit(store, insert(item("b")).emit(message(2))).await;
    signal.notified().await;
    assert_eq!(waiting(store).await.len(), 2);
}

/// Behind the batch at a position come those behind it, in the same order, also when that one is gone.
pub async fn an_outbox_is_read_from_behind_any_batch(store: &Arc<dyn Store>) {
    for number in 0..9 {
        commit(store, insert(item(&number.to_string())).emit(message(number))).await;
    }
    let all = store.outbox(TABLE, None, 100).await.expect("the store answers");
    assert_eq!(all.len(), 9);
    assert!(all.iter().all(|batch| batch.unreadable.is_none()));
    for (place, batch) in all.iter().enumerate() {
        let behind = store.outbox(TABLE, Some(&batch.position), 3).await;
        let expected: Vec<_> = all.iter().skip(place + 1).take(3).cloned().collect();
        assert_eq!(
            behind.expect("the store answers"),
            expected,
            "behind number {place}"
        );
    }
    let gone = all[4].position.clone();
    store
        .outbox_sent(TABLE, std::slice::from_ref(&gone))
        .await
        .expect("the store answers");
    let behind = store.outbox(TABLE, Some(&gone), 100).await;
    assert_eq!(behind.expect("the store answers"), all[5..]);
}
