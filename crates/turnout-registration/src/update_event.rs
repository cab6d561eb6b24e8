//! To edit an event. Its capacity is ticketing's to grant, which knows what is sold.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use turnout_domain::EventId;
use turnout_domain::messages::EventChange;
use turnout_http::{IfMatch, Manage, PeerError, Permit, Problem};
use turnout_store::{CommitError, StoreError};

use crate::Registration;
use crate::model::{CountedEvent, Edit, EditRefused, Patch};
use crate::registration::COMMIT_ATTEMPTS_MAX;

/// The edit of an event.
#[derive(Debug)]
pub(crate) struct UpdateEvent {
    pub(crate) id: EventId,
    /// The version that the edit is based on, if it says so.
    pub(crate) based_on: IfMatch,
    pub(crate) patch: Patch,
}

/// Why an event is not edited.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpdateEventError {
    #[error("there is no such event")]
    Unknown,
    /// The edit is based on another version than the one that stands.
    #[error("the event has changed since it was read")]
    Changed(Box<Problem>),
    #[error(transparent)]
    Refused(#[from] EditRefused),
    /// More places are taken than the event would have.
    #[error("{sold:?} places are sold or held")]
    CapacityBelowSold { sold: Option<u64> },
    #[error("ticketing could not be asked for the capacity")]
    Ticketing(PeerError),
    #[error("could not read the event")]
    Store(#[from] StoreError),
    #[error("could not write the event")]
    Commit(#[from] CommitError),
}

impl Registration {
    /// Edits an event of the permit's organizer. An edit that changes nothing leaves its version.
    pub(crate) async fn update_event(
        &self,
        by: &Permit<Manage>,
        command: &UpdateEvent,
    ) -> Result<CountedEvent, UpdateEventError> {
        let mut granted = false;
        let outcome = self.try_update(by, command, &mut granted).await;
        if granted && outcome.is_err() {
            self.restore_capacity(command.id).await;
        }
        outcome
    }

    /// Edits the event. `granted` becomes true once ticketing sells by the edit's capacity.
    async fn try_update(
        &self,
        by: &Permit<Manage>,
        command: &UpdateEvent,
        granted: &mut bool,
    ) -> Result<CountedEvent, UpdateEventError> {
        let mut attempts = 1;
        loop {
            let found = self.event(command.id).await?;
            let found = found.filter(|found| found.event.organizer == by.organizer());
            let current = found.ok_or(UpdateEventError::Unknown)?;
            let based_on = command.based_on.check(current.event.version);
            based_on.map_err(|problem| UpdateEventError::Changed(Box::new(problem)))?;
            let edited = current.event.edited(&command.patch, self.now())?;
            // Asked also if the capacity stays: should an earlier edit have ended between the two services, this one
            // brings them together again.
            if let Edit::Set(max_capacity) = command.patch.max_capacity {
                self.grant_capacity(command.id, max_capacity).await?;
                *granted = true;
            }
            let Some(event) = edited else {
                return Ok(current);
            };
            let moved = event.has_moved_from(&current.event);
            match self.commit_changed(&event, EventChange::Updated { moved }).await {
                Ok(_) => return Ok(CountedEvent { event, ..current }),
                Err(CommitError::Refused(_)) if attempts < COMMIT_ATTEMPTS_MAX => attempts += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Asks ticketing to sell at most so many places. It goes first: a capacity that is shown but not kept would
    /// oversell.
    async fn grant_capacity(
        &self,
        event: EventId,
        max_capacity: Option<u32>,
    ) -> Result<(), UpdateEventError> {
        let path = format!("/internal/events/{event}/capacity");
        let ticketing = &self.edge().peers().ticketing;
        match ticketing.put::<Capacity>(&path, &Capacity { max_capacity }).await {
            Ok(_) => Ok(()),
            Err(PeerError::Refused {
                status: StatusCode::CONFLICT,
                problem,
                ..
            }) => {
                let sold = problem["sold"].as_u64();
                Err(UpdateEventError::CapacityBelowSold { sold })
            }
            Err(error) => Err(UpdateEventError::Ticketing(error)),
        }
    }

    /// Has ticketing sell by the capacity of the event as it stands, after an edit that was granted and not written.
    /// Should that fail too, the next edit of the capacity brings both together.
    async fn restore_capacity(&self, id: EventId) {
        let restored = match self.event(id).await {
            Ok(Some(found)) => self.grant_capacity(id, found.event.details.max_capacity).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = restored {
            tracing::warn!(event.id = %id, %error, "Ticketing may sell event `{id}` by a capacity that it does not show");
        }
    }
}

/// What ticketing is asked, and what it answers.
#[derive(Debug, Serialize, Deserialize)]
struct Capacity {
    max_capacity: Option<u32>,
}
