//! Reads of several items.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::key::check_part;
use crate::{Index, InvalidChange, Item, Key, StoreError, Table};

/// Which truth a read gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Read {
    /// What stands after every commit that was answered. For decisions.
    Consistent,
    /// What stood a moment ago; cheaper on some backends. For showing.
    Eventual,
}

/// The items of one partition, of the table or of an index, in order of their sort keys.
///
/// A read of an index may always be stale: take it as a hint and decide on the item itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The table.
    pub table: Table,
    /// Where in it.
    pub source: Source,
    /// Which sort keys.
    pub range: SortRange,
    /// Which end first.
    pub direction: Direction,
    /// The most items of a page, 1 to [`Query::LIMIT_MAX`].
    pub limit: usize,
    /// Where the page before this one ended.
    pub cursor: Option<Cursor>,
    /// Which truth; an index gives [`Read::Eventual`] whatever is asked.
    pub read: Read,
}

/// Where a query looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// A partition of the table.
    Partition(String),
    /// A partition of an index.
    Index(Index, String),
}

/// Which sort keys a query wants, in byte order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SortRange {
    /// All.
    All,
    /// Those that begin so.
    Prefix(String),
    /// From the first to the second, both included.
    Between(String, String),
    /// This one and those behind it.
    AtLeast(String),
    /// Those before this one and this one itself.
    AtMost(String),
}

/// Behind every part of every key: keys are visible ASCII, which ends with `~`.
pub(crate) const KEY_PART_LAST: &str = "\u{7f}";

impl SortRange {
    /// The first and the last sort key it wants, both included, as text that orders like keys but need not be one:
    /// `""` is before all of them and U+007F behind. The first is greater than the second if it wants none.
    pub fn bounds(&self) -> (String, String) {
        match self {
            Self::All => (String::new(), KEY_PART_LAST.to_owned()),
            Self::Prefix(prefix) => (prefix.clone(), format!("{prefix}{KEY_PART_LAST}")),
            Self::Between(first, last) => (first.clone(), last.clone()),
            Self::AtLeast(first) => (first.clone(), KEY_PART_LAST.to_owned()),
            Self::AtMost(last) => (String::new(), last.clone()),
        }
    }

    fn contains(&self, sort: &str) -> bool {
        let (first, last) = self.bounds();
        first.as_str() <= sort && sort <= last.as_str()
    }

    fn validate(&self) -> Result<(), InvalidChange> {
        match self {
            Self::All => Ok(()),
            Self::Prefix(sort) | Self::AtLeast(sort) | Self::AtMost(sort) => {
                check_part(sort, Key::SORT_BYTES_MAX)
            }
            Self::Between(first, last) => {
                check_part(first, Key::SORT_BYTES_MAX)?;
                check_part(last, Key::SORT_BYTES_MAX)
            }
        }
    }
}

/// Which end of the range comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest sort key.
    Forward,
    /// The greatest sort key.
    Backward,
}

/// One page of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The items, in the query's order.
    pub items: Vec<Item>,
    /// Where the next page begins. It may be there with fewer items than asked for, even with none.
    pub next: Option<Cursor>,
}

impl Query {
    /// The most items of a page.
    pub const LIMIT_MAX: usize = 1000;

    /// The items of a partition of the table, forwards and consistently, 100 a page.
    pub fn partition(table: Table, partition: impl Into<String>) -> Self {
        Self::new(table, Source::Partition(partition.into()), Read::Consistent)
    }

    /// The items of a partition of an index, forwards, 100 a page.
    pub fn index(table: Table, index: Index, partition: impl Into<String>) -> Self {
        Self::new(table, Source::Index(index, partition.into()), Read::Eventual)
    }

    fn new(table: Table, source: Source, read: Read) -> Self {
        Self {
            table,
            source,
            range: SortRange::All,
            direction: Direction::Forward,
            limit: 100,
            cursor: None,
            read,
        }
    }

    /// Only these sort keys.
    pub fn range(mut self, range: SortRange) -> Self {
        self.range = range;
        self
    }

    /// The greatest sort key first.
    pub fn backward(mut self) -> Self {
        self.direction = Direction::Backward;
        self
    }

    /// At most so many items.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// From where a page ended.
    pub fn after(mut self, cursor: Option<Cursor>) -> Self {
        self.cursor = cursor;
        self
    }

    /// With this truth.
    pub fn read(mut self, read: Read) -> Self {
        self.read = read;
        self
    }

    /// Whether every backend can answer the query. Adapters call it first, so that all refuse the same things.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if the limit is not 1 to [`Query::LIMIT_MAX`], or the partition or an end of the range
    /// is not a part of a key. A range that ends before it begins is allowed, and empty.
    pub fn validate(&self) -> Result<(), StoreError> {
        check_limit(self.limit)?;
        let (Source::Partition(partition) | Source::Index(_, partition)) = &self.source;
        check_part(partition, Key::PARTITION_BYTES_MAX)?;
        Ok(self.range.validate()?)
    }

