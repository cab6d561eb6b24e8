//! What the store keeps.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Key, StoreError};

/// One item, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Where it stands.
    pub key: Key,
    /// 1 when inserted, one more with every write. Deleting forgets it: never use a key again for something else.
    pub version: u64,
    /// The record itself.
    pub document: Document,
    /// Whole numbers that writes can add to and conditions can see.
    pub counters: BTreeMap<String, i64>,
    /// Where the item is found in the two indexes, if at all.
    pub indexes: [Option<IndexKey>; 2],
    /// From when on the store may delete it, in whole seconds. A hint for tidying: an item past it may still be read.
    pub expires_at: Option<Timestamp>,
}

impl Item {
    /// A counter's value; 0 if the item has no such counter.
    pub fn counter(&self, counter: Counter) -> i64 {
        self.counters.get(counter.0).copied().unwrap_or(0)
    }

    /// Reads the document.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], naming the key, if it is not a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_str(self.document.as_str()).map_err(|error| StoreError::Corrupt {
            key: self.key.clone(),
            why: error.to_string(),
        })
    }
}

/// The name of a counter. ASCII letters and underscores; at most 24 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Counter(pub &'static str);

impl Counter {
    /// No counter goes beyond this, nor below its negative: a change that would is refused. It leaves room for every
    /// sum that is made on the way, on every backend.
    pub const MAX: i64 = 1 << 60;
    /// The longest name.
    pub const NAME_BYTES_MAX: usize = 24;
}

/// A record as JSON text, opaque to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document(String);

impl Document {
    /// The largest record: `DynamoDB` keeps 400 KB an item, keys and counters included.
    pub const BYTES_MAX: usize = 128 * 1024;

    /// Writes `record` as JSON.
    ///
    /// # Panics
    /// If the record cannot be written as JSON: records are plain structs with text keys.
    pub fn of<T: Serialize>(record: &T) -> Self {
        Self(serde_json::to_string(record).expect("a record is a plain struct"))
    }

    /// A document for an item that is nothing but its counters.
    pub fn empty() -> Self {
        Self("{}".to_owned())
    }

    /// Takes text that a backend stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One of the two indexes of a table. Sparse: only items with a key for it are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Index {
    /// `indexes[0]`.
    First,
    /// `indexes[1]`.
    Second,
}

impl Index {
    /// Its place in [`Item::indexes`].
    pub fn position(self) -> usize {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }
}

/// Where an item is found in an index. The same alphabet and bounds as [`Key`]; several items may share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IndexKey {
    /// The partition of the index.
    pub partition: String,
    /// The place in it.
    pub sort: String,
}

impl IndexKey {
    /// The place `sort` in `partition` of an index.
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self {
            partition: partition.into(),
            sort: sort.into(),
        }
    }
}
