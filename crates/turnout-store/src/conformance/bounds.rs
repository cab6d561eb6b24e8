//! What no backend does, and all refuse alike.

use std::sync::Arc;

use serde_json::json;
use turnout_domain::Envelope;

use super::outbox::message;
use super::{LEFT, OTHER_TABLE, TABLE, commit, current, insert, item, key, record, walk};
use crate::{
    Change, CommitError, Condition, Counter, Document, Expect, Index, IndexKey, InvalidChange, Key, NewItem,
    Query, Read, SortRange, Store, StoreError, Update,
};

fn inserts(count: usize) -> Change {
    (0..count).fold(Change::of(TABLE), |change, number| {
        change.put(item(&format!("item-{number:03}")), Expect::Absent)
    })
}

async fn invalid(store: &Arc<dyn Store>, change: Change) -> InvalidChange {
    match store.commit(change).await {
        Err(CommitError::Invalid(mistake)) => mistake,
        other => panic!("the change should be invalid, and gave {other:?}"),
    }
}

/// A hundred writes go through; of a hundred and one, none.
pub async fn a_change_has_at_most_a_hundred_writes(store: &Arc<dyn Store>) {
    assert_eq!(invalid(store, inserts(101)).await, InvalidChange::Writes(101));
    let query = Query::partition(TABLE, "partition");
    assert!(walk(store, &query).await.is_empty());
    assert_eq!(commit(store, inserts(100)).await.versions, [1; 100]);
    assert_eq!(walk(store, &query).await.len(), 100);
}

/// Messages take the place of one write, however many they are.
pub async fn messages_count_as_one_write(store: &Arc<dyn Store>) {
    let with_messages = |count| inserts(count).emit(message(1)).emit(message(2));
    assert_eq!(
        invalid(store, with_messages(100)).await,
        InvalidChange::Writes(101)
    );
    assert_eq!(commit(store, with_messages(99)).await.versions, [1; 99]);
    assert_eq!(
        store.outbox(TABLE, None, 10).await.expect("the store answers")[0]
            .messages
            .len(),
        2
    );
}

/// With or without messages: they need a cause.
pub async fn a_change_without_writes_is_refused(store: &Arc<dyn Store>) {
    assert_eq!(invalid(store, Change::of(TABLE)).await, InvalidChange::Writes(0));
    invalid(store, Change::of(TABLE).emit(message(1))).await;
    assert!(
        store
            .outbox(TABLE, None, 10)
            .await
            .expect("the store answers")
            .is_empty()
    );
}

/// Whatever the two writes are.
pub async fn two_writes_on_one_item_are_refused(store: &Arc<dyn Store>) {
    commit(store, insert(item("pool").counter(LEFT, 5))).await;
    let twice = Change::of(TABLE)
        .take(key("pool"), LEFT, 1)
        .take(key("pool"), LEFT, 1);
    assert_eq!(invalid(store, twice).await, InvalidChange::SameItem(key("pool")));
    let both = insert(item("new")).check(key("new"), Condition::Absent);
    assert_eq!(invalid(store, both).await, InvalidChange::SameItem(key("new")));
    assert_eq!(current(store, &key("new")).await, None);
}

/// A change is of one table: backends keep a service's table apart.
pub async fn a_write_on_another_table_is_refused(store: &Arc<dyn Store>) {
    let elsewhere = Key::new(OTHER_TABLE, "partition", "a");
    let change = insert(item("a")).put(NewItem::new(elsewhere.clone(), record("a")), Expect::Absent);
    assert_eq!(invalid(store, change).await, InvalidChange::OtherTable(elsewhere));
    assert_eq!(current(store, &key("a")).await, None);
}

/// One record, all records together, and the messages have each their bound.
pub async fn what_is_too_large_is_refused(store: &Arc<dyn Store>) {
    let sized = |bytes: usize| Document::of(&"x".repeat(bytes - 2));
    let one = insert(NewItem::new(key("a"), sized(Document::BYTES_MAX + 1)));
    assert_eq!(
        invalid(store, one).await,
        InvalidChange::TooLarge(Document::BYTES_MAX + 1)
    );
    commit(store, insert(item("a"))).await;
    let update = Update::of(key("a")).document(sized(Document::BYTES_MAX + 1));
    invalid(store, Change::of(TABLE).update(update)).await;
    let many = (0..25).fold(Change::of(TABLE), |change, number| {
        let item = NewItem::new(key(&format!("big-{number}")), sized(Document::BYTES_MAX));
        change.put(item, Expect::Absent)
    });
    invalid(store, many).await;
    let body = json!("x".repeat(Change::MESSAGE_BYTES_MAX));
    let body = serde_json::value::to_raw_value(&body).expect("text is JSON");
    let envelope = Envelope { body, ..message(1) };
    invalid(store, insert(item("b")).emit(envelope)).await;
    assert_eq!(walk(store, &Query::partition(TABLE, "partition")).await, ["a"]);
}

