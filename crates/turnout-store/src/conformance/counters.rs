//! Whole numbers that are added to.

use std::sync::Arc;

use super::{LEFT, SOLD, TABLE, commit, insert, item, key, refused, standing};
use crate::{Change, Condition, Counter, Store, Update};

/// Three of five, then two: nothing is left, and not one more can be taken.
pub async fn a_take_never_goes_below_its_floor(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 5))).await;
    let take = |n| Change::of(TABLE).take(key("pool"), LEFT, n);
    refused(store, take(6)).await;
    commit(store, take(3)).await;
    refused(store, take(3)).await;
    commit(store, take(2)).await;
    let refusals = refused(store, take(1)).await;
    assert_eq!(
        refusals[0].current.as_ref().map(|item| item.counter(LEFT)),
        Some(0)
    );
    commit(store, Change::of(TABLE).give(key("pool"), LEFT, 1)).await;
    commit(store, take(1)).await;
    let stands = standing(store, &key("pool")).await;
    assert_eq!((stands.counter(LEFT), stands.version), (0, 5));
}

/// A missing counter holds no floor, not even nought.
pub async fn a_take_of_a_counter_that_is_not_there_is_refused(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 5))).await;
    refused(store, Change::of(TABLE).take(key("pool"), SOLD, 1)).await;
    refused(
        store,
        Change::of(TABLE).check(key("pool"), Condition::AtLeast(SOLD, 0)),
    )
    .await;
    refused(
        store,
        Change::of(TABLE).check(key("pool"), Condition::AtLeast(SOLD, -1)),
    )
    .await;
}

/// Giving to a missing counter makes it.
pub async fn a_counter_that_is_not_there_counts_as_nought(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool"))).await;
    assert_eq!(standing(store, &key("pool")).await.counter(SOLD), 0);
    commit(store, Change::of(TABLE).give(key("pool"), SOLD, 3)).await;
    commit(store, Change::of(TABLE).give(key("pool"), LEFT, -2)).await;
    let stands = standing(store, &key("pool")).await;
    assert_eq!(
        (stands.counters["sold"], stands.counters["left"], stands.version),
        (3, -2, 3)
    );
}

/// What is taken from one counter and given to another moves in one step or not at all.
pub async fn counters_of_one_item_move_together(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 2).counter(SOLD, 0))).await;
    let sell = |n| Change::of(TABLE).update(Update::of(key("pool")).take(LEFT, n).give(SOLD, n));
    commit(store, sell(2)).await;
    refused(store, sell(1)).await;
    let stands = standing(store, &key("pool")).await;
    assert_eq!((stands.counter(LEFT), stands.counter(SOLD)), (0, 2));
}

/// Two takes of two and three need five.
pub async fn taking_twice_in_one_update_needs_both_at_once(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 4))).await;
    let twice = Update::of(key("pool")).take(LEFT, 2).take(LEFT, 3);
    refused(store, Change::of(TABLE).update(twice.clone())).await;
    commit(store, Change::of(TABLE).give(key("pool"), LEFT, 1)).await;
    commit(store, Change::of(TABLE).update(twice)).await;
    assert_eq!(standing(store, &key("pool")).await.counter(LEFT), 0);
}

/// 2⁵³ + 1 is the first whole number that a 64-bit float cannot hold.
pub async fn counters_are_exact_beyond_the_reach_of_a_float(store: &Arc<dyn Store>) {
    const BEYOND: i64 = (1 << 53) + 1;
    let long = Counter("counter_of_many_letters_");
    commit(
        store,
        insert(item("pool").counter(LEFT, BEYOND).counter(long, -BEYOND)),
    )
    .await;
    commit(
        store,
        Change::of(TABLE).update(Update::of(key("pool")).give(LEFT, 1).give(long, -2)),
    )
    .await;
    let stands = standing(store, &key("pool")).await;
    assert_eq!(
        (stands.counter(LEFT), stands.counter(long)),
        (BEYOND + 1, -BEYOND - 2)
    );
    commit(
        store,
        Change::of(TABLE).check(key("pool"), Condition::AtLeast(LEFT, BEYOND + 1)),
    )
    .await;
    refused(
        store,
        Change::of(TABLE).check(key("pool"), Condition::AtLeast(LEFT, BEYOND + 2)),
    )
    .await;
}

/// A counter that is full takes no more, one that is empty beyond measure gives no more, and nothing else changes.
pub async fn a_counter_goes_to_its_bound_and_not_beyond(store: &Arc<dyn Store>) {
    let full = item("pool")
        .counter(LEFT, Counter::MAX - 1)
        .counter(SOLD, 1 - Counter::MAX);
    commit(store, insert(full)).await;
    let give =
        |left, sold| Change::of(TABLE).update(Update::of(key("pool")).give(LEFT, left).give(SOLD, sold));
    let refusals = refused(store, give(2, 0)).await;
    let current = refusals[0].current.as_ref().map(|item| item.counter(LEFT));
    assert_eq!(current, Some(Counter::MAX - 1));
    refused(store, give(0, -2)).await;
    refused(store, give(Counter::MAX, 0)).await;
    commit(store, give(1, -1)).await;
    refused(store, give(1, 0)).await;
    let stands = standing(store, &key("pool")).await;
    assert_eq!(
        (stands.counter(LEFT), stands.counter(SOLD), stands.version),
        (Counter::MAX, -Counter::MAX, 2)
    );
    commit(store, give(-Counter::MAX, Counter::MAX)).await;
    assert_eq!(standing(store, &key("pool")).await.counter(LEFT), 0);
}
