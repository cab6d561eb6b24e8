//! Random changes, the same on a store and on the reference.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{ATTEMPTS_MAX, LEFT, SOLD, TABLE, current, eventually_like, key, outcome, record};
use crate::{
    Change, Committed, Condition, Expect, Index, IndexKey, Item, Key, MemoryStore, NewItem, Query, Store,
    Update, Write,
};

/// A store that forgets nothing to a disk does these in a second; `DynamoDB`'s stand-in in some ten.
const CHANGES: usize = 2_000;
const KEYS: u64 = 12;

/// A generator of numbers that look random and are the same each run (Marsaglia's xorshift64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn small(&mut self) -> i64 {
        i64::try_from(self.below(6)).unwrap_or(0)
    }
}

/// Two thousand changes of one to four writes on twelve keys, about half of them refused: every answer is the
/// reference's, and so is what stands in the end, in the table and in both indexes.
pub async fn random_changes_leave_what_the_reference_says(store: &Arc<dyn Store>) {
    let reference: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let mut dice = Dice(0x5EED_0F71_C4E7_5EED);
    let mut applied = 0;
    for number in 0..CHANGES {
        let change = random_change(&mut dice, &reference, number).await;
        let mut expected = outcome(&reference, change.clone()).await;
        let answer = outcome(store, change.clone()).await;
        if let (Ok(expected), Ok(answer)) = (&mut expected, &answer) {
            forget_unknown(&change, expected, answer);
        }
        assert_eq!(answer, expected, "change {number}: {change:?}");
        applied += usize::from(expected.is_ok());
    }
    assert!(
        applied > CHANGES / 4 && applied < CHANGES * 3 / 4,
        "{applied} applied: the dice try both"
    );
    assert_eq!(everything(store).await, everything(&reference).await);
    for index in [Index::First, Index::Second] {
        for partition in ["i0", "i1"] {
            let query = Query::index(TABLE, index, partition).limit(2);
            let expected = super::walk(&reference, &query).await;
            let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            // The order of equal index keys is the backend's own.
            eventually_like(store, &query, &expected, |found| found.sort_unstable()).await;
        }
    }
}

/// A backend that cannot tell what version an update left says 0.
fn forget_unknown(change: &Change, expected: &mut Committed, answer: &Committed) {
    let told = expected.versions.iter_mut().zip(&answer.versions);
    for (write, (expected, answer)) in change.writes.iter().zip(told) {
        if matches!(write, Write::Update(_)) && *answer == 0 {
            *expected = 0;
        }
    }
}

async fn everything(store: &Arc<dyn Store>) -> BTreeMap<Key, Item> {
    let mut all = BTreeMap::new();
    let mut after = None;
    for _ in 0..ATTEMPTS_MAX {
        let page = store.scan(TABLE, after, 3).await.expect("the store answers");
        all.extend(page.items.into_iter().map(|item| (item.key.clone(), item)));
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
    panic!("the scan does not end");
}

/// One to four writes on different items. Three in four say of an item what is true of it.
async fn random_change(dice: &mut Dice, reference: &Arc<dyn Store>, number: usize) -> Change {
    let mut change = Change::of(TABLE);
    let first = dice.below(KEYS);
    for place in 0..=dice.below(4) {
        let key = key(&format!("k{}", (first + place * 3) % KEYS));
        let stands = current(reference, &key).await;
        let guess = if dice.below(4) > 0 { stands } else { None };
        change = random_write(dice, change, key, guess.as_ref(), number);
    }
    change
}

fn random_write(dice: &mut Dice, change: Change, key: Key, guess: Option<&Item>, number: usize) -> Change {
    let Some(guess) = guess else {
        return match dice.below(4) {
            0 => change.check(key, Condition::Absent),
            _ => change.put(random_item(dice, key, number), Expect::Absent),
        };
    };
    let condition = match dice.below(4) {
        0 => Condition::Exists,
        1 => Condition::Version(guess.version),
        2 => Condition::AtLeast(LEFT, guess.counter(LEFT)),
        _ => Condition::AtLeast(SOLD, guess.counter(SOLD) - 1),
    };
    match dice.below(8) {
        0 | 1 => change.put(random_item(dice, key, number), Expect::Version(guess.version)),
        2 => change.take(key, LEFT, dice.small() / 2),
        3 | 4 => {
            let update = Update::of(key)
                .give(SOLD, dice.small())
                .give(LEFT, dice.small())
                .require(condition);
            change.update(update.document(record(&format!("update {number}"))))
        }
        5 => change.give(key, SOLD, dice.small()),
        6 => change.delete(key, condition),
        _ => change.check(key, condition),
    }
}

fn random_item(dice: &mut Dice, key: Key, number: usize) -> NewItem {
    let mut item = NewItem::new(key, record(&format!("item {number}")));
    if dice.below(2) == 0 {
        item = item.counter(LEFT, dice.small());
    }
    if dice.below(2) == 0 {
        item = item.counter(SOLD, dice.small());
    }
    for index in [Index::First, Index::Second] {
        if dice.below(3) > 0 {
            let place = IndexKey::new(format!("i{}", dice.below(2)), format!("s{}", dice.below(3)));
            item = item.index(index, place);
        }
    }
    item
}
