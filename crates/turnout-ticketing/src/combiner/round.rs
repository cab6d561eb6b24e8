//! One round: plan, commit, answer; or learn why not, and leave the rest to the next round.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use turnout_domain::messages::{OrderConfirmed, OrderHeld, OrderReleased};
use turnout_domain::{Envelope, EventId};
use turnout_store::{Change, CommitError, Committed, Read, Refusal, StoreError};

use super::plan::{Batch, Entry, Plan, order_id, plan};
use super::{Job, Ports, Settled, Step};
use crate::TABLE;
use crate::error::SaleError;
use crate::items;
use crate::model::{AVAILABLE, Offer, Order, OrderState, PoolKey};
use crate::ticketing::envelope;

/// How often a job is planned again after the batch it was in was refused.
const TRIES_MAX: usize = 32;
/// How often a change is sent again when the store is busy or its answer was lost.
const COMMIT_TRIES_MAX: u32 = 8;
/// The first pause before a change is sent again; it doubles.
const PAUSE: Duration = Duration::from_millis(4);

/// Settles what waits, as far as one change goes; what is left waits for the next round.
pub(super) async fn settle(ports: &Ports, batch: &mut Batch, waiting: &mut VecDeque<Job>) {
    let left = std::mem::take(&mut batch.left);
    let (offer, plan) = match planned(ports, batch, waiting, &left).await {
        Ok(planned) => planned,
        Err(error) => return answer_all(waiting.drain(..), &error),
    };
    let Plan {
        entries,
        short,
        refused,
        later,
        movements,
    } = plan;
    *waiting = later;
    answer_refused(ports, refused).await;
    if entries.is_empty() {
        return answer_refused(ports, short).await;
    }
    let pools: Vec<PoolKey> = movements.keys().copied().collect();
    let mut change = Change::of(TABLE).check(
        items::event_key(batch.event),
        items::offer_unchanged(offer.version),
    );
    for (pool, movement) in movements {
        change = change.update(items::pool_update(
            batch.event,
            pool,
            movement,
            offer.limited(pool),
        ));
    }
    for entry in &entries {
        change = change
            .put(items::order_item(&entry.order), items::expect(entry.version))
            .emit(message(ports, entry));
    }
    batch.offer = Some(offer);
    match commit(ports, change).await {
        Ok(_) => {
            for entry in entries {
                entry.job.answer(Ok(Settled {
                    order: entry.order,
                    replayed: false,
                }));
            }
            answer_refused(ports, short).await;
        }
        Err(CommitError::Refused(refusals)) => {
            let again = learn(batch, &pools, entries, &refusals);
            // Those that came up short may be served after all if others leave the batch: they keep their place.
            let again = again.into_iter().chain(short.into_iter().map(|(job, _)| job));
            for job in again.collect::<Vec<_>>().into_iter().rev() {
                requeue(waiting, job);
            }
        }
        Err(error) => {
            let error = SaleError::Commit(error);
            answer_all(
                entries
                    .into_iter()
                    .map(|entry| entry.job)
                    .chain(short.into_iter().map(|(job, _)| job)),
                &error,
            );
        }
    }
}

/// The offer, and the plan made with it. Nobody is turned away because of an offer read in an earlier round.
async fn planned(
    ports: &Ports,
    batch: &mut Batch,
    waiting: &mut VecDeque<Job>,
    left: &BTreeMap<PoolKey, i64>,
) -> Result<(Offer, Plan), SaleError> {
    let now = ports.clock.now();
    if let Some(offer) = batch.offer.take() {
        let mut plan = plan(&offer, left, waiting.drain(..), now);
        if plan.refused.is_empty() {
            return Ok((offer, plan));
        }
        // In the order they came, as nearly as matters: refused ones are about to be refused again, or served.
        let planned = plan.entries.into_iter().map(|entry| entry.job);
        let jobs = planned
            .chain(plan.short.into_iter().map(|(job, _)| job))
            .chain(plan.refused.into_iter().map(|(job, _)| job));
        waiting.extend(jobs);
        waiting.append(&mut plan.later);
    }
    let offer = read_offer(ports, batch.event).await?.ok_or(SaleError::Unknown)?;
    let plan = plan(&offer, left, waiting.drain(..), now);
    Ok((offer, plan))
}

async fn read_offer(ports: &Ports, event: EventId) -> Result<Option<Offer>, StoreError> {
    let page = ports
        .store
        .query(items::offer_query(event).read(Read::Consistent))
        .await?;
    items::offer(&page.items)
}

/// Commits the change; sends it again, under its token, while the store is busy or its answer is lost.
async fn commit(ports: &Ports, change: Change) -> Result<Committed, CommitError> {
    let mut pause = PAUSE;
    for _ in 1..COMMIT_TRIES_MAX {
        match ports.store.commit(change.clone()).await {
            Err(CommitError::Busy { .. } | CommitError::Unknown { .. }) => tokio::time::sleep(pause).await,
            answer => return answer,
        }
        pause *= 2;
    }
    ports.store.commit(change).await
}

