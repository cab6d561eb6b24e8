//! One process' side of a claim: what it saw, and what it holds.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::Fence;
use crate::{Change, CommitError, Document, Expect, Key, NewItem, Read, Store, StoreError, Table};

/// How a claim stands after one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is ours, for as long as this.
    Held {
        /// Counted from before the store was asked.
        until: Instant,
    },
    /// Another process has it.
    Elsewhere,
    /// The store did not say.
    Failed(String),
}

/// What stands in the table, at `lease#WORK` `holder`. Its version rises with every renewal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    /// The process that holds the claim; empty if none does. For people, and to know ourselves.
    owner: String,
    /// How often the work was claimed: the version of the item at `lease#WORK` `fence`.
    epoch: u64,
}

/// One process' side of a claim.
#[derive(Debug)]
pub(crate) struct Claim {
    table: Table,
    work: &'static str,
    ttl: Duration,
    owner: String,
    /// The version of the holder's item that stands since our last step, and our number, while we hold the claim.
    held: Option<(u64, u64)>,
    /// Another's version of the holder's item, and since when we have seen no newer one.
    seen: Option<(u64, Instant)>,
}

pub(super) fn fence_key(table: Table, work: &str) -> Key {
    Key::new(table, format!("lease#{work}"), "fence")
}

fn holder_key(table: Table, work: &str) -> Key {
    Key::new(table, format!("lease#{work}"), "holder")
}

impl Claim {
    pub(crate) fn new(table: Table, work: &'static str, ttl: Duration) -> Self {
        // Kubernetes says the pod's name there.
        let host = std::env::var("HOSTNAME").unwrap_or_default();
        let host: String = host.chars().filter(char::is_ascii_graphic).take(64).collect();
        let chance = getrandom::u64().expect("the operating system gives random numbers");
        let owner = format!("{host}/{}/{chance:016x}", std::process::id());
        Self {
            table,
            work,
            ttl,
            owner,
            held: None,
            seen: None,
        }
    }

    /// Our number among all claims on this work, while we hold it.
    pub(crate) fn fence(&self) -> Option<Fence> {
        let (table, work) = (self.table, self.work);
        self.held.map(|(_, epoch)| Fence { table, work, epoch })
    }

    /// Renews the claim if we hold it; otherwise looks whether it can be had, and takes it.
    pub(crate) async fn step(&mut self, store: &dyn Store) -> Step {
        match self.held {
            Some((version, epoch)) => self.renew(store, version, epoch).await,
            None => self
                .look(store)
                .await
                .unwrap_or_else(|error| Step::Failed(error.to_string())),
        }
    }

    async fn renew(&mut self, store: &dyn Store, version: u64, epoch: u64) -> Step {
        let began = Instant::now();
        let change = Change::of(self.table).put(self.holder(&self.owner, epoch), Expect::Version(version));
        match store.commit(change).await {
            Ok(_) => Step::Held {
                until: self.note_held(began, version + 1, epoch),
            },
            Err(CommitError::Refused(refusals)) => {
                // A renewal whose answer was lost shows as a newer version of our own. Since when it stands we do not
                // know, so the next renewal counts, not this one.
                let current = refusals.into_iter().next().and_then(|refusal| refusal.current);
                match current.as_ref().map(|item| (item, item.parse::<Holder>())) {
                    Some((item, Ok(holder))) if holder.owner == self.owner && holder.epoch == epoch => {
                        self.held = Some((item.version, epoch));
                        Step::Failed("the answer to a renewal was lost".to_owned())
                    }
                    _ => {
                        self.held = None;
                        self.seen = current.map(|item| (item.version, Instant::now()));
                        Step::Elsewhere
                    }
                }
            }
            Err(error) => Step::Failed(error.to_string()),
        }
    }

    async fn look(&mut self, store: &dyn Store) -> Result<Step, StoreError> {
        // It may be an older state: then the claim below is refused.
        let found = store
            .get(&holder_key(self.table, self.work), Read::Eventual)
            .await?;
        let Some(item) = found else {
            let fence = store
                .get(&fence_key(self.table, self.work), Read::Consistent)
                .await?;
            let epoch = fence.map_or(0, |fence| fence.version);
            return Ok(self.take(store, Expect::Absent, 0, epoch).await);
        };
        let holder = item.parse::<Holder>()?;
        let now = Instant::now();
        if holder.owner == self.owner {
            // Ours, by a claim whose answer was lost. A renewal tells whether it still is.
            return Ok(self.renew(store, item.version, holder.epoch).await);
        }
        let seen = self.seen.filter(|(version, _)| *version == item.version);
        let has_run_out = seen.is_some_and(|(_, since)| now - since >= self.ttl);
        self.seen = seen.or(Some((item.version, now)));
        let is_free = holder.owner.is_empty();
        if !is_free && !has_run_out {
            return Ok(Step::Elsewhere);
        }
        let step = self
            .take(store, Expect::Version(item.version), item.version, holder.epoch)
            .await;
        if matches!(step, Step::Held { .. }) && !is_free {
            let Self { table, work, .. } = *self;
            tracing::warn!(
                table = table.0,
                work,
                from = holder.owner,
                "Took over `{work}` from a process that is silent"
            );
        }
        Ok(step)
    }

    /// Takes the claim that stands at `version`, the `epoch`th one.
    async fn take(&mut self, store: &dyn Store, expect: Expect, version: u64, epoch: u64) -> Step {
        let began = Instant::now();
        let fence = NewItem::new(fence_key(self.table, self.work), Document::empty());
        let fence_expects = if epoch == 0 {
            Expect::Absent
        } else {
            Expect::Version(epoch)
        };
        let change = Change::of(self.table)
            .put(self.holder(&self.owner, epoch + 1), expect)
            .put(fence, fence_expects);
        match store.commit(change).await {
            Ok(_) => {
                let Self { table, work, .. } = *self;
                tracing::info!(
                    table = table.0,
                    work,
                    epoch = epoch + 1,
                    "Holds the claim on `{work}`"
                );
                Step::Held {
                    until: self.note_held(began, version + 1, epoch + 1),
                }
            }
            // Another was quicker.
            Err(CommitError::Refused(_)) => Step::Elsewhere,
            Err(error) => Step::Failed(error.to_string()),
        }
    }

    /// Lets go, so that another takes over at once. What fails is not tried again: the claim runs out by itself.
    pub(crate) async fn release(&mut self, store: &dyn Store) {
        let Some((version, epoch)) = self.held.take() else {
            return;
        };
        let change = Change::of(self.table).put(self.holder("", epoch), Expect::Version(version));
        if let Err(error) = store.commit(change).await {
            tracing::debug!(%error, work = self.work, "A claim was not let go of");
        }
    }

    fn note_held(&mut self, began: Instant, version: u64, epoch: u64) -> Instant {
        self.held = Some((version, epoch));
        self.seen = None;
        began + self.ttl
    }

    fn holder(&self, owner: &str, epoch: u64) -> NewItem {
        let owner = owner.to_owned();
        NewItem::new(
            holder_key(self.table, self.work),
            Document::of(&Holder { owner, epoch }),
        )
    }
}
