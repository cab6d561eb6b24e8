//! Work in the background that one process at a time should do.

mod claim;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

pub(crate) use self::claim::{Claim, Step};
use crate::{Change, Condition, Store, Table};

/// How long a claim is good for after it was last renewed. Others wait for it as long as this before they take over,
/// each by its own stopwatch: no two clocks are compared.
pub const LEASE_SECONDS: u64 = 6;
const TTL: Duration = Duration::from_secs(LEASE_SECONDS);
/// How often the holder renews its claim: twice may fail.
const RENEW: Duration = Duration::from_secs(2);
/// How often the others look, and how soon the holder tries again what failed.
const LOOK: Duration = Duration::from_secs(1);
/// How long the end of a process may be held up by letting go of a claim.
const RELEASE_DURATION_MAX: Duration = Duration::from_secs(2);

/// A claim on a piece of work, kept in the table that the work is about. Of all processes that ask, one at a time holds
/// it; when that one ends, another does at once, and when it dies or freezes, after some seconds
/// ([`LEASE_SECONDS`], and one more to notice).
///
/// A process that was frozen may wake up and not know yet that its claim is gone. What it then commits does no harm if
/// it is [fenced](Held::fence), or if it changes nothing that was done already.
///
/// A store that only one process can write ([`Store::is_exclusive`]) needs no claims: everything is held, at no cost.
/// A clone is the same claim.
#[derive(Clone)]
pub struct Lease {
    claimed: Arc<Claimed>,
}

struct Claimed {
    store: Arc<dyn Store>,
    table: Table,
    work: &'static str,
    exclusive: bool,
    /// Until when the claim is good, if it is held.
    until: Mutex<Option<Instant>>,
    is_held: metrics::Gauge,
    takeovers: metrics::Counter,
}

/// What someone who holds a claim works with.
#[derive(Debug, Clone)]
pub struct Held {
    /// Cancelled once the work must end: the claim is gone, or the process ends.
    pub ended: CancellationToken,
    /// What a change of ours checks; none where no other process can be.
    fence: Option<Fence>,
}

/// The item that changes hands with the claim. Its version counts the claims: the fencing number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fence {
    pub(crate) table: Table,
    pub(crate) work: &'static str,
    pub(crate) epoch: u64,
}

impl Held {
    /// `change`, refused unless nobody else has claimed the work since. One check more of the change's hundred writes.
    pub fn fence(&self, change: Change) -> Change {
        match self.fence {
            Some(fence) => change.check(
                claim::fence_key(fence.table, fence.work),
                Condition::Version(fence.epoch),
            ),
            None => change,
        }
    }

    /// The work of a process that nobody contends with: it ends with `ended`.
    pub fn alone(ended: CancellationToken) -> Self {
        Self { ended, fence: None }
    }

    #[cfg(any(test, feature = "conformance"))]
    pub(crate) fn under(fence: Fence) -> Self {
        Self {
            ended: CancellationToken::new(),
            fence: Some(fence),
        }
    }
}

impl Lease {
    /// A claim on `work` in `table`; not held yet. `work` is the same in every process: lower-case letters and hyphens.
    pub fn new(store: Arc<dyn Store>, table: Table, work: &'static str) -> Self {
        let exclusive = store.is_exclusive();
        Self::contended(store, table, work, exclusive)
    }

    fn contended(store: Arc<dyn Store>, table: Table, work: &'static str, exclusive: bool) -> Self {
        metrics::describe_gauge!(
            "turnout_lease_held",
            "1 where this process does the work in the background, 0 where another should"
        );
        metrics::describe_counter!(
            "turnout_lease_claims_total",
            "How often this process has taken a piece of work"
        );
        let labels = [("table", table.0), ("work", work)];
        let claimed = Claimed {
            store,
            table,
            work,
            exclusive,
            until: Mutex::new(None),
            is_held: metrics::gauge!("turnout_lease_held", &labels),
            takeovers: metrics::counter!("turnout_lease_claims_total", &labels),
        };
        claimed.is_held.set(0);
        Self {
            claimed: Arc::new(claimed),
        }
    }

