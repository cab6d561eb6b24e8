//! After a crash: everything that was acknowledged is there, and nothing is there in part.
//!
//! Every change has a message, so the outbox says which steps were applied. From them follows what must stand, to the
//! last counter, version and index entry; and that is compared with what does.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use turnout_store::{CommitError, Item, OutboxBatch, Query, Store, StoreError};
use turnout_store_sqlite::{OpenError, SqliteStore};

use crate::answers::{Answer, Answers};
use crate::sales::{self, Counts, Standing, Step, TABLE};

/// What a crash must not leave behind.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the store does not open: {0}")]
    Open(#[from] OpenError),
    #[error("the file is not sound: {0:?}")]
    Unsound(Vec<String>),
    /// Power was lost and acknowledged changes with it: what the negative control must show.
    #[error("{lost} of {acknowledged} acknowledged changes are lost, the first is {first:?}")]
    Lost {
        lost: usize,
        acknowledged: usize,
        first: Step,
    },
    #[error("{0}")]
    Wrong(String),
    #[error("the store cannot be read")]
    Read(#[from] StoreError),
    #[error("the store cannot be written")]
    Write(#[from] CommitError),
}

/// Which steps were applied in all runs so far, and what follows from them.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    applied: BTreeMap<u32, BTreeSet<u32>>,
    pools: BTreeMap<String, Counts>,
    /// Not before the first run came so far.
    has_pools: bool,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            applied: BTreeMap::new(),
            pools: sales::new_pools(),
            has_pools: false,
        }
    }
}

impl Ledger {
    fn add(&mut self, steps: &BTreeSet<Step>) {
        for step in steps {
            if self
                .applied
                .entry(step.submitter)
                .or_default()
                .insert(step.number)
            {
                step.count(&mut self.pools);
            }
        }
    }

    fn items_of(&self, submitter: u32) -> BTreeMap<String, Standing> {
        let mut items = BTreeMap::new();
        for &number in self.applied.get(&submitter).into_iter().flatten() {
            Step { submitter, number }.apply(&mut items);
        }
        items
    }
}

/// Verifies what a run of `submitters` left, repeats what was not answered, and empties the outbox. Gives how many
/// changes it had applied.
pub(crate) async fn verify(
    store: &SqliteStore,
    ledger: &mut Ledger,
    submitters: Range<u32>,
    answers: &Answers,
) -> Result<usize, Fault> {
    let applied = applied(&store.outbox(TABLE, None, usize::MAX).await?)?;
    acknowledged_are_there(&applied, answers)?;
    others_were_in_flight(&applied, &submitters, answers)?;
    ledger.has_pools |= answers.ready;
    if !ledger.has_pools {
        ledger.has_pools = !all(store, sales::pools()).await?.is_empty();
    }
    ledger.add(&applied);
    compare(store, ledger, submitters.clone()).await?;
    if ledger.has_pools {
        let repeated = repeat(store, submitters.clone(), answers).await?;
        let outbox = store.outbox(TABLE, None, usize::MAX).await?;
        let now = self::applied(&outbox)?;
        if now != applied.union(&repeated).copied().collect() {
            return Err(Fault::Wrong(
                "a change that was repeated was not applied exactly once".to_owned(),
            ));
        }
        ledger.add(&repeated);
        compare(store, ledger, submitters).await?;
        let sent: Vec<_> = outbox.into_iter().map(|batch| batch.position).collect();
        store.outbox_sent(TABLE, &sent).await?;
    }
    Ok(applied.len())
}

