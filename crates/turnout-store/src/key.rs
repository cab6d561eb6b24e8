//! Where an item stands.

use std::fmt;

use crate::InvalidChange;

/// A service's own table: `identity`, `events`, `tickets` or `notifications`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Table(pub &'static str);

/// Where an item stands: items of one partition are kept together, in the byte order of their sort keys.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The service's table.
    pub table: Table,
    /// The partition: 1 to [`Key::PARTITION_BYTES_MAX`] bytes of visible ASCII.
    pub partition: String,
    /// The place in the partition: 1 to [`Key::SORT_BYTES_MAX`] bytes of visible ASCII.
    pub sort: String,
}

impl Key {
    /// The longest partition key. `DynamoDB` would allow 2,048 bytes.
    pub const PARTITION_BYTES_MAX: usize = 384;
    /// The longest sort key. `DynamoDB` would allow 1,024 bytes.
    pub const SORT_BYTES_MAX: usize = 384;

    /// The item `sort` of `partition`.
    pub fn new(table: Table, partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self {
            table,
            partition: partition.into(),
            sort: sort.into(),
        }
    }

    /// Whether every backend can keep an item here.
    ///
    /// # Errors
    /// [`InvalidChange::Key`] if a part is empty, too long, or not visible ASCII.
    pub fn validate(&self) -> Result<(), InvalidChange> {
        check_part(&self.partition, Self::PARTITION_BYTES_MAX)?;
        check_part(&self.sort, Self::SORT_BYTES_MAX)
    }
}

/// Both parts of a key are short visible ASCII, so that every backend orders them alike.
pub(crate) fn check_part(part: &str, bytes_max: usize) -> Result<(), InvalidChange> {
    if part.is_empty() || part.len() > bytes_max || !part.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(InvalidChange::Key(part.chars().take(64).collect()));
    }
    Ok(())
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.table.0, self.partition, self.sort)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
