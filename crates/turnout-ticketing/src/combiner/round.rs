//! One round: plan, commit, answer; or learn why not, and leave the rest to the next round.

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::Timestamp;
use turnout_domain::{MessageId, OrderId};
use turnout_store::{CommitError, Item, Read, Refusal};

use super::change::{Place, change};
use super::plan::{Batch, Entry, Left, Plan, in_order, plan};
use super::{Job, Ports, Settled, Step};
use crate::commit::{Patience, commit_patiently};
use crate::error::SaleError;
use crate::items;
use crate::model::{AVAILABLE, HELD, Offer, Order, OrderState, PoolKey};
use crate::read_offer::read_offer;
use crate::waitlist;

/// How often a job is planned again after the batch it was in was refused.
pub(super) const TRIES_MAX: usize = 32;

/// Whether new jobs may join those that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intake {
    /// They may.
    Open,
    /// What the store said of the last batch is true for those who waited then: they are settled first, alone. So
    /// nobody is turned away by an answer older than his question, and newcomers cannot spoil batch after batch.
    Closed,
}

/// Settles what waits, as far as one change goes; what is left waits for the next round.
pub(super) async fn settle(ports: &Ports, batch: &mut Batch, waiting: &mut VecDeque<Job>) -> Intake {
    let left = std::mem::take(&mut batch.left);
    let now = ports.clock.now();
    let (offer, plan) = match planned(ports, batch, waiting, &left, now).await {
        Ok(planned) => planned,
        Err(error) => {
            answer_all(waiting.drain(..), &error);
            return Intake::Open;
        }
    };
    let Plan {
        entries,
        mut short,
        refused,
        uncounted,
        later,
        movements,
        ..
    } = plan;
    *waiting = later;
    for (job, error) in uncounted {
        job.answer(Err(error));
    }
    short.extend(refused);
    refuse(ports, short).await;
    if entries.is_empty() {
        batch.keep(offer);
        return Intake::Open;
    }
    let orders = entries.iter().map(|entry| &entry.order);
    let messages: Vec<MessageId> = (0..entries.len() + waitlist::messages_max(&offer, orders))
        .map(|_| MessageId::from_ulid(ports.ids.ulid(now)))
        .collect();
    let build = || change(batch.event, &offer, &movements, &entries, &messages, now);
    let committed = commit_patiently(&*ports.store, batch.patience, build).await;
    batch.keep(offer);
    batch.patience = Patience::Usual;
    match committed {
        Ok(_) => {
            answer_those_behind(waiting, &entries);
            for entry in entries {
                entry.job.answer(Ok(Settled {
                    order: entry.order,
                    replayed: false,
                }));
            }
            Intake::Open
        }
        Err(CommitError::Refused(refusals)) => {
            let pools: Vec<PoolKey> = movements.into_keys().collect();
            let standing = learn(batch, &pools, &entries, refusals);
            let again = entries.into_iter().filter_map(|entry| entry.job.again());
            let jobs = in_order(again.chain(waiting.drain(..)));
            waiting.extend(jobs.into_iter().filter_map(|job| job.unless_settled(&standing)));
            Intake::Closed
        }
        Err(error) => {
            batch.patience = Patience::Worn;
            answer_all(entries.into_iter().map(|entry| entry.job), &error.into());
            Intake::Open
        }
    }
}

/// The offer, and the plan made with it. Nobody is turned away because of an offer read in an earlier round.
async fn planned(
    ports: &Ports,
    batch: &mut Batch,
    waiting: &mut VecDeque<Job>,
    left: &BTreeMap<PoolKey, Left>,
    now: Timestamp,
) -> Result<(Offer, Plan), SaleError> {
    if let Some(offer) = batch.offer.take() {
        let plan = plan(&offer, left, waiting.drain(..), now);
        if plan.refused.is_empty() {
            return Ok((offer, plan));
        }
        *waiting = plan.into_jobs();
    }
    let offer = read_offer(&*ports.store, batch.event)
        .await?
        .ok_or(SaleError::Unknown)?;
    let plan = plan(&offer, left, waiting.drain(..), now);
    Ok((offer, plan))
}

/// Orders as the store said they stand.
type Standing = HashMap<OrderId, Option<Item>>;

