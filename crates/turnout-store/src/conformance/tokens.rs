//! A change sent again is applied once.

use std::sync::Arc;

use futures::future::join_all;

use super::{LEFT, TABLE, commit, current, insert, item, key, outcome, refused, standing};
use crate::{Change, Condition, Store};

/// The second answer is the first one, and the pool lost one place.
pub async fn a_change_committed_twice_is_applied_once(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 1))).await;
    let change = insert(item("order")).take(key("pool"), LEFT, 1);
    let first = commit(store, change.clone()).await;
    assert_eq!(commit(store, change.clone()).await, first);
    assert_eq!(commit(store, change).await, first);
    let pool = standing(store, &key("pool")).await;
    assert_eq!((pool.counter(LEFT), pool.version), (0, 2));
}

/// By the time of the retry the items were changed and deleted by others.
pub async fn a_retry_gives_the_first_answer_though_the_item_moved_on(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 5))).await;
    let change = insert(item("order")).take(key("pool"), LEFT, 1);
    let first = commit(store, change.clone()).await;
    commit(store, Change::of(TABLE).take(key("pool"), LEFT, 4)).await;
    commit(store, Change::of(TABLE).delete(key("order"), Condition::Exists)).await;
    assert_eq!(commit(store, change).await, first);
    assert_eq!(current(store, &key("order")).await, None);
    assert_eq!(standing(store, &key("pool")).await.counter(LEFT), 0);
}

/// A refused change may be committed once what stood in its way is gone.
pub async fn a_refused_change_leaves_no_token(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 0))).await;
    let change = Change::of(TABLE).take(key("pool"), LEFT, 1);
    refused(store, change.clone()).await;
    commit(store, Change::of(TABLE).give(key("pool"), LEFT, 1)).await;
    let first = commit(store, change.clone()).await;
    assert_eq!(commit(store, change).await, first);
    let pool = standing(store, &key("pool")).await;
    assert_eq!((pool.counter(LEFT), pool.version), (0, 3));
}

/// Eight handles send one change at once: it is applied once, and all hear the same.
pub async fn retries_that_race_are_applied_once(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 8))).await;
    let change = insert(item("order")).take(key("pool"), LEFT, 1);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (store, change) = (Arc::clone(store), change.clone());
            tokio::spawn(async move { outcome(&store, change).await })
        })
        .collect();
    let ended = join_all(tasks).await.into_iter();
    let answers: Vec<_> = ended
        .map(|answer| answer.expect("no panic").expect("the first one is applied"))
        .collect();
    assert_eq!(answers, vec![answers[0].clone(); 8]);
    let pool = standing(store, &key("pool")).await;
    assert_eq!((pool.counter(LEFT), pool.version), (7, 2));
}
