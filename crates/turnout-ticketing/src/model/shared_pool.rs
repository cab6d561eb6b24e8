//! A stock that several ticket types share.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::PoolId;

/// The most shared pools of an event, and so of a ticket type.
pub(crate) const POOLS_MAX: u32 = 20;

/// A stock that several ticket types share, beside their own: seats of a room, places of a workshop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SharedPool {
    pub id: PoolId,
    pub name: String,
    #[serde(default)]
    pub revision: u64,
    pub created_at: Timestamp,
}