    /// Whether this process holds the claim at this moment. It asks a stopwatch, not the store: a process that was
    /// frozen knows at once.
    pub fn is_held(&self) -> bool {
        let until = *self.claimed.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| self.claimed.exclusive || Instant::now() < until)
    }

    /// Does `work` whenever this process holds the claim, until `shutdown` is cancelled; then lets go of it. The work
    /// ends soon after [`Held::ended`] is cancelled; if it ends before, the claim is let go of as well and this returns.
    pub async fn hold<W: Future<Output = ()>>(&self, shutdown: CancellationToken, work: impl Fn(Held) -> W) {
        if self.claimed.exclusive {
            self.note(Some(Instant::now()));
            work(Held::alone(shutdown)).await;
            self.note(None);
            return;
        }
        let Claimed {
            table, work: name, ..
        } = *self.claimed;
        let mut claim = Claim::new(table, name, TTL);
        while let Some(until) = self.obtain(&mut claim, &shutdown).await {
            self.claimed.takeovers.increment(1);
            let ended = shutdown.child_token();
            let held = Held {
                ended: ended.clone(),
                fence: claim.fence(),
            };
            let mut work = pin!(work(held));
            let done = tokio::select! {
                () = &mut work => true,
                () = self.keep(&mut claim, until) => false,
            };
            if done {
                break;
            }
            tracing::warn!(
                table = table.0,
                work = name,
                "Lost the claim on `{name}`: another process does it, or soon will"
            );
            ended.cancel();
            work.await;
        }
        self.note(None);
        let release = claim.release(&*self.claimed.store);
        if timeout(RELEASE_DURATION_MAX, release).await.is_err() {
            tracing::warn!(
                table = table.0,
                work = name,
                "Could not let go of the claim on `{name}`; it runs out by itself"
            );
        }
    }

    /// Waits until the claim is ours, and until when; none at shutdown.
    async fn obtain(&self, claim: &mut Claim, shutdown: &CancellationToken) -> Option<Instant> {
        let mut failing = false;
        while !shutdown.is_cancelled() {
            // The store bounds its own calls; this one is bounded too so that a late answer makes no claim of the past.
            let step = tokio::select! {
                step = timeout(TTL, claim.step(&*self.claimed.store)) => step.unwrap_or(Step::Failed("no answer in time".to_owned())),
                () = shutdown.cancelled() => return None,
            };
            match step {
                Step::Held { until } => {
                    self.note(Some(until));
                    return Some(until);
                }
                Step::Elsewhere => failing = false,
                Step::Failed(why) if !failing => {
                    failing = true;
                    let name = self.claimed.work;
                    tracing::warn!(
                        table = self.claimed.table.0,
                        work = name,
                        error = why,
                        "Could not ask for the claim on `{name}`; trying again"
                    );
                }
                Step::Failed(_) => {}
            }
            tokio::select! {
                () = sleep(LOOK) => {}
                () = shutdown.cancelled() => return None,
            }
        }
        None
    }

    /// Renews the claim, which is good until `until`, until it is lost.
    async fn keep(&self, claim: &mut Claim, mut until: Instant) {
        let mut next = Instant::now() + RENEW;
        loop {
            sleep_until(next.min(until)).await;
            let step = tokio::time::timeout_at(until, claim.step(&*self.claimed.store)).await;
            match step {
                Ok(Step::Held { until: renewed }) => {
                    until = renewed;
                    self.note(Some(until));
                    next = Instant::now() + RENEW;
                }
                Ok(Step::Failed(_)) if Instant::now() < until => next = Instant::now() + LOOK,
                Ok(Step::Elsewhere | Step::Failed(_)) | Err(_) => {
                    self.note(None);
                    return;
                }
            }
        }
    }

    fn note(&self, until: Option<Instant>) {
        self.claimed.is_held.set(i32::from(until.is_some()));
        *self.claimed.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}