/// Takes in why a change was refused, answers those whose own order was the reason, and gives the others back, in order.
fn learn(batch: &mut Batch, pools: &[PoolKey], entries: Vec<Entry>, refusals: &[Refusal]) -> Vec<Job> {
    let mut standing = BTreeMap::new();
    for refusal in refusals {
        match refusal
            .write
            .checked_sub(1)
            .map(|write| pools.get(write).ok_or_else(|| write - pools.len()))
        {
            None => batch.offer = None,
            Some(Ok(pool)) => match &refusal.current {
                Some(item) => {
                    batch.left.insert(*pool, item.counter(AVAILABLE));
                }
                None => batch.offer = None,
            },
            Some(Err(entry)) => {
                standing.insert(entry, refusal.current.clone());
            }
        }
    }
    let mut again = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        match standing.remove(&place) {
            None => again.push(entry.job),
            Some(current) => {
                let order = current.map(|item| item.parse::<Order>()).transpose();
                let answer = order
                    .map_err(SaleError::from)
                    .and_then(|order| stands(&entry.job.step, order));
                entry.job.answer(answer);
            }
        }
    }
    again
}

/// The answer to a step whose order stands otherwise than the step expected: made before, or not possible any more.
fn stands(step: &Step, order: Option<Order>) -> Result<Settled, SaleError> {
    let Some(order) = order else {
        return Err(SaleError::Unknown);
    };
    match step {
        Step::Place(request) if order.fingerprint == request.fingerprint => Ok(Settled {
            order,
            replayed: true,
        }),
        Step::Place(_) => Err(SaleError::KeyReused),
        Step::Confirm { .. } => match order.state {
            OrderState::Confirmed { .. } => Ok(Settled {
                order,
                replayed: true,
            }),
            OrderState::Expired { .. } => Err(SaleError::HoldExpired),
            OrderState::Held { .. } | OrderState::Cancelled { .. } => Err(SaleError::NotHeld),
        },
        Step::Release { .. } => match order.state {
            OrderState::Cancelled { .. } | OrderState::Expired { .. } => Ok(Settled {
                order,
                replayed: true,
            }),
            OrderState::Held { .. } | OrderState::Confirmed { .. } => Err(SaleError::NotHeld),
        },
    }
}

/// Answers jobs that are not to be served; but one that was served before, and asks again, gets its first answer.
async fn answer_refused(ports: &Ports, refused: Vec<(Job, SaleError)>) {
    if refused.is_empty() {
        return;
    }
    let keys: Vec<_> = refused
        .iter()
        .map(|(job, _)| items::order_key(order_id(&job.step)))
        .collect();
    let standing = match ports.store.get_many(&keys, Read::Consistent).await {
        Ok(standing) => standing,
        Err(error) => return answer_all(refused.into_iter().map(|(job, _)| job), &error.into()),
    };
    for ((job, error), item) in refused.into_iter().zip(standing) {
        let answer = match (item.map(|item| item.parse::<Order>()), &job.step) {
            (Some(Ok(order)), Step::Place(_)) => stands(&job.step, Some(order)),
            (Some(Err(corrupt)), _) => Err(corrupt.into()),
            _ => Err(error),
        };
        job.answer(answer);
    }
}

fn requeue(waiting: &mut VecDeque<Job>, mut job: Job) {
    job.tries += 1;
    if job.tries > TRIES_MAX {
        job.answer(Err(CommitError::Busy {
            why: format!("refused {TRIES_MAX} times in a row"),
        }
        .into()));
    } else {
        waiting.push_front(job);
    }
}

fn answer_all(jobs: impl IntoIterator<Item = Job>, error: &SaleError) {
    for job in jobs {
        job.answer(Err(error.clone()));
    }
}

/// What the entry's step is told to others as.
fn message(ports: &Ports, entry: &Entry) -> Envelope {
    let Ports { clock, ids, .. } = ports;
    let order = &entry.order;
    let (order_id, event_id, quantity) = (order.id, order.event_id, order.quantity());
    match order.state {
        OrderState::Held { expires_at } => envelope(
            &**clock,
            &**ids,
            &OrderHeld {
                order_id,
                event_id,
                quantity,
                expires_at,
            },
        ),
        OrderState::Confirmed { confirmed_at } => {
            let confirmed = OrderConfirmed {
                order_id,
                event_id,
                user_id: order.user_id,
                buyer_email: order.buyer.email.clone(),
                buyer_name: order.buyer.name.clone(),
                lines: order.lines.clone(),
                tickets: order.numbered_tickets().map(|(id, _)| id).collect(),
                total: order.total,
                confirmed_at,
            };
            envelope(&**clock, &**ids, &confirmed)
        }
        OrderState::Cancelled { .. } | OrderState::Expired { .. } => {
            let expired = matches!(order.state, OrderState::Expired { .. });
            envelope(
                &**clock,
                &**ids,
                &OrderReleased {
                    order_id,
                    event_id,
                    quantity,
                    expired,
                },
            )
        }
    }
}
