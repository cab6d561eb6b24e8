//! What each kind of write expects to find, and what it leaves.

use std::sync::Arc;

use super::{LEFT, SOLD, TABLE, commit, current, insert, item, key, record, refused, standing};
use crate::{Change, Condition, Counter, Expect, Index, IndexKey, Store, Update};

/// An item that was inserted stands with its record, at version 1.
pub async fn an_insert_makes_version_one(store: &Arc<dyn Store>) {
    let committed = commit(store, insert(item("a").counter(LEFT, 7))).await;
    assert_eq!(committed.versions, [1]);
    let stands = standing(store, &key("a")).await;
    assert_eq!(
        (stands.version, stands.counter(LEFT), stands.document),
        (1, 7, record("a"))
    );
}

/// Inserting over an item is refused and leaves it alone.
pub async fn an_insert_is_refused_where_an_item_stands(store: &Arc<dyn Store>) {
    commit(store, insert(item("a"))).await;
    let refusals = refused(store, insert(crate::NewItem::new(key("a"), record("another")))).await;
    let stands = standing(store, &key("a")).await;
    assert_eq!(stands.document, record("a"));
    assert_eq!(
        (refusals.len(), refusals[0].write, &refusals[0].current),
        (1, 0, &Some(stands))
    );
}

/// A replacement goes through at the version that stands only, and leaves the next one.
pub async fn a_replacement_needs_the_version_that_stands(store: &Arc<dyn Store>) {
    let replace = |version| Change::of(TABLE).put(item("a"), Expect::Version(version));
    assert_eq!(refused(store, replace(1)).await[0].current, None);
    commit(store, insert(item("a"))).await;
    assert_eq!(commit(store, replace(1)).await.versions, [2]);
    let refusals = refused(store, replace(1)).await;
    assert_eq!(refusals[0].current.as_ref().map(|item| item.version), Some(2));
    refused(store, replace(3)).await;
    assert_eq!(commit(store, replace(2)).await.versions, [3]);
}

/// Counters, index entries and the expiry of the item before are gone.
pub async fn a_replacement_leaves_nothing_of_the_item_before(store: &Arc<dyn Store>) {
    let far = "2100-01-01T00:00:00Z".parse().expect("a timestamp");
    let first = item("a")
        .counter(LEFT, 7)
        .index(Index::First, IndexKey::new("i", "s"))
        .expires_at(far);
    commit(store, insert(first)).await;
    let second = item("a")
        .counter(SOLD, 1)
        .index(Index::Second, IndexKey::new("j", "t"));
    commit(store, Change::of(TABLE).put(second, Expect::Version(1))).await;
    let stands = standing(store, &key("a")).await;
    assert_eq!(
        stands.counters.into_iter().collect::<Vec<_>>(),
        [("sold".to_owned(), 1)]
    );
    assert_eq!(stands.indexes, [None, Some(IndexKey::new("j", "t"))]);
    assert_eq!(stands.expires_at, None);
}

/// Nothing can be added to what is not there.
pub async fn an_update_needs_an_item(store: &Arc<dyn Store>) {
    let refusals = refused(store, Change::of(TABLE).give(key("a"), LEFT, 1)).await;
    assert_eq!((refusals.len(), &refusals[0].current), (1, &None));
    assert_eq!(current(store, &key("a")).await, None);
}

/// An update raises the version, changes the counters it names, and nothing else.
pub async fn an_update_keeps_what_it_does_not_name(store: &Arc<dyn Store>) {
    let far = "2100-01-01T00:00:00Z".parse().expect("a timestamp");
    let first = item("a")
        .counter(LEFT, 7)
        .counter(SOLD, 3)
        .index(Index::First, IndexKey::new("i", "s"));
    commit(store, insert(first.expires_at(far))).await;
    let mut expected = standing(store, &key("a")).await;
    commit(store, Change::of(TABLE).take(key("a"), LEFT, 2)).await;
    expected.version = 2;
    expected.counters.insert("left".to_owned(), 5);
    assert_eq!(standing(store, &key("a")).await, expected);
}

/// An update with a record replaces it and keeps the counters.
pub async fn an_update_can_replace_the_record(store: &Arc<dyn Store>) {
    commit(store, insert(item("a").counter(LEFT, 7))).await;
    let update = Update::of(key("a"))
        .document(record("another"))
        .require(Condition::Version(1));
    assert_eq!(
        commit(store, Change::of(TABLE).update(update.clone()))
            .await
            .versions,
        [2]
    );
    let stands = standing(store, &key("a")).await;
    assert_eq!((stands.document, stands.counters["left"]), (record("another"), 7));
    assert_eq!(refused(store, Change::of(TABLE).update(update)).await.len(), 1);
}

