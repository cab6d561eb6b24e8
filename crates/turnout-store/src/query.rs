//! Reads of several items.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::{Index, Item, Key, StoreError, Table};

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
        Self { table, source, range: SortRange::All, direction: Direction::Forward, limit: 100, cursor: None, read }
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

    /// The cursor of a page of this query that ends with `item`.
    pub fn cursor_at(&self, item: &Item) -> Cursor {
        let mut parts = vec![self.fingerprint()];
        if let Source::Index(index, _) = &self.source {
            let sort = item.indexes[index.position()].as_ref().map_or("", |key| key.sort.as_str());
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
        let Some(Cursor(text)) = &self.cursor else { return Ok(None) };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| StoreError::Cursor)?;
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

/// A cursor, read: the item that a page ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its sort key in the index, where the query is on one.
    pub index_sort: Option<String>,
    /// Its own key.
    pub key: Key,
}
