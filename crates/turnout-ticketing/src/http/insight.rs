//! The insight's operations.

pub(super) mod count_view;
pub(super) mod get_insight;
