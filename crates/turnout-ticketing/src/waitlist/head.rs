//! What is known of a whole list without reading it: how many wait, where, and for what.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use turnout_domain::{TicketTypeId, WaitlistEntryId};

use super::WaitlistEntry;

/// How many numbers share a count of those who wait: a place in the queue is the sum of the counts before, and a look at
/// one block.
pub(crate) const BLOCK: u64 = 128;
/// Where the numbers of those who join begin. Before it is room for those who paid too late, and stand in front.
pub(crate) const FIRST_NUMBER: u64 = 1_000_000;
/// The most people who wait at one event: the counts of their blocks fit into one small item.
pub(crate) const WAITING_MAX: u64 = 100_000;

/// The head of a list. Every change of the list rewrites it, so its version puts them in one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// The number of the next who joins.
    pub next: u64,
    /// The number of the next who paid too late.
    pub next_late: u64,
    /// How many wait, by the block of their number.
    pub blocks: BTreeMap<u64, u64>,
    /// How many wait for each ticket type.
    pub types: BTreeMap<TicketTypeId, u64>,
    /// How often later ones were served past an entry, by its number.
    pub passed: BTreeMap<u64, u32>,
    /// How many have an offer now.
    pub offered: u64,
    /// Offers that were decided on and are being made, in order: nothing else is decided until they are, for what they take
    /// may not show in the stock yet.
    #[serde(default)]
    pub offering: Vec<Offering>,
}

/// An offer that is being made. Whoever finds it may go on with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offering {
    pub id: WaitlistEntryId,
    /// Of which ticket type how many.
    pub lines: Vec<(TicketTypeId, u32)>,
    /// The number of the entry it is served past, if one could have used these.
    pub past: Option<u64>,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            next: FIRST_NUMBER,
            next_late: 0,
            blocks: BTreeMap::new(),
            types: BTreeMap::new(),
            passed: BTreeMap::new(),
            offered: 0,
            offering: Vec::new(),
        }
    }
}

impl Head {
    /// How many wait.
    pub fn waiting(&self) -> u64 {
        self.blocks.values().sum()
    }

    /// How many wait in blocks before that of `number`.
    pub fn before_block_of(&self, number: u64) -> u64 {
        self.blocks.range(..number / BLOCK).map(|(_, count)| count).sum()
    }

    /// The ticket types that someone waits for.
    pub fn waited_for(&self) -> BTreeSet<TicketTypeId> {
        self.types.keys().copied().collect()
    }

    /// Takes an entry into the queue.
    pub fn add(&mut self, entry: &WaitlistEntry) {
        *self.blocks.entry(entry.number / BLOCK).or_default() += 1;
        for ticket_type in &entry.ticket_types {
            *self.types.entry(*ticket_type).or_default() += 1;
        }
    }

    /// Takes an entry out of the queue.
    pub fn remove(&mut self, entry: &WaitlistEntry) {
        lower(&mut self.blocks, &(entry.number / BLOCK));
        for ticket_type in &entry.ticket_types {
            lower(&mut self.types, ticket_type);
        }
        self.passed.remove(&entry.number);
        if self.blocks.is_empty() {
            self.passed.clear();
        }
    }
}

/// One less; what nobody counts any more is not kept.
fn lower<K: Ord>(counts: &mut BTreeMap<K, u64>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}
