//! Going on where a page ended.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::queries::{SORTS, expected, fill};
use super::{
    ATTEMPTS_MAX, OTHER_TABLE, TABLE, commit, insert, is_cursor_refusal, item, key, page, record, walk,
};
use crate::{Change, Condition, Cursor, Expect, Key, NewItem, Query, SortRange, Store};

/// Pages of one, of all, and of everything between, in both directions.
pub async fn pages_of_any_size_give_every_item_once(store: &Arc<dyn Store>) {
    fill(store).await;
    for limit in 1..=SORTS.len() + 1 {
        let query = Query::partition(TABLE, "partition").limit(limit);
        assert_eq!(walk(store, &query).await, SORTS, "pages of {limit}");
        let backward = walk(store, &query.backward()).await;
        assert_eq!(
            backward,
            expected(&SortRange::All, true),
            "pages of {limit} backwards"
        );
    }
}

/// Between two pages an item is put before and one behind, and the very item that the page ended with is deleted.
pub async fn writes_between_two_pages_neither_hide_nor_repeat_what_stood(store: &Arc<dyn Store>) {
    for sort in ["b", "d", "f", "h"] {
        commit(store, insert(item(sort))).await;
    }
    let query = Query::partition(TABLE, "partition").limit(2);
    let first = page(store, query.clone()).await;
    let seen: Vec<_> = first.items.iter().map(|item| item.key.sort.as_str()).collect();
    assert_eq!(seen, ["b", "d"]);
    let change = Change::of(TABLE).delete(key("d"), Condition::Exists);
    commit(
        store,
        change
            .put(item("a"), Expect::Absent)
            .put(item("g"), Expect::Absent),
    )
    .await;
    assert_eq!(walk(store, &query.after(first.next)).await, ["f", "g", "h"]);
}

/// Another partition, range or direction is another query; another page size is not.
pub async fn a_cursor_of_another_query_is_refused(store: &Arc<dyn Store>) {
    fill(store).await;
    let query = Query::partition(TABLE, "partition").limit(2);
    let cursor = page(store, query.clone()).await.next;
    assert!(cursor.is_some());
    assert_eq!(
        walk(store, &query.clone().limit(7).after(cursor.clone())).await,
        &SORTS[2..]
    );
    let others = [
        Query::partition(TABLE, "another"),
        Query::partition(OTHER_TABLE, "partition"),
        query.clone().range(SortRange::AtLeast("!".to_owned())),
        query.clone().backward(),
    ];
    for other in others {
        let answer = store.query(other.clone().after(cursor.clone())).await;
        assert!(is_cursor_refusal(&answer), "{other:?} gave {answer:?}");
    }
}

/// Nonsense, a cut and a changed cursor are refused and do not upset the store.
pub async fn a_cursor_that_was_tampered_with_is_refused(store: &Arc<dyn Store>) {
    fill(store).await;
    let query = Query::partition(TABLE, "partition").limit(2);
    let Some(Cursor(genuine)) = page(store, query.clone()).await.next else {
        panic!("there is a second page")
    };
    let mut changed = genuine.clone();
    changed.replace_range(..1, if genuine.starts_with('A') { "B" } else { "A" });
    let nonsense = [
        "",
        "!",
        "AAAA",
        "%00",
        "🎟️",
        &genuine[..genuine.len() / 2],
        &changed,
    ];
    for text in nonsense {
        let answer = store
            .query(query.clone().after(Some(Cursor(text.to_owned()))))
            .await;
        assert!(is_cursor_refusal(&answer), "`{text}` gave {answer:?}");
        let answer = store.scan(TABLE, Some(Cursor(text.to_owned())), 2).await;
        assert!(is_cursor_refusal(&answer), "`{text}` gave {answer:?} to a scan");
    }
    // A cursor made for a place outside the range does not lead out of it.
    let narrow = query.range(SortRange::Prefix("order#".to_owned()));
    let outside = store
        .get(&key("~"), crate::Read::Consistent)
        .await
        .expect("the store answers");
    let outside = narrow.cursor_at(&outside.expect("an item"));
    assert!(is_cursor_refusal(&store.query(narrow.after(Some(outside))).await));
}

/// Items of all partitions, in pages of three; those of another table are not among them.
pub async fn a_scan_gives_every_item_of_the_table_once(store: &Arc<dyn Store>) {
    let mut expected = BTreeSet::new();
    for partition in ["p", "q", "p1"] {
        for sort in ["a", "b", "c", "d"] {
            let key = Key::new(TABLE, partition, sort);
            commit(store, insert(NewItem::new(key.clone(), record(sort)))).await;
            expected.insert(key);
        }
    }
    let other = NewItem::new(Key::new(OTHER_TABLE, "p", "a"), record("elsewhere"));
    commit(store, Change::of(OTHER_TABLE).put(other, Expect::Absent)).await;
    for limit in [3, 12, Query::LIMIT_MAX] {
        let mut found = BTreeSet::new();
        let mut after = None;
        for _ in 0..ATTEMPTS_MAX {
            let page = store.scan(TABLE, after, limit).await.expect("the store answers");
            assert!(page.items.len() <= limit);
            for item in page.items {
                assert_eq!(item.document, record(&item.key.sort));
                assert!(found.insert(item.key), "an item comes once");
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "pages of {limit}");
    }
}

/// A scan goes on with a cursor of its own table's scan only.
pub async fn a_cursor_of_another_scan_is_refused(store: &Arc<dyn Store>) {
    fill(store).await;
    let scanned = store.scan(TABLE, None, 2).await.expect("the store answers").next;
    assert!(scanned.is_some());
    assert!(is_cursor_refusal(
        &store.scan(OTHER_TABLE, scanned.clone(), 2).await
    ));
    let query = Query::partition(TABLE, "partition").limit(2);
    assert!(is_cursor_refusal(
        &store.query(query.clone().after(scanned)).await
    ));
    let queried = page(store, query).await.next;
    assert!(is_cursor_refusal(&store.scan(TABLE, queried, 2).await));
}

/// Whoever knows how a cursor is written, and has genuine ones of other places, still makes none.
pub async fn a_forged_cursor_is_refused(store: &Arc<dyn Store>) {
    fill(store).await;
    let query = Query::partition(TABLE, "partition").limit(2);
    let Some(Cursor(genuine)) = page(store, query.clone()).await.next else {
        panic!("there is a second page")
    };
    let genuine = BASE64_URL_SAFE_NO_PAD.decode(genuine).expect("base64");
    let place = format!("partition {}", SORTS[1]);
    assert!(genuine.ends_with(place.as_bytes()), "a position is no secret");
    let code = &genuine[..genuine.len() - place.len()];
    let forgeries = [
        [code, b"partition ~"].concat(),
        [code, b"elsewhere a"].concat(),
        [&[0; 16][..], place.as_bytes()].concat(),
        place.into_bytes(),
    ];
    for forged in forgeries {
        let forged = Cursor(BASE64_URL_SAFE_NO_PAD.encode(forged));
        let answer = store.query(query.clone().after(Some(forged))).await;
        assert!(is_cursor_refusal(&answer), "{answer:?}");
    }
}
