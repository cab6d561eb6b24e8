//! What a topic has yet to fetch.

use std::collections::BTreeSet;

use turnout_domain::NotificationId;

use crate::model::DeskEntry;

/// How many single things wait for one look before the whole topic is looked at anew instead.
const PENDING_MAX: usize = 1_000;

/// What has to be fetched because something changed.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a set of things to fetch, not a state"
)]
pub(crate) struct Wanted {
    /// Everything, for a snapshot.
    pub(crate) whole: bool,
    /// The event itself.
    pub(crate) event: bool,
    /// Its ticket types, and what is left of them.
    pub(crate) tickets: bool,
    /// The event itself once more after a rest: how many are registered changes when registration has heard of a sale,
    /// which is a moment after we have, and no message tells of it.
    pub(crate) registered: bool,
    /// What was sold.
    pub(crate) sales: bool,
    /// Notifications that were stored or read.
    pub(crate) notifications: BTreeSet<NotificationId>,
    /// New lines of the desk, the oldest first.
    pub(crate) entries: Vec<DeskEntry>,
}

impl Wanted {
    /// Everything.
    pub(crate) fn whole() -> Self {
        Self {
            whole: true,
            ..Self::default()
        }
    }

    /// Whether there is nothing to fetch.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// This and that.
    pub(crate) fn merge(&mut self, other: Self) {
        self.whole |= other.whole;
        self.event |= other.event;
        self.tickets |= other.tickets;
        self.registered |= other.registered;
        self.sales |= other.sales;
        self.notifications.extend(other.notifications);
        self.entries.extend(other.entries);
        if self.notifications.len() + self.entries.len() > PENDING_MAX {
            *self = Self::whole();
        }
    }
}
