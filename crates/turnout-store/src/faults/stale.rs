//! An index that is brought up to date later.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Change, Key, Page, Write};

/// What was written and is not shown yet.
#[derive(Debug, Default)]
pub(super) struct Stale(Mutex<Hidden>);

#[derive(Debug, Default)]
struct Hidden {
    /// How many queries do not show what is written from now on.
    reads: usize,
    /// How many more do not show an item.
    items: HashMap<Key, usize>,
}

impl Stale {
    fn hidden(&self) -> MutexGuard<'_, Hidden> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hide_new(&self, reads: usize) {
        self.hidden().reads = reads;
    }

    /// Takes note of the items that a change puts into an index. An update leaves an item where it was in them.
    pub(super) fn note(&self, change: &Change) {
        let mut hidden = self.hidden();
        let reads = hidden.reads;
        if reads == 0 {
            return;
        }
        for write in &change.writes {
            if let Write::Insert(item) | Write::Replace(item, _) = write
                && item.indexes.iter().any(Option::is_some)
            {
                hidden.items.insert(item.key.clone(), reads);
            }
        }
    }

    /// Takes out of a page of an index what it does not show yet. The page may be empty and still have a next one.
    pub(super) fn hide(&self, page: &mut Page) {
        let mut hidden = self.hidden();
        page.items.retain(|item| !hidden.items.contains_key(&item.key));
        hidden.items.retain(|_, reads| {
            *reads -= 1;
            *reads > 0
        });
    }
}
