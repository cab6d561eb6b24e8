//! The one way to write.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use turnout_domain::Envelope;

use crate::key::check_part;
use crate::{Counter, Document, Index, IndexKey, InvalidChange, Key, Table};

/// A list of writes to one table, and the messages they cause: applied whole or not at all.
///
/// Every condition is judged against what stood before the change; no two writes are on one item.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The table all writes are on.
    pub table: Table,
    /// Names the change: committed twice, it is applied once.
    pub token: Token,
    /// The writes, in the order they were added; a refusal names one by its place.
    pub writes: Vec<Write>,
    /// What happened, for the outbox.
    pub messages: Vec<Envelope>,
}

/// Names a change, so that one sent again after a lost reply is applied once. Tokens of one process rise one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub u128);

/// The upper half of this process' tokens.
static PROCESS: LazyLock<u64> = LazyLock::new(|| {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
    u64::from_le_bytes(bytes)
});

impl Token {
    fn next() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        Self((u128::from(*PROCESS) << 64) | u128::from(COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    /// Whether this process made it, in this run.
    pub fn is_of_this_process(self) -> bool {
        self.0 >> 64 == u128::from(*PROCESS)
    }
}

/// One write.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Puts a new item where none stands. Its version becomes 1.
    Insert(NewItem),
    /// Replaces the item, counters and all, if it has this version.
    Replace(NewItem, u64),
    /// Adds to counters of an item that stands.
    Update(Update),
    /// Removes the item, if the condition holds.
    Delete(Key, Condition),
    /// Writes nothing; the change is refused unless the condition holds.
    Check(Key, Condition),
}

/// An item about to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewItem {
    /// Where it will stand.
    pub key: Key,
    /// The record.
    pub document: Document,
    /// Its counters.
    pub counters: BTreeMap<&'static str, i64>,
    /// Where the indexes find it.
    pub indexes: [Option<IndexKey>; 2],
    /// From when on the store may delete it.
    pub expires_at: Option<Timestamp>,
}

/// Adds to counters, all at once, if every condition holds. The item must stand, with or without the counters.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The item.
    pub key: Key,
    /// What must hold, besides that the item stands.
    pub conditions: Vec<Condition>,
    /// What is added to which counter; a counter that is not there counts as 0.
    pub add: BTreeMap<Counter, i64>,
    /// The record that replaces the one there, if any.
    pub document: Option<Document>,
}

/// What must hold of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It is not there.
    Absent,
    /// It is there.
    Exists,
    /// It has this version.
    Version(u64),
    /// The counter stands at this or more. Fails if the item or the counter is not there.
    AtLeast(Counter, i64),
}

/// What a put expects to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Absent,
    /// The item at this version.
    Version(u64),
}

impl NewItem {
    /// An item with this record, without counters or index entries.
    pub fn new(key: Key, document: Document) -> Self {
        Self {
            key,
            document,
            counters: BTreeMap::new(),
            indexes: [None, None],
            expires_at: None,
        }
    }

    /// With this counter.
    pub fn counter(mut self, counter: Counter, value: i64) -> Self {
        self.counters.insert(counter.0, value);
        self
    }

    /// Found in `index` at `key`.
    pub fn index(mut self, index: Index, key: IndexKey) -> Self {
        self.indexes[index.position()] = Some(key);
        self
    }

    /// May be deleted from `at` on, rounded up to the second: backends keep no more.
    pub fn expires_at(mut self, at: Timestamp) -> Self {
        let second = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
        self.expires_at = Some(Timestamp::from_second(second).unwrap_or(at));
        self
    }
}

impl Update {
    /// An update of the item at `key`, of nothing yet.
    pub fn of(key: Key) -> Self {
        Self {
            key,
            conditions: Vec::new(),
            add: BTreeMap::new(),
            document: None,
        }
    }

    /// Takes `n` from the counter, if at least `n` are left.
    pub fn take(mut self, counter: Counter, n: i64) -> Self {
        debug_assert!(n >= 0, "taking {n} is giving, without a floor");
        // Two takes of one counter need what both take: a condition sees what stood before the change.
        let earlier = self.add.get(&counter).map_or(0, |sum| (-sum).max(0));
        self.conditions.push(Condition::AtLeast(counter, earlier + n));
        self.add(counter, -n)
    }

    /// Gives `n` to the counter.
    pub fn give(self, counter: Counter, n: i64) -> Self {
        self.add(counter, n)
    }

    /// Only if `condition` holds too.
    pub fn require(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Replaces the record.
    pub fn document(mut self, document: Document) -> Self {
        self.document = Some(document);
        self
    }

    fn add(mut self, counter: Counter, n: i64) -> Self {
        *self.add.entry(counter).or_default() += n;
        self
    }
}

impl Write {
    /// The item it is on.
    pub fn key(&self) -> &Key {
        match self {
            Self::Insert(item) | Self::Replace(item, _) => &item.key,
            Self::Update(update) => &update.key,
            Self::Delete(key, _) | Self::Check(key, _) => key,
        }
    }

    /// The bytes of its record, 0 if it has none.
    fn bytes(&self) -> usize {
        let document = match self {
            Self::Insert(item) | Self::Replace(item, _) => Some(&item.document),
            Self::Update(update) => update.document.as_ref(),
            Self::Delete(..) | Self::Check(..) => None,
        };
        document.map_or(0, |document| document.as_str().len())
    }
}

impl Change {
    /// The most writes of one change, the outbox's own write included: `DynamoDB`'s bound for a transaction.
    pub const WRITES_MAX: usize = 100;
    /// The most bytes of all records together; `DynamoDB` allows 4 MB.
    pub const BYTES_MAX: usize = 3 * 1024 * 1024;
    /// The most bytes of all messages together: they share one item of at most 400 KB on `DynamoDB`.
    pub const MESSAGE_BYTES_MAX: usize = 256 * 1024;

