//! An event changed: remember what it is now, and tell its holders where it concerns them.

use turnout_domain::messages::{EventChange, EventChanged, EventStatus};
use turnout_store::{Change, CommitError, Expect};

use crate::commit::COMMIT_ATTEMPTS_MAX;
use crate::error::EffectError;
use crate::items::{FanOut, event_put};
use crate::model::{Cause, Kind, KnownEvent, event_cancelled, event_changed};
use crate::{Engagement, TABLE};

impl Engagement {
    /// Takes a change of an event. Our copy and the work to tell its holders are one change: neither is there alone.
    pub(crate) async fn follow_event(&self, cause: Cause, changed: EventChanged) -> Result<(), EffectError> {
        let change = changed.change;
        let told = KnownEvent::told(changed, Some(cause));
        let mut refused = CommitError::Refused(Vec::new());
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let copy = self.event_copy(told.id).await?;
            let merged = merged(&told, copy.as_ref().map(|(copy, _)| copy));
            let mut writes = Change::of(TABLE);
            if copy.as_ref().is_none_or(|(copy, _)| *copy != merged) {
                let expect = copy.map_or(Expect::Absent, |(_, version)| Expect::Version(version));
                writes = writes.put(event_put(&merged), expect);
            }
            let fan_out = fan_out(cause, &told, change, merged.status);
            let writes = match &fan_out {
                Some(fan_out) if !self.is_known(fan_out).await? => Self::planned(writes, fan_out),
                _ => writes,
            };
            if writes.writes.is_empty() {
                return Ok(());
            }
            match self.commit(writes).await {
                Ok(_) => {
                    self.fan_outs().notify_one();
                    return Ok(());
                }
                Err(error @ CommitError::Refused(_)) => refused = error,
                Err(error) => return Err(error.into()),
            }
        }
        Err(refused.into())
    }
}

/// What is remembered once `told` is known as well: the newer of the two, and the first word of a cancellation. A
/// message that comes late does not change what the event is, but its holders have not heard it yet.
fn merged(told: &KnownEvent, copy: Option<&KnownEvent>) -> KnownEvent {
    let newer = copy.filter(|copy| copy.version >= told.version).unwrap_or(told);
    let cancelled_by = copy.and_then(|copy| copy.cancelled_by).or(told.cancelled_by);
    KnownEvent {
        cancelled_by,
        ..newer.clone()
    }
}

/// What the event's holders are told of `change`, if anything, the event being `status` by now.
fn fan_out(cause: Cause, told: &KnownEvent, change: EventChange, status: EventStatus) -> Option<FanOut> {
    let (kind, message) = match (change, status) {
        (EventChange::Cancelled, _) => (Kind::EventCancelled, event_cancelled(told)),
        (EventChange::Updated { moved: true }, EventStatus::Published) => {
            (Kind::EventChanged, event_changed(told))
        }
        (EventChange::Created | EventChange::Published | EventChange::Updated { .. }, _) => return None,
    };
    Some(FanOut {
        cause,
        event: told.id,
        kind,
        message,
        told: None,
    })
}
