//! The reference: the contract in its plainest form, for tests and for trying things out. It forgets when it is dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::Notify;
use turnout_domain::Envelope;

use crate::evaluate::{Effect, apply, holds};
use crate::query::KEY_PART_LAST;
use crate::{
    Change, CommitError, Committed, Cursor, Direction, Item, Key, OutboxBatch, OutboxPosition, Page, Query,
    Read, Refusal, Source, Store, StoreError, Table, Token, check_keys, check_limit,
};

/// Items in memory, under one lock. A clone is another handle on the same data.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    items: BTreeMap<Key, Item>,
    indexed: BTreeSet<Indexed>,
    /// Tokens are kept for good: the store lives as long as a test, and has no clock to count ten minutes.
    committed: BTreeMap<Token, Committed>,
    outbox: BTreeMap<(Table, u64), Vec<Envelope>>,
    outbox_next: u64,
    signals: BTreeMap<Table, Arc<Notify>>,
}

/// One entry of an index, in the order in which queries give them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Indexed {
    index: usize,
    partition: String,
    sort: String,
    key: Key,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic under the lock leaves whole changes only: nothing in [`State::commit`] can fail once it began to write.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, key: &Key, _read: Read) -> Result<Option<Item>, StoreError> {
        key.validate()?;
        Ok(self.lock().items.get(key).cloned())
    }

    async fn get_many(&self, keys: &[Key], _read: Read) -> Result<Vec<Option<Item>>, StoreError> {
        check_keys(keys)?;
        let state = self.lock();
        Ok(keys.iter().map(|key| state.items.get(key).cloned()).collect())
    }

    async fn query(&self, query: Query) -> Result<Page, StoreError> {
        query.validate()?;
        self.lock().query(&query)
    }

    async fn scan(&self, table: Table, after: Option<Cursor>, limit: usize) -> Result<Page, StoreError> {
        check_limit(limit)?;
        let after = after.map(|cursor| cursor.scanned(table)).transpose()?;
        let from = after.map_or(Bound::Included(Key::new(table, "", "")), Bound::Excluded);
        let to = Bound::Included(Key::new(table, KEY_PART_LAST, ""));
        let state = self.lock();
        let mut rest = state.items.range((from, to)).map(|(_, item)| item);
        let items: Vec<Item> = rest.by_ref().take(limit).cloned().collect();
        let next = rest
            .next()
            .and(items.last())
            .map(|last| Cursor::of_scan(&last.key));
        Ok(Page { items, next })
    }

    async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        change.validate()?;
        self.lock().commit(change)
    }

    async fn outbox(
        &self,
        table: Table,
        after: Option<&OutboxPosition>,
        limit: usize,
    ) -> Result<Vec<OutboxBatch>, StoreError> {
        let first = after
            .and_then(|after| after.0.parse().ok())
            .map_or(0, |at: u64| at + 1);
        let state = self.lock();
        let waiting = state.outbox.range((table, first)..=(table, u64::MAX)).take(limit);
        Ok(waiting
            .map(|((_, number), messages)| OutboxBatch {
                position: OutboxPosition(number.to_string()),
                messages: messages.clone(),
                unreadable: None,
                elsewhere: false,
            })
            .collect())
    }

    async fn outbox_sent(&self, table: Table, positions: &[OutboxPosition]) -> Result<(), StoreError> {
        let mut state = self.lock();
        for number in positions.iter().filter_map(|position| position.0.parse().ok()) {
            state.outbox.remove(&(table, number));
        }
        Ok(())
    }

    fn outbox_signal(&self, table: Table) -> Arc<Notify> {
        self.lock().signal(table)
    }

    fn is_exclusive(&self) -> bool {
        true
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl State {
    fn commit(&mut self, change: Change) -> Result<Committed, CommitError> {
        if let Some(first) = self.committed.get(&change.token) {
            return Ok(first.clone());
        }
        let refusals: Vec<Refusal> = change
            .writes
            .iter()
            .enumerate()
            .map(|(place, write)| (place, write, self.items.get(write.key())))
            .filter(|(_, write, current)| !holds(write, *current))
            .map(|(write, _, current)| Refusal {
                write,
                current: current.cloned(),
            })
            .collect();
        if !refusals.is_empty() {
            return Err(CommitError::Refused(refusals));
        }
        let mut versions = Vec::with_capacity(change.writes.len());
        for write in change.writes {
            let key = write.key().clone();
            let effect = apply(write, self.items.get(&key).cloned());
            versions.push(effect.version());
            self.put(key, effect);
        }
        if !change.messages.is_empty() {
            self.outbox
                .insert((change.table, self.outbox_next), change.messages);
            self.outbox_next += 1;
            self.signal(change.table).notify_one();
        }
        let committed = Committed { versions };
        self.committed.insert(change.token, committed.clone());
        Ok(committed)
    }

    fn put(&mut self, key: Key, effect: Effect) {
        let before = match effect {
            Effect::Keep => return,
            Effect::Delete => self.items.remove(&key),
            Effect::Put(item) => {
                self.unindex(self.items.get(&key).map(indexed));
                self.indexed.extend(indexed(&item));
                self.items.insert(key, item);
                return;
            }
        };
        self.unindex(before.as_ref().map(indexed));
    }

    fn unindex(&mut self, entries: Option<Vec<Indexed>>) {
        for entry in entries.into_iter().flatten() {
            self.indexed.remove(&entry);
        }
    }

    fn signal(&mut self, table: Table) -> Arc<Notify> {
        Arc::clone(self.signals.entry(table).or_default())
    }

    fn query(&self, query: &Query) -> Result<Page, StoreError> {
        let position = query.position()?;
        let (lower, upper) = query.range.bounds();
        let (mut from, mut to) = match &query.source {
            Source::Partition(partition) => {
                let place = |sort: &str| place_of(None, Key::new(query.table, partition, sort));
                (Bound::Included(place(&lower)), Bound::Included(place(&upper)))
            }
            Source::Index(index, partition) => {
                let place = |sort: &str, last: &str| {
                    let key = Key::new(query.table, last, last);
                    place_of(Some((index.position(), partition, sort)), key)
                };
                (
                    Bound::Included(place(&lower, "")),
                    Bound::Included(place(&upper, KEY_PART_LAST)),
                )
            }
        };
        if let Some(position) = position {
            let ended = match (&query.source, &position.index_sort) {
                (Source::Index(index, partition), Some(sort)) => {
                    place_of(Some((index.position(), partition, sort)), position.key)
                }
                _ => place_of(None, position.key),
            };
            match query.direction {
                Direction::Forward => from = Bound::Excluded(ended),
                Direction::Backward => to = Bound::Excluded(ended),
            }
        }
        if lower > upper {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        }
        Ok(match &query.source {
            Source::Partition(_) => {
                let range = self
                    .items
                    .range((from.map(|place| place.key), to.map(|place| place.key)));
                page(query, range.map(|(_, item)| item))
            }
            Source::Index(..) => {
                let range = self.indexed.range((from, to));
                page(query, range.filter_map(|entry| self.items.get(&entry.key)))
            }
        })
    }
}

fn place_of(index: Option<(usize, &String, &str)>, key: Key) -> Indexed {
    let (index, partition, sort) = match index {
        Some((index, partition, sort)) => (index, partition.clone(), sort.to_owned()),
        None => (0, String::new(), String::new()),
    };
    Indexed {
        index,
        partition,
        sort,
        key,
    }
}

fn indexed(item: &Item) -> Vec<Indexed> {
    let keys = item.indexes.iter().enumerate();
    keys.filter_map(|(index, key)| {
        let key = key.as_ref()?;
        Some(place_of(
            Some((index, &key.partition, &key.sort)),
            item.key.clone(),
        ))
    })
    .collect()
}

fn page<'a>(query: &Query, rest: impl DoubleEndedIterator<Item = &'a Item>) -> Page {
    let mut rest: Box<dyn Iterator<Item = &Item>> = match query.direction {
        Direction::Forward => Box::new(rest),
        Direction::Backward => Box::new(rest.rev()),
    };
    let items: Vec<Item> = rest.by_ref().take(query.limit).cloned().collect();
    let next = rest.next().and(items.last()).map(|last| query.cursor_at(last));
    Page { items, next }
}
