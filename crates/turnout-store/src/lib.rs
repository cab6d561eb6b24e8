#![doc = include_str!("../README.md")]

mod change;
#[cfg(feature = "conformance")]
pub mod conformance;
mod cursor;
mod error;
pub mod evaluate;
mod faults;
mod item;
mod key;
mod lease;
mod memory;
mod metered;
mod query;
mod shared;
mod store;

pub use change::{Change, Condition, Expect, NewItem, Token, Update, Write};
pub use cursor::{Cursor, keep_cursor_key};
pub use error::{CommitError, InvalidChange, Refusal, StoreError};
pub use faults::{Fault, FaultyStore, Gate};
pub use item::{Counter, Document, Index, IndexKey, Item};
pub use key::{Key, Table};
pub use lease::{Held, LEASE_SECONDS, Lease};
pub use memory::MemoryStore;
pub use metered::MeteredStore;
pub use query::{Direction, Page, Position, Query, Read, SortRange, Source, check_keys, check_limit};
pub use store::{Committed, KEYS_MAX, OutboxBatch, OutboxPosition, Store};
