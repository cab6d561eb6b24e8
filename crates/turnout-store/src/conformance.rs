//! The contract of [`Store`] made to run: one function a property, each on a store of its own.
//!
//! An adapter's `tests/conformance.rs` is one line, which makes a test of every property:
//!
//! ```text
//! turnout_store::conformance_suite!(MemoryStore::new());
//! ```
//!
//! The expression may `await` and is evaluated once a test; it gives a store, or a [`Fresh`] that keeps alive what the
//! store stands on. The store must be empty and have the tables of [`TABLES`].

mod bounds;
mod conditions;
mod counters;
mod cursors;
mod indexes;
mod leases;
mod model;
mod outbox;
mod queries;
mod races;
mod reads;
mod tokens;
mod whole_changes;

use std::any::Any;
use std::sync::Arc;

use serde_json::json;

use crate::{
    Change, CommitError, Committed, Counter, Document, Expect, Item, Key, NewItem, Page, Query, Read,
    Refusal, Store, StoreError, Table,
};

pub use bounds::*;
pub use conditions::*;
pub use counters::*;
pub use cursors::*;
pub use indexes::*;
pub use leases::*;
pub use model::*;
pub use outbox::*;
pub use queries::*;
pub use races::*;
pub use reads::*;
pub use tokens::*;
pub use whole_changes::*;

/// The tables that the suite uses.
pub const TABLES: [Table; 2] = [TABLE, OTHER_TABLE];

const TABLE: Table = Table("conformance");
const OTHER_TABLE: Table = Table("elsewhere");
const LEFT: Counter = Counter("left");
const SOLD: Counter = Counter("sold");

/// How often a check on an eventual read, or a commit on a busy store, is tried again.
const ATTEMPTS_MAX: usize = 2_000;

/// An empty store, and what must live as long as it.
pub struct Fresh {
    store: Arc<dyn Store>,
    _keep: Box<dyn Any + Send>,
}

impl Fresh {
    /// `store`, on something that goes when it is dropped: a folder, a server.
    pub fn on<K: Any + Send>(store: impl Store, keep: K) -> Self {
        Self {
            store: Arc::new(store),
            _keep: Box::new(keep),
        }
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }
}

impl<S: Store> From<S> for Fresh {
    fn from(store: S) -> Self {
        Self::on(store, ())
    }
}

/// Adapters whose data outlives the process pass this too: a change committed again after a restart is applied once,
/// and gets its first answer. `open` opens the same store again and again, and the one before is gone by then.
///
/// # Panics
/// If the store does not keep to the contract.
pub async fn a_retry_after_a_restart_is_applied_once(open: impl AsyncFn() -> Arc<dyn Store>) {
    let store = open().await;
    commit(&store, insert(item("pool").counter(LEFT, 3))).await;
    let change = insert(item("order")).take(key("pool"), LEFT, 1);
    let first = commit(&store, change.clone()).await;
    commit(&store, Change::of(TABLE).take(key("pool"), LEFT, 1)).await;
    drop(store);
    for _ in 0..2 {
        let store = open().await;
        assert_eq!(
            commit(&store, change.clone()).await,
            first,
            "a retry after a restart"
        );
        let pool = standing(&store, &key("pool")).await;
        assert_eq!((pool.counter(LEFT), pool.version), (1, 3));
    }
}

/// Makes a test of every property of the contract: `conformance_suite!(a store or a Fresh)`.
#[macro_export]
macro_rules! conformance_suite {
    ($fresh:expr) => {
        $crate::conformance_suite! { @tests $fresh;
            an_insert_makes_version_one
            an_insert_is_refused_where_an_item_stands
            a_replacement_needs_the_version_that_stands
            a_replacement_leaves_nothing_of_the_item_before
            an_update_needs_an_item
            an_update_keeps_what_it_does_not_name
            an_update_can_replace_the_record
            an_update_needs_all_its_conditions
            a_delete_needs_its_condition
            a_deleted_item_can_be_inserted_again
            a_check_writes_nothing
            versions_are_told_in_the_order_of_the_writes

            a_refused_change_writes_nothing
            a_refusal_lists_every_write_that_fails_and_what_stands_there
            conditions_are_judged_against_what_stood_before
            tables_are_apart

            a_take_never_goes_below_its_floor
            a_take_of_a_counter_that_is_not_there_is_refused
            a_counter_that_is_not_there_counts_as_nought
            counters_of_one_item_move_together
            taking_twice_in_one_update_needs_both_at_once
            counters_are_exact_beyond_the_reach_of_a_float
            a_counter_goes_to_its_bound_and_not_beyond

            sixty_four_buyers_never_get_more_than_ten_places
            nobody_is_refused_while_places_are_free
            only_one_of_many_inserts_is_applied
            only_one_of_many_replacements_is_applied
            takes_of_two_pools_in_opposite_orders_all_end
            sixty_four_writers_on_one_counter_lose_nothing

            a_change_committed_twice_is_applied_once
            a_retry_gives_the_first_answer_though_the_item_moved_on
            a_refused_change_leaves_no_token
            retries_that_race_are_applied_once

            what_is_not_there_is_none
            many_items_come_in_the_order_asked_for
            an_item_comes_back_as_it_was_put
            the_largest_record_comes_back_whole
            an_item_is_never_gone_before_it_expires
            an_eventual_read_finds_the_item_in_the_end
            the_store_is_ready

            sort_keys_come_in_byte_order
            ranges_give_what_lies_in_them
            a_range_that_ends_before_it_begins_is_empty
            partitions_are_apart
            a_limit_bounds_the_page

            pages_of_any_size_give_every_item_once
            writes_between_two_pages_neither_hide_nor_repeat_what_stood
            a_cursor_of_another_query_is_refused
            a_cursor_that_was_tampered_with_is_refused
            a_forged_cursor_is_refused
            a_scan_gives_every_item_of_the_table_once
            a_cursor_of_another_scan_is_refused

            each_index_gives_its_items_in_its_own_order
            equal_index_keys_come_once_each_whatever_the_page
            ranges_of_an_index_give_what_lies_in_them
            an_item_without_an_index_key_is_not_in_the_index
            an_item_moves_with_its_index_key
            an_index_shows_what_an_update_left
            a_cursor_of_another_index_is_refused

            a_change_has_at_most_a_hundred_writes
            messages_count_as_one_write
            a_change_without_writes_is_refused
            two_writes_on_one_item_are_refused
            a_write_on_another_table_is_refused
            what_is_too_large_is_refused
            conditions_that_make_no_sense_are_refused
            keys_are_short_visible_ascii
            counters_have_short_names_and_bounded_values
            reads_are_bounded

            messages_wait_in_the_outbox_in_order
            a_refused_change_sends_nothing
            a_change_committed_twice_sends_once
            sent_messages_are_gone_and_the_others_wait_on
            outboxes_of_two_tables_are_apart
            an_outbox_is_read_from_behind_any_batch
            a_commit_with_messages_signals_the_outbox

            a_claim_has_one_holder_and_moves_when_it_is_let_go_of
            a_claim_that_is_not_renewed_moves_and_fences_off_the_holder_before
            of_many_that_claim_at_once_one_gets_it

            random_changes_leave_what_the_reference_says
        }
    };
    (@tests $fresh:expr; $($property:ident)+) => {
        $(
            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $property() {
                let fresh = $crate::conformance::Fresh::from($fresh);
                $crate::conformance::$property(&fresh.store()).await;
            }
        )+
    };
}

