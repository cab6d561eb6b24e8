//! How reads and writes fail.

use crate::{Item, Key};

/// Why a read gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be reached or is overloaded; the same call may go through later.
    #[error("the store is not available: {why}")]
    Unavailable {
        /// What the backend said.
        why: String,
    },
    /// What stands there is not what the service wrote.
    #[error("the item {key} cannot be read: {why}")]
    Corrupt {
        /// The item.
        key: Key,
        /// What is wrong.
        why: String,
    },
    /// A cursor of another query, or one that was tampered with.
    #[error("the cursor does not belong to this query")]
    Cursor,
    /// A mistake of the caller.
    #[error("the call is not one the store allows: {0}")]
    Invalid(#[from] InvalidChange),
}

/// Why a change was not committed, or may not have been.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// A condition does not hold; nothing was written. At least one refusal, in the order of the writes.
    #[error("{} of the change's conditions do not hold", .0.len())]
    Refused(Vec<Refusal>),
    /// Nothing was written and no condition is known to be false: a conflict, throttling, a full queue or disk, a
    /// store that is closed or whose disk failed. The same change may go through later, or after a restart.
    #[error("the store is busy: {why}")]
    Busy {
        /// What the backend said.
        why: String,
    },
    /// It may have been committed or not. Commit the same change again, with the same token, to know.
    #[error("the store's answer was lost: {why}")]
    Unknown {
        /// What happened to the answer.
        why: String,
    },
    /// What stands where the change writes is not what a store wrote, so nothing can be decided and nothing was
    /// written. No retry mends it.
    #[error("the item {key} cannot be read: {why}")]
    Corrupt {
        /// The item.
        key: Key,
        /// What is wrong.
        why: String,
    },
    /// A mistake of the caller; nothing was written.
    #[error("the change is not one the store allows: {0}")]
    Invalid(#[from] InvalidChange),
}

/// A write whose condition does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The write's place in the change.
    pub write: usize,
    /// What stands there now.
    pub current: Option<Item>,
}

/// A change that no backend would apply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChange {
    /// None, or more than [`crate::Change::WRITES_MAX`].
    #[error("a change has 1 to 100 writes, the messages counted as one; this has {0}")]
    Writes(usize),
    /// Two writes on one item.
    #[error("two writes are on the item {0}")]
    SameItem(Key),
    /// A write on another table than the change's.
    #[error("the item {0} is of another table")]
    OtherTable(Key),
    /// A key that is empty, too long, or not visible ASCII.
    #[error("`{0}` is not a key")]
    Key(String),
    /// A counter's name that is empty, longer than 24, or not of ASCII letters and underscores.
    #[error("`{0}` is not the name of a counter")]
    Counter(String),
    /// A counter's value, or what is added to it, beyond [`crate::Counter::MAX`].
    #[error("{0} is more than a counter holds")]
    Amount(i64),
    /// A condition that this kind of write cannot have.
    #[error("the write on {0} has a condition that it cannot have")]
    Condition(Key),
    /// A record, the change or its messages are over their bound; the bytes it has.
    #[error("{0} bytes are too many")]
    TooLarge(usize),
    /// A page or a batch of more than the bound.
    #[error("a read asks for at most {0} items")]
    ReadLimit(usize),
}