/// Verifies that the file is sound, and every item of every run.
pub(crate) async fn verify_all(store: &SqliteStore, ledger: &Ledger) -> Result<(), Fault> {
    let faults = store.integrity_check().await?;
    if !faults.is_empty() {
        return Err(Fault::Unsound(faults));
    }
    let mut found: BTreeMap<u32, BTreeMap<String, Standing>> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = store.scan(TABLE, after, Query::LIMIT_MAX).await?;
        for item in page.items {
            if let Some(submitter) = sales::submitter_of(&item.key) {
                found.entry(submitter).or_default().extend([standing(item)]);
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let submitters: BTreeSet<_> = found.keys().chain(ledger.applied.keys()).copied().collect();
    for submitter in submitters {
        same(
            submitter,
            &found.remove(&submitter).unwrap_or_default(),
            &ledger.items_of(submitter),
        )?;
    }
    Ok(())
}

/// The steps that the outbox tells of, each once.
fn applied(outbox: &[OutboxBatch]) -> Result<BTreeSet<Step>, Fault> {
    let mut applied = BTreeSet::new();
    for batch in outbox {
        let [message] = &batch.messages[..] else {
            return Err(Fault::Wrong(format!(
                "a change has {} messages",
                batch.messages.len()
            )));
        };
        let step = Step::of_message(message).map_err(Fault::Wrong)?;
        if !applied.insert(step) {
            return Err(Fault::Wrong(format!("{step:?} was applied twice")));
        }
    }
    Ok(applied)
}

fn acknowledged_are_there(applied: &BTreeSet<Step>, answers: &Answers) -> Result<(), Fault> {
    let mut lost = Vec::new();
    for (step, answer) in &answers.given {
        match answer {
            Answer::Done(_) if !applied.contains(step) => lost.push(*step),
            Answer::Refused if applied.contains(step) => {
                return Err(Fault::Wrong(format!("{step:?} was refused and is there")));
            }
            Answer::Refused if !step.may_be_refused() => {
                return Err(Fault::Wrong(format!(
                    "{step:?} was refused though nothing stood in its way"
                )));
            }
            Answer::Done(_) | Answer::Refused => {}
        }
    }
    match lost.first() {
        Some(&first) => Err(Fault::Lost {
            lost: lost.len(),
            acknowledged: answers.acknowledged(),
            first,
        }),
        None => Ok(()),
    }
}

/// Beyond what was answered, each submitter may have had one change on its way.
fn others_were_in_flight(
    applied: &BTreeSet<Step>,
    submitters: &Range<u32>,
    answers: &Answers,
) -> Result<(), Fault> {
    for step in applied {
        let answered = answers.given.contains_key(step);
        if !submitters.contains(&step.submitter) || !answered && *step != answers.awaited_by(step.submitter) {
            return Err(Fault::Wrong(format!("{step:?} is there and was never asked for")));
        }
    }
    Ok(())
}

/// Asks again, as a client would: for the last thing that was answered, which must give the same answer and change
/// nothing, and for what was not, which must be applied now if it was not before. Gives what is applied now.
async fn repeat(
    store: &SqliteStore,
    submitters: Range<u32>,
    answers: &Answers,
) -> Result<BTreeSet<Step>, Fault> {
    let mut applied = BTreeSet::new();
    for submitter in submitters {
        let awaited = answers.awaited_by(submitter);
        if let Some(number) = awaited.number.checked_sub(1) {
            let last = Step { submitter, number };
            let again = match store.commit(last.change()).await {
                Ok(committed) => Answer::of(committed),
                Err(CommitError::Refused(_)) => Answer::Refused,
                Err(error) => return Err(error.into()),
            };
            if Some(&again) != answers.given.get(&last) {
                let first = &answers.given[&last];
                return Err(Fault::Wrong(format!(
                    "{last:?} was answered {first:?} and then {again:?}"
                )));
            }
        }
        match store.commit(awaited.change()).await {
            Ok(_) => drop(applied.insert(awaited)),
            Err(CommitError::Refused(_)) if awaited.may_be_refused() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(applied)
}

/// The pools, and every item of the submitters, as the table and both indexes have them.
async fn compare(store: &SqliteStore, ledger: &Ledger, submitters: Range<u32>) -> Result<(), Fault> {
    let pools = all(store, sales::pools()).await?;
    let pools: BTreeMap<_, _> = pools
        .into_iter()
        .map(|pool| (pool.key.sort.clone(), Counts::of(&pool)))
        .collect();
    let expected = if ledger.has_pools {
        ledger.pools.clone()
    } else {
        BTreeMap::new()
    };
    if pools != expected {
        return Err(Fault::Wrong(format!(
            "the pools count {pools:?}; their sums are {expected:?}"
        )));
    }
    if let Some((name, counts)) = pools.iter().find(|(_, counts)| counts.is_oversold()) {
        return Err(Fault::Wrong(format!("{name} is oversold: {counts:?}")));
    }
    for submitter in submitters {
        let expected = ledger.items_of(submitter);
        same(
            submitter,
            &standings(store, sales::items_of(submitter)).await?,
            &expected,
        )?;
        for (place, query) in sales::indexed_of(submitter).into_iter().enumerate() {
            let mut indexed = expected.clone();
            indexed.retain(|_, (_, _, indexes)| indexes[place].is_some());
            same(submitter, &standings(store, query).await?, &indexed)?;
        }
    }
    Ok(())
}

fn same(
    submitter: u32,
    found: &BTreeMap<String, Standing>,
    expected: &BTreeMap<String, Standing>,
) -> Result<(), Fault> {
    if found == expected {
        return Ok(());
    }
    let names: BTreeSet<_> = found.keys().chain(expected.keys()).collect();
    let differ: Vec<_> = names
        .into_iter()
        .filter(|name| found.get(*name) != expected.get(*name))
        .collect();
    let name = differ[0];
    Err(Fault::Wrong(format!(
        "{} items of submitter {submitter} are not as its changes left them: {name} is {:?} and should be {:?}",
        differ.len(),
        found.get(name),
        expected.get(name)
    )))
}

async fn standings(store: &SqliteStore, query: Query) -> Result<BTreeMap<String, Standing>, StoreError> {
    Ok(all(store, query).await?.into_iter().map(standing).collect())
}

fn standing(item: Item) -> (String, Standing) {
    (item.key.sort, (item.version, item.document, item.indexes))
}

async fn all(store: &SqliteStore, query: Query) -> Result<Vec<Item>, StoreError> {
    let mut query = query.limit(Query::LIMIT_MAX);
    let mut items = Vec::new();
    loop {
        let page = store.query(query.clone()).await?;
        items.extend(page.items);
        if page.next.is_none() {
            return Ok(items);
        }
        query = query.after(page.next);
    }
}
