//! The verifier sees what it is there to see: each test does to a store what a crash must not.

use std::collections::BTreeMap;

use turnout_store::{Change, Condition, Expect, Store, Update, Write};
use turnout_store_sqlite::{Options, SqliteStore};

use crate::answers::{Answer, Answers};
use crate::sales::{self, Step, TABLE};
use crate::verify::{Fault, Ledger, verify, verify_all};

const FIRST_STEPS: u32 = 8;

struct Sold {
    _folder: tempfile::TempDir,
    store: SqliteStore,
    answers: Answers,
}

/// The first submitter has done one step of each kind, and was answered for all of them.
async fn sold() -> Sold {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path(), &Options::default()).expect("a store");
    store.commit(sales::opening()).await.expect("pools");
    let mut answers = Answers {
        ready: true,
        given: BTreeMap::new(),
    };
    for number in 0..FIRST_STEPS {
        let step = Step { submitter: 0, number };
        let committed = store.commit(step.change()).await.expect("a step");
        answers.given.insert(step, Answer::of(committed));
    }
    Sold {
        _folder: folder,
        store,
        answers,
    }
}

impl Sold {
    async fn verified(&self) -> Result<usize, Fault> {
        let mut ledger = Ledger::default();
        let applied = verify(&self.store, &mut ledger, 0..1, &self.answers).await?;
        verify_all(&self.store, &ledger).await?;
        Ok(applied)
    }

    /// Does only the write at `place` of a step, as if the rest of its change had been lost.
    async fn in_part(&self, step: Step, place: usize) {
        let mut change = step.change();
        let write = change.writes.remove(place);
        let mut part = Change::of(TABLE);
        part.writes.push(write);
        self.store.commit(part).await.expect("a part");
    }
}

const NEXT: Step = Step {
    submitter: 0,
    number: FIRST_STEPS,
};

#[tokio::test]
async fn whole_changes_pass_with_or_without_the_one_in_flight() {
    let mut sold = sold().await;
    let last = Step {
        submitter: 0,
        number: FIRST_STEPS - 1,
    };
    sold.answers.given.remove(&last);
    assert_eq!(
        sold.verified().await.expect("sound"),
        8,
        "the last one is there though nobody heard of it"
    );
    let mut ledger = Ledger::default();
    // The verifier has repeated all and emptied the outbox, so a second look has nothing to go by.
    let again = verify(&sold.store, &mut ledger, 0..1, &sold.answers).await;
    assert!(matches!(again, Err(Fault::Lost { lost: 7, .. })), "{again:?}");
}

#[tokio::test]
async fn an_acknowledged_change_that_is_not_there_is_lost() {
    let mut sold = sold().await;
    sold.answers.given.insert(NEXT, Answer::Done(vec![1, 1]));
    let verified = sold.verified().await;
    assert!(
        matches!(verified, Err(Fault::Lost { lost: 1, acknowledged: 9, first }) if first == NEXT),
        "{verified:?}"
    );
}

#[tokio::test]
async fn an_order_without_its_stock_and_stock_without_its_order_are_seen() {
    for place in 0..2 {
        let sold = sold().await;
        sold.in_part(NEXT, place).await;
        let verified = sold.verified().await;
        assert!(
            matches!(verified, Err(Fault::Wrong(_))),
            "write {place}: {verified:?}"
        );
    }
}

#[tokio::test]
async fn a_message_without_its_change_is_seen() {
    let sold = sold().await;
    let change = NEXT.change();
    let Write::Update(pool) = &change.writes[0] else {
        panic!("a sale begins with its pool");
    };
    let mut part = Change::of(TABLE).check(pool.key.clone(), Condition::Exists);
    part.messages = change.messages;
    sold.store.commit(part).await.expect("a message");
    let verified = sold.verified().await;
    assert!(matches!(verified, Err(Fault::Wrong(_))), "{verified:?}");
}

#[tokio::test]
async fn a_change_applied_twice_or_behind_the_verifiers_back_is_seen() {
    let sold = sold().await;
    let mut twice = Step {
        number: 1,
        submitter: 0,
    }
    .change();
    let more = Update::of(sales::any_pool());
    twice.token = Change::of(TABLE).token;
    twice.writes = Change::of(TABLE).update(more).writes;
    sold.store
        .commit(twice)
        .await
        .expect("a second message of one step");
    let verified = sold.verified().await;
    assert!(
        matches!(&verified, Err(Fault::Wrong(why)) if why.contains("twice")),
        "{verified:?}"
    );
}

#[tokio::test]
async fn another_answer_to_the_same_token_is_seen() {
    let mut sold = sold().await;
    let last = Step {
        submitter: 0,
        number: FIRST_STEPS - 1,
    };
    sold.answers.given.insert(last, Answer::Done(vec![999, 1]));
    let verified = sold.verified().await;
    assert!(
        matches!(&verified, Err(Fault::Wrong(why)) if why.contains("and then")),
        "{verified:?}"
    );
}

#[tokio::test]
async fn an_item_that_no_change_left_is_seen() {
    let sold = sold().await;
    let Some(Write::Insert(stray)) = Step {
        submitter: 1,
        number: 0,
    }
    .change()
    .writes
    .pop() else {
        panic!("a sale ends with its order");
    };
    let stray = Change::of(TABLE).put(stray, Expect::Absent);
    sold.store.commit(stray).await.expect("an order of nobody");
    let verified = sold.verified().await;
    assert!(matches!(verified, Err(Fault::Wrong(_))), "{verified:?}");
}
