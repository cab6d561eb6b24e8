//! The waitlist: who gets what comes free at an event that has sold out.
//!
//! While someone waits for a ticket type it is closed to newcomers, so nothing can be bought past the list. What comes free
//! is offered in order, each offer an ordinary held order with a clock of its own.

mod change_list;
mod check;
mod entry;
mod follow;
mod head;
mod items;
mod join;
mod leave;
mod newcomers;
mod offer_places;
mod put_first;
mod read;
mod turns;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};
use turnout_domain::EventId;

pub(crate) use check::Lists;
pub(crate) use entry::{EntryState, WaitlistEntry};
pub(crate) use follow::join as follow;
pub(crate) use head::Head;
pub(crate) use join::{Join, JoinError, entry_id};
pub(crate) use newcomers::{PoolsOfOthers, frees, messages_max, told};
pub(crate) use read::Place;
pub(crate) use turns::Why;

/// How many locks there are: two events rarely share one.
const LOCKS: usize = 64;

/// Lets one change of an event's list be made at a time in this process, so that its own do not refuse each other. What
/// makes them right is the head's version, however many processes there are.
#[derive(Clone)]
pub(crate) struct Locks(Arc<[Mutex<()>; LOCKS]>);

impl Default for Locks {
    fn default() -> Self {
        Self(Arc::new([const { Mutex::const_new(()) }; LOCKS]))
    }
}

impl Locks {
    async fn of(&self, event: EventId) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        event.hash(&mut hasher);
        let place = usize::try_from(hasher.finish() % LOCKS as u64).unwrap_or(0);
        self.0[place].lock().await
    }
}