    /// The cursor of a page of this query that ends with `item`.
    pub fn cursor_at(&self, item: &Item) -> Cursor {
        let mut parts = vec![self.fingerprint()];
        if let Source::Index(index, _) = &self.source {
            let sort = item.indexes[index.position()]
                .as_ref()
                .map_or("", |key| key.sort.as_str());
            parts.push(sort.to_owned());
        }
        parts.extend([item.key.partition.clone(), item.key.sort.clone()]);
        Cursor(BASE64_URL_SAFE_NO_PAD.encode(parts.join(" ")))
    }

    /// Where the query's cursor stands, if it has one.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] if the cursor is of another query.
    pub fn position(&self) -> Result<Option<Position>, StoreError> {
        let Some(Cursor(text)) = &self.cursor else {
            return Ok(None);
        };
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| StoreError::Cursor)?;
        let text = String::from_utf8(bytes).map_err(|_| StoreError::Cursor)?;
        // Keys are visible ASCII, so a space parts them.
        let parts: Vec<&str> = text.split(' ').collect();
        let (fingerprint, index_sort, partition, sort) = match (&self.source, parts.as_slice()) {
            (Source::Partition(_), [fingerprint, partition, sort]) => (fingerprint, None, partition, sort),
            (Source::Index(..), [fingerprint, index_sort, partition, sort]) => {
                (fingerprint, Some((*index_sort).to_owned()), partition, sort)
            }
            _ => return Err(StoreError::Cursor),
        };
        let foreign = matches!(&self.source, Source::Partition(own) if own != partition);
        if *fingerprint != self.fingerprint() || foreign {
            return Err(StoreError::Cursor);
        }
        let key = Key::new(self.table, *partition, *sort);
        key.validate().map_err(|_| StoreError::Cursor)?;
        if !self.range.contains(index_sort.as_deref().unwrap_or(sort)) {
            return Err(StoreError::Cursor);
        }
        Ok(Some(Position { index_sort, key }))
    }

    /// Everything but the page size and the position: a cursor holds for the same question only. The hash guards
    /// against mix-ups, not against an adversary, who gains nothing: a query names its partition itself.
    fn fingerprint(&self) -> String {
        let question = format!("{:?}", (self.table, &self.source, &self.range, self.direction));
        BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(question)[..12])
    }
}

/// Where a page ended, as it goes out to a client and comes back: opaque, and of use for the same query only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

impl Cursor {
    /// The cursor of a page of a [scan](crate::Store::scan) that ends with the item at `key`.
    pub fn of_scan(key: &Key) -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode(format!("scan {} {} {}", key.table.0, key.partition, key.sort)))
    }

    /// Where a scan of `table` goes on.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] if the cursor is of a query or of another table.
    pub fn scanned(&self, table: Table) -> Result<Key, StoreError> {
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(&self.0)
            .map_err(|_| StoreError::Cursor)?;
        let text = String::from_utf8(bytes).map_err(|_| StoreError::Cursor)?;
        match text.split(' ').collect::<Vec<_>>().as_slice() {
            ["scan", name, partition, sort] if *name == table.0 => {
                let key = Key::new(table, *partition, *sort);
                key.validate().map_err(|_| StoreError::Cursor)?;
                Ok(key)
            }
            _ => Err(StoreError::Cursor),
        }
    }
}

/// A cursor, read: the item that a page ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its sort key in the index, where the query is on one.
    pub index_sort: Option<String>,
    /// Its own key.
    pub key: Key,
}

/// Whether a page may have this many items. Adapters call it first in [`scan`](crate::Store::scan).
///
/// # Errors
/// [`StoreError::Invalid`] if it is not 1 to [`Query::LIMIT_MAX`].
pub fn check_limit(limit: usize) -> Result<(), StoreError> {
    if (1..=Query::LIMIT_MAX).contains(&limit) {
        Ok(())
    } else {
        Err(InvalidChange::ReadLimit(Query::LIMIT_MAX).into())
    }
}

/// Whether every backend can read these keys at once. Adapters call it first in
/// [`get_many`](crate::Store::get_many).
///
/// # Errors
/// [`StoreError::Invalid`] if there are more than [`KEYS_MAX`](crate::KEYS_MAX), or one is not a key.
pub fn check_keys(keys: &[Key]) -> Result<(), StoreError> {
    if keys.len() > crate::KEYS_MAX {
        return Err(InvalidChange::ReadLimit(crate::KEYS_MAX).into());
    }
    Ok(keys.iter().try_for_each(Key::validate)?)
}