/// An update and a delete are of what stands, so they cannot ask for absence.
pub async fn conditions_that_make_no_sense_are_refused(store: &Arc<dyn Store>) {
    let update = Update::of(key("a")).give(LEFT, 1).require(Condition::Absent);
    assert_eq!(
        invalid(store, Change::of(TABLE).update(update)).await,
        InvalidChange::Condition(key("a"))
    );
    let delete = Change::of(TABLE).delete(key("a"), Condition::Absent);
    assert_eq!(invalid(store, delete).await, InvalidChange::Condition(key("a")));
}

/// Each part of a key, and of an index key: not empty, not too long, no space, no control character, ASCII.
pub async fn keys_are_short_visible_ascii(store: &Arc<dyn Store>) {
    let long = "x".repeat(Key::PARTITION_BYTES_MAX);
    let too_long = "x".repeat(Key::PARTITION_BYTES_MAX + 1);
    for part in ["", "a b", "a\n", "\u{7f}", "ü", &too_long] {
        for key in [Key::new(TABLE, part, "s"), Key::new(TABLE, "p", part)] {
            let change = insert(NewItem::new(key.clone(), record("a")));
            assert!(
                matches!(invalid(store, change).await, InvalidChange::Key(_)),
                "`{part}`"
            );
            assert!(matches!(
                store.get(&key, Read::Consistent).await,
                Err(StoreError::Invalid(_))
            ));
            let many = store.get_many(&[key], Read::Consistent).await;
            assert!(matches!(many, Err(StoreError::Invalid(_))), "`{part}`");
        }
        for place in [IndexKey::new(part, "s"), IndexKey::new("p", part)] {
            let change = insert(item("a").index(Index::Second, place));
            assert!(
                matches!(invalid(store, change).await, InvalidChange::Key(_)),
                "`{part}` of an index"
            );
        }
    }
    let longest = Key::new(TABLE, &long, &long);
    let place = IndexKey::new(&long, &long);
    let item = NewItem::new(longest.clone(), record("long")).index(Index::First, place.clone());
    commit(store, insert(item.index(Index::Second, place))).await;
    assert!(current(store, &longest).await.is_some());
    for index in [Index::First, Index::Second] {
        super::eventually(store, &Query::index(TABLE, index, &long), &[&long]).await;
    }
}

/// A page of nought or a thousand and one, a batch of a hundred and one, a partition that is none.
pub async fn reads_are_bounded(store: &Arc<dyn Store>) {
    let query = Query::partition(TABLE, "partition");
    let wrong = [
        query.clone().limit(0),
        query.clone().limit(Query::LIMIT_MAX + 1),
        query.clone().range(SortRange::Prefix(String::new())),
        query.clone().range(SortRange::AtLeast("ü".to_owned())),
        Query::partition(TABLE, ""),
        Query::index(TABLE, Index::First, "a b"),
    ];
    for query in wrong {
        let answer = store.query(query.clone()).await;
        assert!(matches!(answer, Err(StoreError::Invalid(_))), "{query:?}");
    }
    for limit in [0, Query::LIMIT_MAX + 1] {
        assert!(matches!(
            store.scan(TABLE, None, limit).await,
            Err(StoreError::Invalid(_))
        ));
    }
    let keys: Vec<Key> = (0..101).map(|number| key(&number.to_string())).collect();
    let answer = store.get_many(&keys, Read::Consistent).await;
    assert!(matches!(answer, Err(StoreError::Invalid(_))));
}

/// Wherever a counter is named, and whatever is put into it or added.
pub async fn counters_have_short_names_and_bounded_values(store: &Arc<dyn Store>) {
    for name in ["", "two words", "n0", "größe", "a-b", "twenty_five_letters_long_"] {
        let counter = Counter(name);
        let changes = [
            insert(item("a").counter(counter, 1)),
            Change::of(TABLE).give(key("a"), counter, 1),
            Change::of(TABLE).take(key("a"), counter, 1),
            Change::of(TABLE).delete(key("a"), Condition::AtLeast(counter, 1)),
            Change::of(TABLE).check(key("a"), Condition::AtLeast(counter, 1)),
        ];
        for change in changes {
            assert_eq!(
                invalid(store, change).await,
                InvalidChange::Counter(name.to_owned())
            );
        }
    }
    for n in [Counter::MAX + 1, -Counter::MAX - 1, i64::MAX, i64::MIN] {
        let change = insert(item("a").counter(LEFT, n));
        assert_eq!(invalid(store, change).await, InvalidChange::Amount(n));
        let change = Change::of(TABLE).give(key("a"), LEFT, n);
        assert_eq!(invalid(store, change).await, InvalidChange::Amount(n));
    }
    assert_eq!(current(store, &key("a")).await, None);
}
