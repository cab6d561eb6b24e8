//! What members want to know of an event: how many looked, began to buy, bought or gave up, hour by hour.
//!
//! Kept in counters by our own messages, each counted once, and read as they stand: nothing is ever added up from orders.

mod check;
mod count;
mod follow;
mod items;
mod read;
mod tally;
mod views;

pub(crate) use check::Sums;
pub(crate) use follow::join as follow;
pub(crate) use read::{HOURS_MAX, Hour, Insight};
pub(crate) use tally::{Counts, Measure};
pub(crate) use views::Views;