/// One of several conditions that does not hold is enough to refuse.
pub async fn an_update_needs_all_its_conditions(store: &Arc<dyn Store>) {
    commit(store, insert(item("a").counter(LEFT, 7).counter(SOLD, 0))).await;
    let update = |floor, version| {
        let update = Update::of(key("a")).take(LEFT, 1).give(SOLD, 1);
        let update = update
            .require(Condition::AtLeast(SOLD, floor))
            .require(Condition::Version(version));
        Change::of(TABLE).update(update.require(Condition::Exists))
    };
    refused(store, update(1, 1)).await;
    refused(store, update(0, 2)).await;
    assert_eq!(commit(store, update(0, 1)).await.versions, [2]);
    let stands = standing(store, &key("a")).await;
    assert_eq!((stands.counter(LEFT), stands.counter(SOLD)), (6, 1));
}

/// A delete goes through only where its condition holds.
pub async fn a_delete_needs_its_condition(store: &Arc<dyn Store>) {
    let delete = |condition| Change::of(TABLE).delete(key("a"), condition);
    assert_eq!(refused(store, delete(Condition::Exists)).await[0].current, None);
    commit(store, insert(item("a").counter(LEFT, 2))).await;
    refused(store, delete(Condition::Version(2))).await;
    refused(store, delete(Condition::AtLeast(LEFT, 3))).await;
    refused(store, delete(Condition::AtLeast(Counter("other"), 0))).await;
    commit(store, delete(Condition::AtLeast(LEFT, 2))).await;
    assert_eq!(current(store, &key("a")).await, None);
}

/// Deleting forgets the version.
pub async fn a_deleted_item_can_be_inserted_again(store: &Arc<dyn Store>) {
    commit(store, insert(item("a").counter(LEFT, 7))).await;
    commit(store, Change::of(TABLE).give(key("a"), LEFT, 1)).await;
    commit(store, Change::of(TABLE).delete(key("a"), Condition::Version(2))).await;
    assert_eq!(commit(store, insert(item("a"))).await.versions, [1]);
    let stands = standing(store, &key("a")).await;
    assert!(stands.version == 1 && stands.counters.is_empty());
}

/// A check decides about the change and leaves its item at its version.
pub async fn a_check_writes_nothing(store: &Arc<dyn Store>) {
    commit(store, insert(item("a").counter(LEFT, 2))).await;
    let holds = [
        Condition::Exists,
        Condition::Version(1),
        Condition::AtLeast(LEFT, 2),
    ];
    for condition in holds {
        assert_eq!(
            commit(store, Change::of(TABLE).check(key("a"), condition))
                .await
                .versions,
            [0]
        );
        refused(store, Change::of(TABLE).check(key("nothing"), condition)).await;
    }
    for condition in [
        Condition::Absent,
        Condition::Version(2),
        Condition::AtLeast(LEFT, 3),
    ] {
        refused(store, Change::of(TABLE).check(key("a"), condition)).await;
    }
    commit(store, Change::of(TABLE).check(key("nothing"), Condition::Absent)).await;
    assert_eq!(standing(store, &key("a")).await.version, 1);
    assert_eq!(current(store, &key("nothing")).await, None);
}

/// A delete and a check count as 0; so may an update, where the backend cannot tell.
pub async fn versions_are_told_in_the_order_of_the_writes(store: &Arc<dyn Store>) {
    for sort in ["replaced", "updated", "deleted", "checked"] {
        commit(store, insert(item(sort).counter(LEFT, 1))).await;
    }
    commit(store, Change::of(TABLE).give(key("updated"), LEFT, 1)).await;
    let change = Change::of(TABLE)
        .check(key("checked"), Condition::Exists)
        .take(key("updated"), LEFT, 1)
        .put(item("inserted"), Expect::Absent)
        .delete(key("deleted"), Condition::Exists)
        .put(item("replaced"), Expect::Version(1));
    let told = commit(store, change).await.versions;
    assert!(told == [0, 3, 1, 0, 2] || told == [0, 0, 1, 0, 2], "{told:?}");
    assert_eq!(standing(store, &key("updated")).await.version, 3);
}
