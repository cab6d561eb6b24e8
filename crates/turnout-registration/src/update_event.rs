//! To edit an event. Its capacity is ticketing's to grant, which knows what is sold.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use turnout_domain::EventId;
use turnout_domain::messages::EventChange;
use turnout_http::{IfMatch, Manage, Peer, PeerError, Permit, Problem};
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
                grant_capacity(&self.edge().peers().ticketing, command.id, max_capacity).await?;
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
}

/// What ticketing is asked, and what it answers.
#[derive(Debug, Serialize, Deserialize)]
struct Capacity {
    max_capacity: Option<u32>,
}

/// Asks ticketing to sell at most so many places. It goes first: a capacity that is shown but not kept would oversell.
async fn grant_capacity(
    ticketing: &Peer,
    event: EventId,
    max_capacity: Option<u32>,
) -> Result<(), UpdateEventError> {
    let path = format!("/internal/events/{event}/capacity");
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
