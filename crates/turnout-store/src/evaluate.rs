//! The rules of writing, once for every backend that judges conditions itself: pure functions of a write and the item
//! that stands there now.
//!
//! A backend first asks [`holds`] of every write of a change, then calls [`apply`] for each: so conditions are judged
//! against what stood before, and a refused change touches nothing.

use crate::{Condition, Counter, Item, NewItem, Update, Write};

/// What a write leaves behind.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "moved once, and nearly always an item")]
pub enum Effect {
    /// This item stands now.
    Put(Item),
    /// Nothing stands there any more.
    Delete,
    /// What stood there still does.
    Keep,
}

impl Effect {
    /// The version to report for the write: 0 for a delete or a check.
    pub fn version(&self) -> u64 {
        match self {
            Self::Put(item) => item.version,
            Self::Delete | Self::Keep => 0,
        }
    }
}

/// Whether the write may be applied where `current` stands.
pub fn holds(write: &Write, current: Option<&Item>) -> bool {
    match write {
        Write::Insert(_) => current.is_none(),
        Write::Replace(_, version) => condition_holds(Condition::Version(*version), current),
        Write::Update(update) => current.is_some_and(|item| {
            let mut conditions = update.conditions.iter();
            conditions.all(|condition| condition_holds(*condition, current)) && in_bounds(update, item)
        }),
        Write::Delete(_, condition) | Write::Check(_, condition) => condition_holds(*condition, current),
    }
}

/// Applies a write that [`holds`] where `current` stands.
pub fn apply(write: Write, current: Option<Item>) -> Effect {
    match write {
        Write::Insert(new) => Effect::Put(stand(new, 1)),
        Write::Replace(new, version) => Effect::Put(stand(new, version + 1)),
        Write::Update(update) => match current {
            Some(item) => Effect::Put(updated(item, update)),
            None => Effect::Keep,
        },
        Write::Delete(..) => Effect::Delete,
        Write::Check(..) => Effect::Keep,
    }
}

fn condition_holds(condition: Condition, current: Option<&Item>) -> bool {
    match condition {
        Condition::Absent => current.is_none(),
        Condition::Exists => current.is_some(),
        Condition::Version(version) => current.is_some_and(|item| item.version == version),
        Condition::AtLeast(counter, floor) => current
            .and_then(|item| item.counters.get(counter.0))
            .is_some_and(|value| *value >= floor),
    }
}

/// Whether every counter stays within [`Counter::MAX`]. Both numbers are, so their sum is in reach.
fn in_bounds(update: &Update, item: &Item) -> bool {
    update.add.iter().all(|(counter, n)| {
        let sum = item.counter(*counter).saturating_add(*n);
        (-Counter::MAX..=Counter::MAX).contains(&sum)
    })
}

fn stand(new: NewItem, version: u64) -> Item {
    let NewItem {
        key,
        document,
        counters,
        indexes,
        expires_at,
    } = new;
    let counters = counters
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Item {
        key,
        version,
        document,
        counters,
        indexes,
        expires_at,
    }
}

fn updated(mut item: Item, update: Update) -> Item {
    item.version += 1;
    for (counter, n) in update.add {
        match item.counters.get_mut(counter.0) {
            // The sum is within the bound, or the write does not hold.
            Some(value) => *value = value.saturating_add(n),
            None => {
                item.counters.insert(counter.0.to_owned(), n);
            }
        }
    }
    if let Some(document) = update.document {
        item.document = document;
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Key, Table};

    const LEFT: Counter = Counter("left");

    fn pool(left: i64) -> Item {
        stand(
            NewItem::new(Key::new(Table("t"), "p", "s"), Document::empty()).counter(LEFT, left),
            4,
        )
    }

    fn take(n: i64) -> Write {
        Write::Update(Update::of(pool(0).key).take(LEFT, n))
    }

    #[test]
    fn the_last_ones_can_be_taken_and_not_one_more() {
        assert!(holds(&take(3), Some(&pool(3))));
        assert!(!holds(&take(4), Some(&pool(3))));
        let Effect::Put(after) = apply(take(3), Some(pool(3))) else {
            panic!("an update leaves an item")
        };
        assert_eq!((after.counter(LEFT), after.version), (0, 5));
    }

    #[test]
    fn taking_twice_in_one_update_needs_both_at_once() {
        let twice = Write::Update(Update::of(pool(0).key).take(LEFT, 2).take(LEFT, 3));
        assert!(!holds(&twice, Some(&pool(4))));
        assert!(holds(&twice, Some(&pool(5))));
    }

    #[test]
    fn a_counter_goes_to_its_bound_and_not_beyond() {
        let give = Write::Update(Update::of(pool(0).key).give(LEFT, 2));
        assert!(holds(&give, Some(&pool(Counter::MAX - 2))));
        assert!(!holds(&give, Some(&pool(Counter::MAX - 1))));
        let lower = Write::Update(Update::of(pool(0).key).give(LEFT, -2));
        assert!(holds(&lower, Some(&pool(2 - Counter::MAX))));
        assert!(!holds(&lower, Some(&pool(1 - Counter::MAX))));
    }
}
