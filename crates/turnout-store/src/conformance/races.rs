//! Many at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;

use super::{LEFT, TABLE, commit, insert, item, key, outcome, standing};
use crate::{Change, Committed, Expect, Refusal, Store};

const BUYERS: usize = 64;
/// How many changes each of the writers makes when nobody asks for more.
const TURNS: i64 = 10;
/// How long they go on when somebody does.
const LONG: Duration = Duration::from_secs(10);

/// Sixty-four buyers race for ten places: ten get one, the others are told it is gone, and nothing is left.
pub async fn sixty_four_buyers_never_get_more_than_ten_places(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 10))).await;
    let outcomes = race(store, |buyer| sale(buyer).take(key("pool"), LEFT, 1)).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
    for refusals in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        let left = refusals
            .iter()
            .map(|refusal| (refusal.write, refusal.current.as_ref().map(|at| at.counter(LEFT))));
        assert_eq!(
            left.collect::<Vec<_>>(),
            [(1, Some(0))],
            "a buyer is refused when the places are gone only"
        );
    }
    let pool = standing(store, &key("pool")).await;
    assert_eq!((pool.counter(LEFT), pool.version), (0, 11));
    let keys: Vec<_> = (0..BUYERS).map(order).collect();
    let orders = store
        .get_many(&keys, crate::Read::Consistent)
        .await
        .expect("the store answers");
    for (outcome, order) in outcomes.iter().zip(orders) {
        assert_eq!(
            outcome.is_ok(),
            order.is_some(),
            "who is told so has an order, and nobody else"
        );
    }
}

/// As many places as buyers: each gets one, however much they are in each other's way.
pub async fn nobody_is_refused_while_places_are_free(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 64))).await;
    let outcomes = race(store, |buyer| sale(buyer).take(key("pool"), LEFT, 1)).await;
    assert!(outcomes.iter().all(Result::is_ok));
    let mut versions: Vec<u64> = outcomes
        .into_iter()
        .flatten()
        .map(|committed| committed.versions[1])
        .collect();
    versions.sort_unstable();
    let unknown = versions.iter().all(|version| *version == 0);
    assert!(
        unknown || versions.into_iter().eq(2..=65),
        "each sale is a version of its own"
    );
    let pool = standing(store, &key("pool")).await;
    assert_eq!((pool.counter(LEFT), pool.version), (0, 65));
}

/// Sixty-four insert one item: one does.
pub async fn only_one_of_many_inserts_is_applied(store: &Arc<dyn Store>) {
    let outcomes = race(store, |buyer| insert(item("seat").counter(LEFT, number(buyer)))).await;
    let winners: Vec<usize> = (0..BUYERS).filter(|buyer| outcomes[*buyer].is_ok()).collect();
    assert_eq!(winners.len(), 1);
    let seat = standing(store, &key("seat")).await;
    assert_eq!((seat.version, seat.counter(LEFT)), (1, number(winners[0])));
}

/// Sixty-four replace the item they read: one does, and the others learn of it.
pub async fn only_one_of_many_replacements_is_applied(store: &Arc<dyn Store>) {
    commit(store, insert(item("seat"))).await;
    let replace =
        |buyer| Change::of(TABLE).put(item("seat").counter(LEFT, number(buyer)), Expect::Version(1));
    let outcomes = race(store, replace).await;
    let winners: Vec<usize> = (0..BUYERS).filter(|buyer| outcomes[*buyer].is_ok()).collect();
    assert_eq!(winners.len(), 1);
    let seat = standing(store, &key("seat")).await;
    assert_eq!((seat.version, seat.counter(LEFT)), (2, number(winners[0])));
}

/// Half take from the one pool and then the other, half the other way round: all end, and both pools agree.
pub async fn takes_of_two_pools_in_opposite_orders_all_end(store: &Arc<dyn Store>) {
    commit(store, insert(item("one").counter(LEFT, 40))).await;
    commit(store, insert(item("two").counter(LEFT, 40))).await;
    let take = |buyer: usize| {
        let (first, second) = if buyer.is_multiple_of(2) {
            ("one", "two")
        } else {
            ("two", "one")
        };
        Change::of(TABLE)
            .take(key(first), LEFT, 1)
            .take(key(second), LEFT, 1)
    };
    let outcomes = race(store, take).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 40);
    assert_eq!(standing(store, &key("one")).await.counter(LEFT), 0);
    assert_eq!(standing(store, &key("two")).await.counter(LEFT), 0);
}

/// Sixty-four writers give one counter one at a time, as often as they can: it ends at what they were told, not one
/// more or less, and every version was one change. Each has its turn a few times; with `TURNOUT_LONG=1` they go on for
/// ten seconds.
pub async fn sixty_four_writers_on_one_counter_lose_nothing(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 0))).await;
    let ends_at = std::env::var_os("TURNOUT_LONG").map(|_| Instant::now() + LONG);
    let writers = (0..BUYERS).map(|_| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let mut applied = 0;
            while ends_at.map_or(applied < TURNS, |ends_at| Instant::now() < ends_at) {
                let given = outcome(&store, Change::of(TABLE).give(key("pool"), LEFT, 1)).await;
                assert!(given.is_ok(), "nothing stands in the way");
                applied += 1;
                // A store in memory answers at once; without this the first writers would leave the others no turn.
                tokio::task::yield_now().await;
            }
            applied
        })
    });
    let writers: Vec<_> = writers.collect();
    let applied: Vec<i64> = join_all(writers)
        .await
        .into_iter()
        .map(|ended| ended.expect("a writer does not panic"))
        .collect();
    assert!(
        applied.iter().all(|applied| *applied > 0),
        "nobody is left out: {applied:?}"
    );
    let sum: i64 = applied.iter().sum();
    let pool = standing(store, &key("pool")).await;
    assert_eq!(
        (pool.counter(LEFT), i64::try_from(pool.version)),
        (sum, Ok(sum + 1))
    );
}

async fn race(
    store: &Arc<dyn Store>,
    change: impl Fn(usize) -> Change,
) -> Vec<Result<Committed, Vec<Refusal>>> {
    let tasks = (0..BUYERS).map(|buyer| {
        let (store, change) = (Arc::clone(store), change(buyer));
        tokio::spawn(async move { outcome(&store, change).await })
    });
    let tasks: Vec<_> = tasks.collect();
    join_all(tasks)
        .await
        .into_iter()
        .map(|ended| ended.expect("a buyer does not panic"))
        .collect()
}

fn order(buyer: usize) -> crate::Key {
    key(&format!("order-{buyer:02}"))
}

fn sale(buyer: usize) -> Change {
    insert(item(&order(buyer).sort))
}

fn number(buyer: usize) -> i64 {
    i64::try_from(buyer).expect("a small number")
}