/// Takes in why a change was refused. Answers how those orders stand that were the reason.
fn learn(batch: &mut Batch, pools: &[PoolKey], entries: &[Entry], refusals: Vec<Refusal>) -> Standing {
    let mut standing = Standing::new();
    for Refusal { write, current } in refusals {
        match (Place::of(write, pools.len()), current) {
            (Place::Pool(pool), Some(item)) => {
                // One without the counter is not limited any more: the offer changed.
                if let Some(available) = item.counters.get(AVAILABLE.0) {
                    let left = Left {
                        available: *available,
                        held: item.counter(HELD),
                    };
                    batch.left.insert(pools[pool], left);
                }
            }
            // A code that was taken back meanwhile.
            (Place::Pool(pool), None) if !pools[pool].in_offer() => {
                let left = Left {
                    available: 0,
                    held: 0,
                };
                batch.left.insert(pools[pool], left);
            }
            (Place::Offer, _) | (Place::Pool(_), None) => batch.offer = None,
            (Place::Entry(entry), current) => {
                standing.insert(entries[entry].order.id, current);
            }
        }
    }
    standing
}

/// Answers steps that waited because the change had an earlier step of their order: they see what it did.
fn answer_those_behind(waiting: &mut VecDeque<Job>, entries: &[Entry]) {
    for job in std::mem::take(waiting) {
        let entry = entries.iter().find(|entry| entry.order.id == job.step.order_id());
        match entry {
            Some(entry) if job.step.expects() != Some(entry.version_after()) => {
                let answer = stands(&job.step, entry.order.clone());
                job.answer(answer);
            }
            _ => waiting.push_back(job),
        }
    }
}

impl Job {
    /// The job for the next round, unless it was in too many.
    fn again(mut self) -> Option<Self> {
        self.tries += 1;
        if self.tries <= TRIES_MAX {
            return Some(self);
        }
        let why = format!("refused {TRIES_MAX} times in a row");
        self.answer(Err(CommitError::Busy { why }.into()));
        None
    }

    /// The job, unless its order is known to stand otherwise than it expects: that is its answer. An order that still
    /// waits to be paid only says something else than before, and is paid as it is now.
    fn unless_settled(mut self, standing: &Standing) -> Option<Self> {
        let known = standing.get(&self.step.order_id());
        if let (Step::Confirm { order, version }, Some(Some(item))) = (&mut self.step, known)
            && item.version > *version
            && let Ok(now) = item.parse::<Order>()
            && matches!(now.state, OrderState::Held { .. })
        {
            (*order, *version) = (now, item.version);
            return Some(self);
        }
        match known {
            Some(item) if item.as_ref().map(|item| item.version) != self.step.expects() => {
                let answer = found(&self.step, item.as_ref());
                self.answer(answer);
                None
            }
            _ => Some(self),
        }
    }
}

/// The answer to a step whose order was found so.
fn found(step: &Step, item: Option<&Item>) -> Result<Settled, SaleError> {
    let order: Order = item.ok_or(SaleError::Unknown)?.parse()?;
    stands(step, order)
}

/// The answer to a step whose order stands otherwise than the step expected: made before, or not possible any more.
fn stands(step: &Step, order: Order) -> Result<Settled, SaleError> {
    let made = match (step, &order.state) {
        (Step::Place(request), _) => {
            if order.fingerprint != request.fingerprint {
                return Err(SaleError::KeyReused);
            }
            true
        }
        (Step::Confirm { .. }, OrderState::Expired { .. }) => return Err(SaleError::HoldExpired),
        (Step::Confirm { .. }, state) => matches!(state, OrderState::Confirmed { .. }),
        (Step::Release { .. }, state) => {
            matches!(state, OrderState::Cancelled { .. } | OrderState::Expired { .. })
        }
    };
    if made {
        Ok(Settled {
            order,
            replayed: true,
        })
    } else {
        Err(SaleError::NotHeld)
    }
}

/// Answers jobs that are not to be served; but one whose order stands otherwise than it expected, because it was served
/// before or another was faster, gets that answer.
async fn refuse(ports: &Ports, refused: Vec<(Job, SaleError)>) {
    if refused.is_empty() {
        return;
    }
    let keys: Vec<_> = refused
        .iter()
        .map(|(job, _)| items::order_key(job.step.order_id()))
        .collect();
    let standing = match ports.store.get_many(&keys, Read::Consistent).await {
        Ok(standing) => standing,
        Err(error) => return answer_all(refused.into_iter().map(|(job, _)| job), &error.into()),
    };
    for ((job, error), item) in refused.into_iter().zip(standing) {
        let answer = match item {
            Some(item) if Some(item.version) != job.step.expects() => found(&job.step, Some(&item)),
            _ => Err(error),
        };
        job.answer(answer);
    }
}

fn answer_all(jobs: impl IntoIterator<Item = Job>, error: &SaleError) {
    for job in jobs {
        job.answer(Err(error.clone()));
    }
}
