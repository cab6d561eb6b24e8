//! The changes of one transaction. Each is judged by itself against what stands, the changes before it in the batch
//! included, and written over it in memory; at the end every item that changed is one row to write, however many changes
//! it had. A refused change touches nothing, so no savepoint is needed.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use turnout_store::evaluate::{Effect, apply, holds};
use turnout_store::{Change, Committed, Item, Key, Refusal, StoreError, Table, Token, Write};

use crate::rows;

/// What became of a change.
#[derive(Debug)]
pub(crate) enum Judged {
    /// It is part of the batch, or of one committed before under the same token.
    Applied(Committed),
    /// These conditions do not hold.
    Refused(Vec<Refusal>),
    /// What stands there cannot be read, so nothing can be decided.
    Unreadable { key: Key, why: String },
}

/// The changes so far.
pub(crate) struct Batch<'c> {
    connection: &'c Connection,
    slots: HashMap<Key, Slot>,
    answers: HashMap<Token, Committed>,
    outbox: Vec<(Table, String)>,
}

/// An item in the batch.
struct Slot {
    /// Its row, if it has one yet.
    row: Option<i64>,
    item: Option<Item>,
    dirt: Dirt,
}

/// What of a row must be written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dirt {
    Clean,
    Counters,
    Whole,
}

impl<'c> Batch<'c> {
    /// An empty batch in the transaction that `connection` has begun.
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            slots: HashMap::new(),
            answers: HashMap::new(),
            outbox: Vec::new(),
        }
    }

    /// Judges a valid change, and applies it if all its conditions hold.
    pub(crate) fn add(&mut self, change: Change) -> rusqlite::Result<Judged> {
        if let Some(first) = self.first_answer(change.token)? {
            return Ok(Judged::Applied(first));
        }
        for write in &change.writes {
            if let Some(why) = self.load(write.key())? {
                let key = write.key().clone();
                return Ok(Judged::Unreadable { key, why });
            }
        }
        let refusals = self.refusals(&change);
        if !refusals.is_empty() {
            return Ok(Judged::Refused(refusals));
        }
        let mut versions = Vec::with_capacity(change.writes.len());
        for write in change.writes {
            versions.push(self.apply(write));
        }
        if !change.messages.is_empty() {
            let messages =
                serde_json::to_string(&change.messages).expect("an envelope can be written as JSON");
            self.outbox.push((change.table, messages));
        }
        let committed = Committed { versions };
        self.answers.insert(change.token, committed.clone());
        Ok(Judged::Applied(committed))
    }

    /// Writes everything to the transaction: items in the order of their keys, so that neighbours in the file are
    /// written together, then messages and tokens. `now` is in seconds since 1970.
    pub(crate) fn write(self, outbox_next: &mut i64, now: i64) -> rusqlite::Result<()> {
        let mut dirty: Vec<_> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.dirt > Dirt::Clean)
            .collect();
        dirty.sort_unstable_by_key(|(key, _)| *key);
        for (_, slot) in dirty {
            match (slot.row, &slot.item) {
                (None, Some(item)) => rows::insert(self.connection, item)?,
                (Some(row), Some(item)) if slot.dirt == Dirt::Counters => {
                    rows::update_counters(self.connection, row, item)?;
                }
                (Some(row), Some(item)) => rows::update(self.connection, row, item)?,
                (Some(row), None) => rows::delete(self.connection, row)?,
                // Inserted and deleted in one batch.
                (None, None) => {}
            }
        }
        let mut statement = self
            .connection
            .prepare_cached("INSERT INTO outbox VALUES (?1, ?2, ?3)")?;
        for (table, messages) in &self.outbox {
            statement.execute((*outbox_next, table.0, messages))?;
            *outbox_next += 1;
        }
        let insert = "INSERT INTO tokens (token, versions, at) VALUES (?1, ?2, ?3)";
        let mut statement = self.connection.prepare_cached(insert)?;
        let mut answers: Vec<_> = self.answers.iter().collect();
        answers.sort_unstable_by_key(|(token, _)| *token);
        for (token, committed) in answers {
            let versions = serde_json::to_string(&committed.versions).expect("whole numbers are JSON");
            statement.execute((token.0.to_be_bytes(), versions, now))?;
        }
        Ok(())
    }

    fn first_answer(&self, token: Token) -> rusqlite::Result<Option<Committed>> {
        if let Some(first) = self.answers.get(&token) {
            return Ok(Some(first.clone()));
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT versions FROM tokens WHERE token = ?1")?;
        let found: Option<String> = statement
            .query_row([token.0.to_be_bytes()], |row| row.get(0))
            .optional()?;
        // The table has nothing but what `write` put there.
        Ok(found.map(|json| Committed {
            versions: serde_json::from_str(&json).unwrap_or_default(),
        }))
    }

    /// Reads the item unless the batch has it; says why if it cannot be read.
    fn load(&mut self, key: &Key) -> rusqlite::Result<Option<String>> {
        if self.slots.contains_key(key) {
            return Ok(None);
        }
        let (row, item) = match rows::item_at(self.connection, key)? {
            Ok(found) => found.unzip(),
            Err(StoreError::Corrupt { why, .. }) => return Ok(Some(why)),
            Err(error) => return Ok(Some(error.to_string())),
        };
        self.slots.insert(
            key.clone(),
            Slot {
                row,
                item,
                dirt: Dirt::Clean,
            },
        );
        Ok(None)
    }

    fn current(&self, key: &Key) -> Option<&Item> {
        self.slots.get(key)?.item.as_ref()
    }

    fn refusals(&self, change: &Change) -> Vec<Refusal> {
        let writes = change.writes.iter().enumerate();
        let failing = writes.filter(|(_, write)| !holds(write, self.current(write.key())));
        failing
            .map(|(place, write)| Refusal {
                write: place,
                current: self.current(write.key()).cloned(),
            })
            .collect()
    }

    /// Applies a write that holds, to an item that is loaded; gives the version to report.
    fn apply(&mut self, write: Write) -> u64 {
        let Some(slot) = self.slots.get_mut(write.key()) else {
            return 0;
        };
        let dirt = match &write {
            Write::Check(..) => return 0,
            Write::Update(update) if update.document.is_none() => Dirt::Counters,
            _ => Dirt::Whole,
        };
        slot.dirt = slot.dirt.max(dirt);
        let effect = apply(write, slot.item.take());
        let version = effect.version();
        slot.item = match effect {
            Effect::Put(item) => Some(item),
            Effect::Delete | Effect::Keep => None,
        };
        version
    }
}
