//! Reading the items of a partition in order.

use std::sync::Arc;

use super::{TABLE, commit, insert, item, key, page, record, walk};
use crate::{Change, Expect, Key, NewItem, Query, SortRange, Store};

/// In byte order, which is neither the alphabet's nor that of numbers.
pub(super) const SORTS: [&str; 12] = [
    "!", "#a", "10", "9", "A", "Z", "_", "a", "order#1", "order#10", "order#2", "~",
];

/// The ranges that a query is asked for, over [`SORTS`].
pub(super) fn ranges() -> Vec<SortRange> {
    let text = |text: &str| text.to_owned();
    vec![
        SortRange::All,
        SortRange::Prefix(text("order#")),
        SortRange::Prefix(text("order#1")),
        SortRange::Prefix(text("~")),
        SortRange::Prefix(text("nothing")),
        SortRange::Between(text("10"), text("Z")),
        SortRange::Between(text("11"), text("Y")),
        SortRange::Between(text("a"), text("a")),
        SortRange::AtLeast(text("order#10")),
        SortRange::AtLeast(text("~~")),
        SortRange::AtMost(text("9")),
        SortRange::AtMost(text("8")),
        SortRange::AtMost(text("!")),
    ]
}

/// What a range should give, said a second time in other words than [`SortRange::bounds`].
pub(super) fn expected(range: &SortRange, backward: bool) -> Vec<&'static str> {
    let wanted = |sort: &&str| match range {
        SortRange::All => true,
        SortRange::Prefix(prefix) => sort.starts_with(prefix.as_str()),
        SortRange::Between(first, last) => *sort >= first.as_str() && *sort <= last.as_str(),
        SortRange::AtLeast(first) => *sort >= first.as_str(),
        SortRange::AtMost(last) => *sort <= last.as_str(),
    };
    let mut sorts: Vec<&str> = SORTS.into_iter().filter(wanted).collect();
    if backward {
        sorts.reverse();
    }
    sorts
}

/// Puts an item at each of [`SORTS`], in no order.
pub(super) async fn fill(store: &Arc<dyn Store>) {
    let mut change = Change::of(TABLE);
    for sort in SORTS.iter().rev() {
        change = change.put(item(sort), Expect::Absent);
    }
    commit(store, change).await;
}

/// Forwards and backwards.
pub async fn sort_keys_come_in_byte_order(store: &Arc<dyn Store>) {
    fill(store).await;
    let query = Query::partition(TABLE, "partition");
    let found = page(store, query.clone()).await;
    assert!(found.items.iter().map(|item| item.key.sort.as_str()).eq(SORTS));
    assert_eq!(found.items[3].document, record("9"));
    assert_eq!(found.next, None, "twelve items are one page of a hundred");
    assert_eq!(
        walk(store, &query.backward()).await,
        expected(&SortRange::All, true)
    );
}

/// Prefixes, closed ranges and open ones, in both directions and in pages of two.
pub async fn ranges_give_what_lies_in_them(store: &Arc<dyn Store>) {
    fill(store).await;
    for range in ranges() {
        for limit in [100, 2] {
            let query = Query::partition(TABLE, "partition")
                .range(range.clone())
                .limit(limit);
            assert_eq!(walk(store, &query).await, expected(&range, false), "{range:?}");
            assert_eq!(
                walk(store, &query.backward()).await,
                expected(&range, true),
                "{range:?} backwards"
            );
        }
    }
}

/// Not an error: the ends of a range come from people.
pub async fn a_range_that_ends_before_it_begins_is_empty(store: &Arc<dyn Store>) {
    fill(store).await;
    let query =
        Query::partition(TABLE, "partition").range(SortRange::Between("b".to_owned(), "A".to_owned()));
    for query in [query.clone(), query.backward()] {
        let found = page(store, query).await;
        assert!(found.items.is_empty() && found.next.is_none());
    }
}

/// A partition whose name begins like another's is not in it, and an empty one is empty.
pub async fn partitions_are_apart(store: &Arc<dyn Store>) {
    for partition in ["p", "p1", "p!"] {
        commit(
            store,
            insert(NewItem::new(Key::new(TABLE, partition, "a"), record(partition))),
        )
        .await;
    }
    commit(store, insert(item("a"))).await;
    let found = page(store, Query::partition(TABLE, "p")).await;
    assert_eq!(found.items.len(), 1);
    assert_eq!(found.items[0].document, record("p"));
    let nothing = page(store, Query::partition(TABLE, "p2").backward()).await;
    assert!(nothing.items.is_empty() && nothing.next.is_none());
}

/// A page has no more items than asked for, and says that there are more.
pub async fn a_limit_bounds_the_page(store: &Arc<dyn Store>) {
    fill(store).await;
    let query = Query::partition(TABLE, "partition").limit(5);
    let first = page(store, query.clone()).await;
    assert!(first.items.len() <= 5 && first.next.is_some());
    assert_eq!(first.items.first().map(|item| &item.key), Some(&key("!")));
    let last = page(store, query.clone().backward()).await;
    assert_eq!(last.items.first().map(|item| &item.key), Some(&key("~")));
    let all = page(store, query.limit(Query::LIMIT_MAX)).await;
    assert_eq!(all.items.len(), SORTS.len());
}