fn key(sort: &str) -> Key {
    Key::new(TABLE, "partition", sort)
}

fn record(name: &str) -> Document {
    Document::of(&json!({ "name": name }))
}

/// An item with a record that names it.
fn item(sort: &str) -> NewItem {
    NewItem::new(key(sort), record(sort))
}

fn insert(item: NewItem) -> Change {
    Change::of(TABLE).put(item, Expect::Absent)
}

/// Commits a change that nothing stands in the way of.
async fn commit(store: &Arc<dyn Store>, change: Change) -> Committed {
    match outcome(store, change).await {
        Ok(committed) => committed,
        Err(refusals) => panic!("the change should be applied, and is refused: {refusals:?}"),
    }
}

/// Commits a change that cannot be applied.
async fn refused(store: &Arc<dyn Store>, change: Change) -> Vec<Refusal> {
    match outcome(store, change).await {
        Ok(committed) => panic!("the change should be refused, and is applied: {committed:?}"),
        Err(refusals) => refusals,
    }
}

/// Commits a change as a service does: a busy store and a lost answer are tried again, under the same token.
async fn outcome(store: &Arc<dyn Store>, change: Change) -> Result<Committed, Vec<Refusal>> {
    let mut trouble = None;
    for _ in 0..ATTEMPTS_MAX {
        match store.commit(change.clone()).await {
            Ok(committed) => return Ok(committed),
            Err(CommitError::Refused(refusals)) => return Err(refusals),
            Err(error @ (CommitError::Invalid(_) | CommitError::Corrupt { .. })) => {
                panic!("the change is valid, and so is what stands there: {error}")
            }
            Err(error @ (CommitError::Busy { .. } | CommitError::Unknown { .. })) => trouble = Some(error),
        }
        tokio::task::yield_now().await;
    }
    panic!("the store gave no answer in {ATTEMPTS_MAX} attempts: {trouble:?}");
}

/// What stands at a key.
async fn current(store: &Arc<dyn Store>, key: &Key) -> Option<Item> {
    store.get(key, Read::Consistent).await.expect("the store answers")
}

/// What stands at a key where something must.
async fn standing(store: &Arc<dyn Store>, key: &Key) -> Item {
    match current(store, key).await {
        Some(item) => item,
        None => panic!("an item stands at {key}"),
    }
}

async fn page(store: &Arc<dyn Store>, query: Query) -> Page {
    store.query(query).await.expect("the query is valid")
}

/// The sort keys of all pages of a query, which must end.
async fn walk(store: &Arc<dyn Store>, query: &Query) -> Vec<String> {
    let mut sorts = Vec::new();
    let mut query = query.clone();
    for _ in 0..ATTEMPTS_MAX {
        let found = page(store, query.clone()).await;
        assert!(found.items.len() <= query.limit, "a page keeps to its limit");
        sorts.extend(found.items.into_iter().map(|item| item.key.sort));
        match found.next {
            None => return sorts,
            next => query = query.after(next),
        }
    }
    panic!("the pages of {query:?} do not end");
}

/// Walks a query until it gives these items: an index, and an eventual read, may lag behind.
async fn eventually(store: &Arc<dyn Store>, query: &Query, sorts: &[&str]) {
    eventually_like(store, query, sorts, |_| {}).await;
}

/// As [`eventually`], once `normalise` took out what the contract leaves open.
async fn eventually_like(
    store: &Arc<dyn Store>,
    query: &Query,
    sorts: &[&str],
    normalise: impl Fn(&mut Vec<String>),
) {
    let mut expected: Vec<String> = sorts.iter().map(|&sort| sort.to_owned()).collect();
    normalise(&mut expected);
    let mut found = Vec::new();
    for _ in 0..ATTEMPTS_MAX {
        found = walk(store, query).await;
        normalise(&mut found);
        if found == expected {
            return;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(found, expected, "{query:?}");
}

fn is_cursor_refusal(answer: &Result<Page, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Cursor))
}
