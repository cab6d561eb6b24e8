//! The door's operations.

pub(super) mod attendees;
pub(super) mod conflicts;
pub(super) mod gate_links;
pub(super) mod lists;
pub(super) mod manifest;
pub(super) mod merge;
pub(super) mod request;
pub(super) mod undo;
pub(super) mod validation;
