//! Reads of several items.

use crate::key::check_part;
use crate::{Cursor, Index, InvalidChange, Item, Key, StoreError, Table};

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
        let Key { partition, sort, .. } = &item.key;
        let position = match &self.source {
            Source::Partition(_) => format!("{partition} {sort}"),
            Source::Index(index, _) => {
                let place = item.indexes[index.position()].as_ref();
                format!("{} {partition} {sort}", place.map_or("", |key| key.sort.as_str()))
            }
        };
        Cursor::seal(self.table, &self.question(), &position)
    }

    /// Where the query's cursor stands, if it has one.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] if the cursor is of another query, or was tampered with.
    pub fn position(&self) -> Result<Option<Position>, StoreError> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let text = cursor.open(self.table, &self.question())?;
        // Keys are visible ASCII, so a space parts them.
        let parts: Vec<&str> = text.split(' ').collect();
        let (index_sort, partition, sort) = match (&self.source, parts.as_slice()) {
            (Source::Partition(_), [partition, sort]) => (None, partition, sort),
            (Source::Index(..), [index_sort, partition, sort]) => {
                (Some((*index_sort).to_owned()), partition, sort)
            }
            _ => return Err(StoreError::Cursor),
        };
        // What was sealed is right, unless a caller sealed an item that the query never gave.
        let foreign = matches!(&self.source, Source::Partition(own) if own != partition);
        let key = Key::new(self.table, *partition, *sort);
        key.validate().map_err(|_| StoreError::Cursor)?;
        if foreign || !self.range.contains(index_sort.as_deref().unwrap_or(sort)) {
            return Err(StoreError::Cursor);
        }
        Ok(Some(Position { index_sort, key }))
    }

    /// Everything but the page size and the position: a cursor holds for the same question only.
    fn question(&self) -> String {
        format!("{:?}", (&self.source, &self.range, self.direction))
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
