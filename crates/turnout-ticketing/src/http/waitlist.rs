//! The waitlist's operations.

pub(super) mod get;
pub(super) mod join;
pub(super) mod leave;
pub(super) mod list;
mod views;
