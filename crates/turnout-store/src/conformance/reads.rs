//! Reading items by their keys.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::{ATTEMPTS_MAX, LEFT, SOLD, TABLE, commit, current, insert, item, key, standing};
use crate::{Counter, Document, Index, IndexKey, Key, NewItem, Read, Store};

/// Absence is an answer, not an error.
pub async fn what_is_not_there_is_none(store: &Arc<dyn Store>) {
    assert_eq!(current(store, &key("nothing")).await, None);
    let eventual = store
        .get(&key("nothing"), Read::Eventual)
        .await
        .expect("the store answers");
    assert_eq!(eventual, None);
    let none = store
        .get_many(&[], Read::Consistent)
        .await
        .expect("the store answers");
    assert!(none.is_empty());
}

/// A hundred keys, some twice and some of nothing: the answers come in the order of the keys.
pub async fn many_items_come_in_the_order_asked_for(store: &Arc<dyn Store>) {
    for number in (0..98).step_by(2) {
        commit(store, insert(item(&format!("{number:02}")))).await;
    }
    let mut keys: Vec<Key> = (0..98).rev().map(|number| key(&format!("{number:02}"))).collect();
    keys.extend([key("04"), key("04")]);
    let items = store
        .get_many(&keys, Read::Consistent)
        .await
        .expect("the store answers");
    assert_eq!(items.len(), 100);
    for (place, (key, item)) in keys.iter().zip(&items).enumerate() {
        let stands = place >= 98 || !place.is_multiple_of(2);
        assert_eq!(item.as_ref().map(|item| &item.key), stands.then_some(key));
    }
}

/// Everything of an item comes back: text of all scripts, counters, both index keys, the expiry to the second.
pub async fn an_item_comes_back_as_it_was_put(store: &Arc<dyn Store>) {
    let text = "Grüße, 東京 🎟️ \u{0} \" \\ \n \u{202e}e\u{301}";
    let document =
        Document::of(&json!({ "text": text, "empty": "", "nested": [{ "n": 1.5, "null": null }] }));
    let expires_at: Timestamp = "2100-01-01T00:00:00.000001Z".parse().expect("a timestamp");
    let place = Key::new(TABLE, "!partition~#1", "sort'\"%_?*");
    let new = NewItem::new(place.clone(), document)
        .counter(LEFT, Counter::MAX)
        .counter(SOLD, -Counter::MAX)
        .index(Index::First, IndexKey::new("first#1", "s"))
        .index(Index::Second, IndexKey::new("second#2", "t"))
        .expires_at(expires_at);
    commit(store, insert(new.clone())).await;
    let stands = standing(store, &place).await;
    assert_eq!((stands.key, stands.version), (place, 1));
    assert_eq!(stands.document, new.document);
    assert_eq!(
        (stands.counters["left"], stands.counters["sold"]),
        (Counter::MAX, -Counter::MAX)
    );
    assert_eq!(stands.indexes, new.indexes);
    let second_above: Timestamp = "2100-01-01T00:00:01Z".parse().expect("a timestamp");
    assert_eq!(stands.expires_at, Some(second_above));
}

/// A record of just the bound, in characters of three bytes.
pub async fn the_largest_record_comes_back_whole(store: &Arc<dyn Store>) {
    let overhead = Document::of(&"").as_str().len();
    let room = Document::BYTES_MAX - overhead;
    let text = "€".repeat(room / 3) + &"x".repeat(room % 3);
    let document = Document::of(&text);
    assert_eq!(document.as_str().len(), Document::BYTES_MAX);
    commit(store, insert(NewItem::new(key("big"), document.clone()))).await;
    assert_eq!(standing(store, &key("big")).await.document, document);
    // A reader of a whole page must bear many of them.
    for number in 0..9 {
        commit(
            store,
            insert(NewItem::new(key(&format!("big-{number}")), document.clone())),
        )
        .await;
    }
    let query = crate::Query::partition(TABLE, "partition");
    assert_eq!(super::walk(store, &query).await.len(), 10);
}

/// An item that expires in times to come stands; one that expired long ago may stand or be gone.
pub async fn an_item_is_never_gone_before_it_expires(store: &Arc<dyn Store>) {
    let far: Timestamp = "2100-01-01T00:00:00Z".parse().expect("a timestamp");
    let past: Timestamp = "2001-01-01T00:00:00Z".parse().expect("a timestamp");
    commit(store, insert(item("young").expires_at(far))).await;
    commit(store, insert(item("old").expires_at(past))).await;
    for number in 0..20 {
        commit(store, insert(item(&format!("later-{number}")))).await;
    }
    assert_eq!(standing(store, &key("young")).await.expires_at, Some(far));
    let old = current(store, &key("old")).await;
    assert!(old.is_none_or(|item| item.expires_at == Some(past)));
}

/// An eventual read may lag, and catches up.
pub async fn an_eventual_read_finds_the_item_in_the_end(store: &Arc<dyn Store>) {
    commit(store, insert(item("a"))).await;
    for _ in 0..ATTEMPTS_MAX {
        let found = store
            .get(&key("a"), Read::Eventual)
            .await
            .expect("the store answers");
        let many = store
            .get_many(&[key("a")], Read::Eventual)
            .await
            .expect("the store answers");
        if found.is_some() && many[0].is_some() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("an eventual read never found the item");
}

/// A store that takes commits says so.
pub async fn the_store_is_ready(store: &Arc<dyn Store>) {
    store.ready().await.expect("the store is ready");
}
