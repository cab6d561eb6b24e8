//! Counts, once for each message.

use std::collections::BTreeMap;

use turnout_domain::{EventId, MessageId};
use turnout_store::{Change, CommitError, Item, Key, Read};

use super::items::{self, Slot};
use super::tally::{self, Tally};
use crate::commit::commit;
use crate::error::SaleError;
use crate::{TABLE, Ticketing};

/// How often counts are tried again when others counted in between.
const COMMIT_ATTEMPTS_MAX: usize = 64;
/// The most messages that are counted together: their marks and what they count must fit into one change.
pub(super) const TOGETHER_MAX: usize = 40;

/// What one message counts.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub message: MessageId,
    pub tally: Tally,
}

impl Ticketing {
    /// Counts what these messages of one event say, those that were not counted before. At most [`TOGETHER_MAX`].
    pub(super) async fn count_messages(&self, event: EventId, messages: &[Counted]) -> Result<(), SaleError> {
        let mut rest = messages;
        while !rest.is_empty() {
            let some = fitting(rest);
            self.count_some(event, &rest[..some]).await?;
            rest = &rest[some..];
        }
        Ok(())
    }

    async fn count_some(&self, event: EventId, messages: &[Counted]) -> Result<(), SaleError> {
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let mut keys: Vec<Key> = Vec::new();
            for counted in messages {
                let key = items::mark_key(event, counted.message);
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            let found = self.store.get_many(&keys, Read::Consistent).await?;
            let now = self.clock.now();
            let mut sum = Tally::new();
            let mut change = Change::of(TABLE);
            for (key, item) in keys.into_iter().zip(found) {
                let mut marks: Vec<String> = item.as_ref().map(Item::parse).transpose()?.unwrap_or_default();
                let before = marks.len();
                for counted in messages
                    .iter()
                    .filter(|one| items::mark_key(event, one.message) == key)
                {
                    let mark = items::mark_of(counted.message);
                    if !marks.contains(&mark) {
                        marks.push(mark);
                        tally::add(&mut sum, &counted.tally);
                    }
                }
                if marks.len() > before {
                    change = change.put(items::mark_item(key, &marks, now), items::expect(item.as_ref()));
                }
            }
            if change.writes.is_empty() || self.add_counts(event, change, &sum).await? {
                return Ok(());
            }
        }
        Err(kept_changing())
    }

    /// Adds to counts that no message tells of.
    pub(super) async fn count(&self, event: EventId, tally: &Tally) -> Result<(), SaleError> {
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            if self.add_counts(event, Change::of(TABLE), tally).await? {
                return Ok(());
            }
        }
        Err(kept_changing())
    }

    /// Commits the change with these counts, of the hour and of all time; whether nothing stood against it.
    async fn add_counts(&self, event: EventId, mut change: Change, tally: &Tally) -> Result<bool, SaleError> {
        let slots = slots(tally);
        let keys: Vec<Key> = slots.keys().map(|slot| items::slot_key(event, *slot)).collect();
        let mut standing = Vec::with_capacity(keys.len());
        for keys in keys.chunks(turnout_store::KEYS_MAX) {
            standing.extend(self.store.get_many(keys, Read::Consistent).await?);
        }
        for ((slot, counts), item) in slots.iter().zip(standing) {
            change = match item {
                Some(_) => change.update(items::slot_update(event, *slot, counts)),
                None => change.put(items::slot_item(event, *slot, counts), items::expect(None)),
            };
        }
        match commit(&*self.store, || change.clone()).await {
            Ok(_) => Ok(true),
            Err(CommitError::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// The tally by hours, and together.
fn slots(tally: &Tally) -> BTreeMap<Slot, tally::Counts> {
    let mut slots: BTreeMap<Slot, tally::Counts> = BTreeMap::new();
    for ((hour, of), counts) in tally {
        for slot in [(Some(*hour), *of), (None, *of)] {
            let sum = slots.entry(slot).or_default();
            for (measure, n) in counts {
                *sum.entry(*measure).or_default() += n;
            }
        }
    }
    slots
}

/// How many of the messages, at least one, make a change that is not too large.
fn fitting(messages: &[Counted]) -> usize {
    let mut sum = Tally::new();
    let mut some = 0;
    for counted in messages.iter().take(TOGETHER_MAX) {
        tally::add(&mut sum, &counted.tally);
        if some > 0 && slots(&sum).len() + some + 1 > Change::WRITES_MAX - 1 {
            break;
        }
        some += 1;
    }
    some
}

fn kept_changing() -> SaleError {
    let why = "the counts kept changing".into();
    CommitError::Busy { why }.into()
}
