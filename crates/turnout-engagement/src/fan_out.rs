//! One message to every holder of an event's tickets, however many they are.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use tokio_util::sync::CancellationToken;
use turnout_bus::pause;
use turnout_domain::UserId;
use turnout_store::{Change, CommitError, Condition, Expect, Held, Item, KEYS_MAX, Lease, Query, SortRange};

use crate::error::EffectError;
use crate::items::{
    FAN_OUTS, FanOut, LAST, behind, fan_out_done_key, fan_out_done_put, fan_out_key, fan_out_put,
    holders_partition, read_fan_out, read_holder,
};
use crate::model::Notification;
use crate::store_notifications::NOTIFICATIONS_A_CHANGE_MAX;
use crate::{Engagement, TABLE};

/// How many holders are told before progress is recorded.
const HOLDERS_A_STEP: usize = 200;
/// How many changes of a step are committed at a time.
const CHANGES_IN_FLIGHT_MAX: usize = 4;
/// How long work that another process planned may wait: of that no signal comes.
const POLL: Duration = Duration::from_millis(500);

/// How a step ended.
enum Step {
    /// There is more to do.
    More,
    /// All are told.
    Done,
    /// Another process is at it.
    Elsewhere,
}

impl Engagement {
    /// Plans a fan-out, unless it is planned or done already.
    pub(crate) async fn plan(&self, fan_out: FanOut) -> Result<(), EffectError> {
        if self.is_known(&fan_out).await? {
            return Ok(());
        }
        match self.commit(Self::planned(Change::of(TABLE), &fan_out)).await {
            Ok(_) => self.fan_outs().notify_one(),
            // It was planned or done at this very moment.
            Err(CommitError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Whether the fan-out is planned or done.
    pub(crate) async fn is_known(&self, fan_out: &FanOut) -> Result<bool, EffectError> {
        let cause = fan_out.cause.message;
        let keys = [fan_out_key(cause), fan_out_done_key(cause)];
        debug_assert!(keys.len() <= KEYS_MAX, "two keys are few");
        let found = self
            .store()
            .get_many(&keys, turnout_store::Read::Consistent)
            .await?;
        Ok(found.iter().any(Option::is_some))
    }

    /// `change`, and the plan to tell every holder.
    pub(crate) fn planned(change: Change, fan_out: &FanOut) -> Change {
        change
            .put(fan_out_put(fan_out), Expect::Absent)
            .check(fan_out_done_key(fan_out.cause.message), Condition::Absent)
    }

    /// Takes every planned fan-out a step further, in turn, until none is left that is ours to do.
    async fn fan_out(&self, held: &Held) -> Result<(), EffectError> {
        loop {
            let mut moved = false;
            let mut failed = None;
            let mut cursor = None;
            loop {
                let page = self
                    .store()
                    .query(Query::partition(TABLE, FAN_OUTS).after(cursor))
                    .await?;
                for item in &page.items {
                    if held.ended.is_cancelled() {
                        return Ok(());
                    }
                    match self.fan_out_step(item, held).await {
                        Ok(step) => moved |= matches!(step, Step::More),
                        // One that fails is no reason to keep the others waiting.
                        Err(error) => failed = Some(error),
                    }
                }
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            if let Some(error) = failed {
                return Err(error);
            }
            if !moved {
                return Ok(());
            }
        }
    }

    /// Tells the next holders and records how far we are. After a crash in between they are told again, under the same
    /// ids, which changes nothing.
    async fn fan_out_step(&self, item: &Item, held: &Held) -> Result<Step, EffectError> {
        let fan_out = read_fan_out(item)?;
        let (users, last) = self.holders_behind(&fan_out).await?;
        let changes: Vec<Vec<Notification>> = users
            .chunks(NOTIFICATIONS_A_CHANGE_MAX)
            .map(|users| users.iter().map(|user| notification(&fan_out, *user)).collect())
            .collect();
        stream::iter(changes)
            .map(|notifications| self.store_notifications(notifications))
            .buffer_unordered(CHANGES_IN_FLIGHT_MAX)
            .try_collect::<Vec<()>>()
            .await?;
        let progress = if last {
            let cause = fan_out.cause.message;
            Change::of(TABLE)
                .delete(item.key.clone(), Condition::Version(item.version))
                .put(fan_out_done_put(cause, self.now()), Expect::Absent)
        } else {
            let told = users.last().copied().or(fan_out.told);
            let further = FanOut { told, ..fan_out };
            Change::of(TABLE).put(fan_out_put(&further), Expect::Version(item.version))
        };
        match self.commit(held.fence(progress)).await {
            Ok(_) if last => Ok(Step::Done),
            Ok(_) => Ok(Step::More),
            Err(CommitError::Refused(_)) => Ok(Step::Elsewhere),
            Err(error) => Err(error.into()),
        }
    }

    /// The next holders to tell, and whether they are the last.
    async fn holders_behind(&self, fan_out: &FanOut) -> Result<(Vec<UserId>, bool), EffectError> {
        let first = fan_out
            .told
            .map_or_else(|| format!("{}_", UserId::PREFIX), behind);
        let query = Query::partition(TABLE, holders_partition(fan_out.event))
            .range(SortRange::Between(first, LAST.to_owned()))
            .limit(HOLDERS_A_STEP);
        let mut cursor = None;
        loop {
            let page = self.store().query(query.clone().after(cursor)).await?;
            // A page may be empty and still not the last one.
            if page.items.is_empty() && page.next.is_some() {
                cursor = page.next;
                continue;
            }
            let holders = page.items.iter().map(read_holder);
            let users = holders
                .map(|holder| holder.map(|holder| holder.user))
                .collect::<Result<_, _>>()?;
            return Ok((users, page.next.is_none()));
        }
    }
}

fn notification(fan_out: &FanOut, user: UserId) -> Notification {
    Notification::caused(
        fan_out.cause,
        user,
        fan_out.event,
        fan_out.kind,
        fan_out.message.clone(),
    )
}

/// Works on what is planned until `shutdown` is cancelled, in one process at a time.
pub(crate) async fn run(engagement: Engagement, shutdown: CancellationToken) {
    let lease = Lease::new(engagement.shared_store(), TABLE, "fan-out");
    lease.hold(shutdown, |held| work_on(&engagement, held)).await;
}

async fn work_on(engagement: &Engagement, held: Held) {
    let mut failures = 0;
    while !held.ended.is_cancelled() {
        let wait = match engagement.fan_out(&held).await {
            Ok(()) => {
                failures = 0;
                POLL
            }
            Err(error) => {
                failures += 1;
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "Could not tell an event's holders; trying again"
                );
                pause(failures)
            }
        };
        tokio::select! {
            () = engagement.fan_outs().notified() => {}
            () = tokio::time::sleep(wait) => {}
            () = held.ended.cancelled() => {}
        }
    }
}