    /// A change of `table`, of nothing yet, under a token of its own.
    pub fn of(table: Table) -> Self {
        Self {
            table,
            token: Token::next(),
            writes: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// Puts an item.
    pub fn put(mut self, item: NewItem, expect: Expect) -> Self {
        self.writes.push(match expect {
            Expect::Absent => Write::Insert(item),
            Expect::Version(version) => Write::Replace(item, version),
        });
        self
    }

    /// Adds to counters.
    pub fn update(mut self, update: Update) -> Self {
        self.writes.push(Write::Update(update));
        self
    }

    /// Takes `n` from a counter, if at least `n` are left.
    pub fn take(self, key: Key, counter: Counter, n: i64) -> Self {
        self.update(Update::of(key).take(counter, n))
    }

    /// Gives `n` to a counter.
    pub fn give(self, key: Key, counter: Counter, n: i64) -> Self {
        self.update(Update::of(key).give(counter, n))
    }

    /// Deletes an item, if the condition holds.
    pub fn delete(mut self, key: Key, condition: Condition) -> Self {
        self.writes.push(Write::Delete(key, condition));
        self
    }

    /// Refuses the change unless the condition holds.
    pub fn check(mut self, key: Key, condition: Condition) -> Self {
        self.writes.push(Write::Check(key, condition));
        self
    }

    /// Sends a message, once the change is committed.
    pub fn emit(mut self, message: Envelope) -> Self {
        self.messages.push(message);
        self
    }

    /// The bytes of its records and messages, about: to bound how much is held at once.
    pub fn bytes(&self) -> usize {
        let records: usize = self.writes.iter().map(Write::bytes).sum();
        records + self.message_bytes()
    }

    /// With room for what an envelope has around its body.
    fn message_bytes(&self) -> usize {
        self.messages
            .iter()
            .map(|message| message.body.get().len() + 160)
            .sum()
    }

    /// Whether every backend can apply the change. Adapters call it first, so that all refuse the same things.
    ///
    /// # Errors
    /// [`InvalidChange`]: a mistake of the caller, which no retry mends.
    pub fn validate(&self) -> Result<(), InvalidChange> {
        let writes = self.writes.len() + usize::from(!self.messages.is_empty());
        if self.writes.is_empty() || writes > Self::WRITES_MAX {
            return Err(InvalidChange::Writes(writes));
        }
        let mut seen = HashSet::with_capacity(self.writes.len());
        let mut bytes = 0;
        for write in &self.writes {
            let key = write.key();
            key.validate()?;
            if key.table != self.table {
                return Err(InvalidChange::OtherTable(key.clone()));
            }
            if !seen.insert(key) {
                return Err(InvalidChange::SameItem(key.clone()));
            }
            validate_write(write)?;
            bytes += write.bytes();
        }
        if bytes > Self::BYTES_MAX {
            return Err(InvalidChange::TooLarge(bytes));
        }
        let message_bytes = self
            .messages
            .iter()
            .map(|message| message.body.get().len() + 160)
            .sum();
        if message_bytes > Self::MESSAGE_BYTES_MAX {
            return Err(InvalidChange::TooLarge(message_bytes));
        }
        Ok(())
    }
}

fn validate_write(write: &Write) -> Result<(), InvalidChange> {
    match write {
        Write::Insert(item) | Write::Replace(item, _) => {
            for (name, value) in &item.counters {
                validate_counter(name)?;
                validate_amount(*value)?;
            }
            for index in item.indexes.iter().flatten() {
                check_part(&index.partition, Key::PARTITION_BYTES_MAX)?;
                check_part(&index.sort, Key::SORT_BYTES_MAX)?;
            }
        }
        Write::Update(update) if update.conditions.contains(&Condition::Absent) => {
            return Err(InvalidChange::Condition(update.key.clone()));
        }
        Write::Delete(key, Condition::Absent) => return Err(InvalidChange::Condition(key.clone())),
        Write::Update(update) => {
            for (counter, n) in &update.add {
                validate_counter(counter.0)?;
                validate_amount(*n)?;
            }
            for condition in &update.conditions {
                validate_condition(*condition)?;
            }
        }
        Write::Delete(_, condition) | Write::Check(_, condition) => validate_condition(*condition)?,
    }
    let bytes = write.bytes();
    if bytes > Document::BYTES_MAX {
        Err(InvalidChange::TooLarge(bytes))
    } else {
        Ok(())
    }
}

fn validate_condition(condition: Condition) -> Result<(), InvalidChange> {
    match condition {
        Condition::AtLeast(counter, _) => validate_counter(counter.0),
        Condition::Absent | Condition::Exists | Condition::Version(_) => Ok(()),
    }
}

/// A name becomes part of an expression on some backends, and of JSON on others: none needs a mark around it.
fn validate_counter(name: &str) -> Result<(), InvalidChange> {
    let letters = name
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if name.is_empty() || name.len() > Counter::NAME_BYTES_MAX || !letters {
        return Err(InvalidChange::Counter(name.chars().take(64).collect()));
    }
    Ok(())
}

fn validate_amount(n: i64) -> Result<(), InvalidChange> {
    if (-Counter::MAX..=Counter::MAX).contains(&n) {
        Ok(())
    } else {
        Err(InvalidChange::Amount(n))
    }
}
