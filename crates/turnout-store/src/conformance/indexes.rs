//! Reading items where an index finds them. An index may lag, so every check waits for it.

use std::sync::Arc;

use super::queries::{SORTS, expected, ranges};
use super::{
    ATTEMPTS_MAX, LEFT, TABLE, commit, eventually, eventually_like, insert, is_cursor_refusal, item, key,
    page, standing,
};
use crate::{Change, Condition, Expect, Index, IndexKey, NewItem, Query, Store};

const BOTH: [Index; 2] = [Index::First, Index::Second];

fn indexed(sort: &str, index: Index, partition: &str, at: &str) -> NewItem {
    item(sort).index(index, IndexKey::new(partition, at))
}

/// The two indexes order the same items differently, and a partition of one is not one of the other.
pub async fn each_index_gives_its_items_in_its_own_order(store: &Arc<dyn Store>) {
    for (sort, first, second) in [("a", "3", "x"), ("b", "1", "z"), ("c", "2", "y")] {
        let item =
            indexed(sort, Index::First, "one", first).index(Index::Second, IndexKey::new("two", second));
        commit(store, insert(item)).await;
    }
    let first = Query::index(TABLE, Index::First, "one");
    let second = Query::index(TABLE, Index::Second, "two");
    eventually(store, &first, &["b", "c", "a"]).await;
    eventually(store, &first.clone().backward(), &["a", "c", "b"]).await;
    eventually(store, &second, &["a", "c", "b"]).await;
    eventually(store, &second.clone().backward(), &["b", "c", "a"]).await;
    eventually(store, &Query::index(TABLE, Index::First, "two"), &[]).await;
    eventually(store, &Query::index(TABLE, Index::Second, "one"), &[]).await;
    let found = page(store, first).await;
    assert_eq!(
        found.items[0],
        standing(store, &key("b")).await,
        "an index gives whole items"
    );
}

/// Seven items at one place of the index, between two others, in pages of every size.
pub async fn equal_index_keys_come_once_each_whatever_the_page(store: &Arc<dyn Store>) {
    for index in BOTH {
        let name = |sort: &str| format!("{sort}-{}", index.position());
        let mut expected = Vec::new();
        for (sort, at) in [("z", "1"), ("a", "3")] {
            commit(store, insert(indexed(&name(sort), index, "one", at))).await;
        }
        expected.push(name("z"));
        for sort in ["b", "c", "d", "e", "f", "g", "h"] {
            commit(store, insert(indexed(&name(sort), index, "one", "2"))).await;
            expected.push(name(sort));
        }
        expected.push(name("a"));
        let forward: Vec<&str> = expected.iter().map(String::as_str).collect();
        let backward: Vec<&str> = expected.iter().rev().map(String::as_str).collect();
        for limit in 1..=10 {
            let query = Query::index(TABLE, index, "one").limit(limit);
            // Among themselves the equal ones come as the backend has them.
            let equals = |found: &mut Vec<String>| {
                let last = found.len().saturating_sub(1);
                if let Some(equals) = found.get_mut(1..last) {
                    equals.sort_unstable();
                }
            };
            eventually_like(store, &query, &forward, equals).await;
            eventually_like(store, &query.backward(), &backward, equals).await;
        }
    }
}

/// The ranges of a partition, on both indexes and in both directions.
pub async fn ranges_of_an_index_give_what_lies_in_them(store: &Arc<dyn Store>) {
    let mut change = Change::of(TABLE);
    for sort in SORTS {
        let item = indexed(sort, Index::First, "one", sort).index(Index::Second, IndexKey::new("two", sort));
        change = change.put(item, Expect::Absent);
    }
    commit(store, change).await;
    for (index, partition) in [(Index::First, "one"), (Index::Second, "two")] {
        for range in ranges() {
            let query = Query::index(TABLE, index, partition)
                .range(range.clone())
                .limit(3);
            eventually(store, &query, &expected(&range, false)).await;
            eventually(store, &query.backward(), &expected(&range, true)).await;
        }
    }
}

/// Never in it, taken out by a replacement, taken out by a delete: the index is sparse.
pub async fn an_item_without_an_index_key_is_not_in_the_index(store: &Arc<dyn Store>) {
    for index in BOTH {
        let query = Query::index(TABLE, index, "one");
        let name = |sort: &str| format!("{sort}-{}", index.position());
        commit(store, insert(item(&name("never")))).await;
        for sort in ["kept", "left", "deleted"] {
            commit(store, insert(indexed(&name(sort), index, "one", sort))).await;
        }
        eventually(store, &query, &[&name("deleted"), &name("kept"), &name("left")]).await;
        let change = Change::of(TABLE).delete(key(&name("deleted")), Condition::Exists);
        commit(store, change.put(item(&name("left")), Expect::Version(1))).await;
        eventually(store, &query, &[&name("kept")]).await;
    }
}

/// A replacement with another index key is found there and no longer where it was.
pub async fn an_item_moves_with_its_index_key(store: &Arc<dyn Store>) {
    for index in BOTH {
        let sort = format!("a-{}", index.position());
        commit(store, insert(indexed(&sort, index, "open", "1"))).await;
        eventually(store, &Query::index(TABLE, index, "open"), &[&sort]).await;
        let moved = indexed(&sort, index, "closed", "2");
        commit(store, Change::of(TABLE).put(moved, Expect::Version(1))).await;
        eventually(store, &Query::index(TABLE, index, "closed"), &[&sort]).await;
        eventually(store, &Query::index(TABLE, index, "open"), &[]).await;
    }
}

/// An update leaves the item in its index, with what it changed.
pub async fn an_index_shows_what_an_update_left(store: &Arc<dyn Store>) {
    let new = indexed("a", Index::First, "one", "1").index(Index::Second, IndexKey::new("two", "1"));
    commit(store, insert(new.counter(LEFT, 5))).await;
    commit(store, Change::of(TABLE).take(key("a"), LEFT, 2)).await;
    for (index, partition) in [(Index::First, "one"), (Index::Second, "two")] {
        let mut left = None;
        for _ in 0..ATTEMPTS_MAX {
            let found = page(store, Query::index(TABLE, index, partition)).await;
            left = found.items.first().map(|item| (item.counter(LEFT), item.version));
            if left == Some((3, 2)) {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(left, Some((3, 2)));
    }
}

/// The two indexes and the table do not share cursors.
pub async fn a_cursor_of_another_index_is_refused(store: &Arc<dyn Store>) {
    for sort in ["a", "b", "c"] {
        let item = indexed(sort, Index::First, "partition", sort);
        commit(
            store,
            insert(item.index(Index::Second, IndexKey::new("partition", sort))),
        )
        .await;
    }
    let first = Query::index(TABLE, Index::First, "partition").limit(2);
    eventually(store, &first, &["a", "b", "c"]).await;
    let cursor = page(store, first).await.next;
    assert!(cursor.is_some());
    let second = Query::index(TABLE, Index::Second, "partition").limit(2);
    let table = Query::partition(TABLE, "partition").limit(2);
    for other in [second, table.clone()] {
        assert!(is_cursor_refusal(&store.query(other.after(cursor.clone())).await));
    }
    let cursor = page(store, table).await.next;
    assert!(cursor.is_some());
    let first = Query::index(TABLE, Index::First, "partition").limit(2);
    assert!(is_cursor_refusal(&store.query(first.after(cursor)).await));
}
