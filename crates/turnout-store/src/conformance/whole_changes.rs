//! A change is applied whole or not at all.

use std::sync::Arc;

use super::{LEFT, OTHER_TABLE, TABLE, commit, current, insert, item, key, record, refused, standing};
use crate::{Change, Condition, Expect, Key, NewItem, Store, Update};

/// One condition in the middle that does not hold: no write before or behind it is applied.
pub async fn a_refused_change_writes_nothing(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 5))).await;
    commit(store, insert(item("old"))).await;
    let before = standing(store, &key("pool")).await;
    commit(store, insert(item("doomed"))).await;
    let change = Change::of(TABLE)
        .put(item("first"), Expect::Absent)
        .take(key("pool"), LEFT, 2)
        .put(item("old"), Expect::Absent)
        .delete(key("doomed"), Condition::Exists)
        .put(item("last"), Expect::Absent);
    let refusals = refused(store, change).await;
    assert_eq!(
        refusals.iter().map(|refusal| refusal.write).collect::<Vec<_>>(),
        [2]
    );
    assert_eq!(standing(store, &key("pool")).await, before);
    assert_eq!(current(store, &key("first")).await, None);
    assert_eq!(current(store, &key("last")).await, None);
    assert_eq!(standing(store, &key("doomed")).await.version, 1);
}

/// The caller can decide again without a read: it is told of each write that fails, and of none that does not.
pub async fn a_refusal_lists_every_write_that_fails_and_what_stands_there(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 1))).await;
    commit(store, insert(item("taken"))).await;
    let change = Change::of(TABLE)
        .put(item("free"), Expect::Absent)
        .take(key("pool"), LEFT, 2)
        .check(key("absent"), Condition::Exists)
        .check(key("taken-not"), Condition::Absent)
        .put(item("taken"), Expect::Absent);
    let refusals = refused(store, change).await;
    let places: Vec<usize> = refusals.iter().map(|refusal| refusal.write).collect();
    assert_eq!(places, [1, 2, 4]);
    assert_eq!(refusals[0].current, Some(standing(store, &key("pool")).await));
    assert_eq!(
        refusals[0].current.as_ref().map(|item| item.counter(LEFT)),
        Some(1)
    );
    assert_eq!(refusals[1].current, None);
    assert_eq!(refusals[2].current, Some(standing(store, &key("taken")).await));
}

/// What an update adds does not help its own conditions.
pub async fn conditions_are_judged_against_what_stood_before(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 1))).await;
    let give = Update::of(key("pool")).give(LEFT, 5);
    refused(
        store,
        Change::of(TABLE).update(give.clone().require(Condition::AtLeast(LEFT, 6))),
    )
    .await;
    refused(
        store,
        Change::of(TABLE).update(give.clone().require(Condition::Version(2))),
    )
    .await;
    commit(
        store,
        Change::of(TABLE).update(give.require(Condition::AtLeast(LEFT, 1))),
    )
    .await;
    assert_eq!(standing(store, &key("pool")).await.counter(LEFT), 6);
}

/// The same key in two tables is two items.
pub async fn tables_are_apart(store: &Arc<dyn Store>) {
    let elsewhere = Key::new(OTHER_TABLE, "partition", "a");
    commit(store, insert(item("a"))).await;
    assert_eq!(current(store, &elsewhere).await, None);
    let other = NewItem::new(elsewhere.clone(), record("elsewhere"));
    commit(store, Change::of(OTHER_TABLE).put(other, Expect::Absent)).await;
    assert_eq!(standing(store, &key("a")).await.document, record("a"));
    let stands = standing(store, &elsewhere).await;
    assert_eq!((stands.document, stands.key), (record("elsewhere"), elsewhere));
}
