//! One event and its life: draft, published, cancelled; ended once its time is over.

use jiff::Timestamp;
use turnout_domain::messages::{EventChange, EventChanged, EventStatus};
use turnout_domain::{EventId, OrganizerId, Text};

use super::{Patch, Schedule, ScheduleError};

/// An event's name.
pub(crate) type Title = Text<1, 150>;
/// What an event is about, in as many lines as it takes.
pub(crate) type Description = Text<1, 10_000, true>;
/// A venue's name.
pub(crate) type VenueName = Text<1, 150>;
/// Where a venue is.
pub(crate) type VenueAddress = Text<1, 300>;

/// An event as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    pub(crate) organizer: OrganizerId,
    /// The version of its record: 1 when it was made, one more with every change.
    pub(crate) version: u64,
    pub(crate) details: Details,
    pub(crate) state: State,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What an organizer says about an event, and may edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Details {
    pub(crate) title: Title,
    pub(crate) description: Option<Description>,
    pub(crate) venue: Option<Venue>,
    pub(crate) schedule: Schedule,
    /// The most places of all ticket types together.
    pub(crate) max_capacity: Option<u32>,
}

/// Where an event takes place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Venue {
    pub(crate) name: VenueName,
    pub(crate) address: Option<VenueAddress>,
}

/// Where an event is in its life, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Being written; only members see it.
    Draft,
    /// On show.
    Published { at: Timestamp },
    /// Will not take place.
    Cancelled {
        published_at: Option<Timestamp>,
        at: Timestamp,
    },
}

/// Where an event is in its life, as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Draft,
    Published,
    Cancelled,
    /// Was on show, and is over by the clock.
    Ended,
}

/// An event, and how many places at it are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CountedEvent {
    pub(crate) event: Event,
    /// The confirmed places: one for each ticket.
    pub(crate) registered: u64,
}

/// Why an event is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PublishRefused {
    #[error("a cancelled event cannot be published again")]
    Cancelled,
    #[error("the event would have begun already")]
    StartPast,
}

/// Why an event is not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CancelRefused {
    #[error("the event is over")]
    Ended,
}

/// Why an event is not edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EditRefused {
    #[error("a cancelled event cannot be edited")]
    Cancelled,
    #[error("the event is over")]
    Ended,
    #[error("the event cannot take place then")]
    Schedule(Vec<ScheduleError>),
}

impl Event {
    /// A new event: a draft.
    pub(crate) fn draft(id: EventId, organizer: OrganizerId, details: Details, now: Timestamp) -> Self {
        Self {
            id,
            organizer,
            version: 1,
            details,
            state: State::Draft,
            created_at: now,
            updated_at: now,
        }
    }

    /// The event on show, or `None` if it is already.
    pub(crate) fn published(&self, now: Timestamp) -> Result<Option<Self>, PublishRefused> {
        match self.state {
            State::Published { .. } => Ok(None),
            State::Cancelled { .. } => Err(PublishRefused::Cancelled),
            State::Draft if self.details.schedule.has_begun(now) => Err(PublishRefused::StartPast),
            State::Draft => Ok(Some(Self {
                state: State::Published { at: now },
                ..self.changed(now)
            })),
        }
    }

    /// The event called off, or `None` if it is already. One that took place cannot be: its visitors would be told.
    pub(crate) fn cancelled(&self, now: Timestamp) -> Result<Option<Self>, CancelRefused> {
        let published_at = match (self.state, self.status(now)) {
            (State::Cancelled { .. }, _) => return Ok(None),
            (_, Status::Ended) => return Err(CancelRefused::Ended),
            (State::Published { at }, _) => Some(at),
            (State::Draft, _) => None,
        };
        let state = State::Cancelled {
            published_at,
            at: now,
        };
        Ok(Some(Self {
            state,
            ..self.changed(now)
        }))
    }

    /// The event after the edit, or `None` if that changes nothing.
    pub(crate) fn edited(&self, patch: &Patch, now: Timestamp) -> Result<Option<Self>, EditRefused> {
        match self.status(now) {
            Status::Cancelled => return Err(EditRefused::Cancelled),
            Status::Ended => return Err(EditRefused::Ended),
            Status::Draft | Status::Published => {}
        }
        let details = patch.applied(&self.details, now).map_err(EditRefused::Schedule)?;
        if details == self.details {
            return Ok(None);
        }
        Ok(Some(Self {
            details,
            ..self.changed(now)
        }))
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self {
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }

    /// Whether it takes place at another time or place than `before`.
    pub(crate) fn has_moved_from(&self, before: &Self) -> bool {
        self.details.schedule != before.details.schedule || self.details.venue != before.details.venue
    }

    /// Where it is in its life at `now`.
    pub(crate) fn status(&self, now: Timestamp) -> Status {
        match self.state {
            State::Draft => Status::Draft,
            State::Published { .. } if self.details.schedule.is_over(now) => Status::Ended,
            State::Published { .. } => Status::Published,
            State::Cancelled { .. } => Status::Cancelled,
        }
    }

    /// The event as others are told of it.
    pub(crate) fn told(&self, change: EventChange) -> EventChanged {
        let details = &self.details;
        EventChanged {
            event_id: self.id,
            organizer_id: self.organizer,
            version: self.version,
            change,
            status: match self.state {
                State::Draft => EventStatus::Draft,
                State::Published { .. } => EventStatus::Published,
                State::Cancelled { .. } => EventStatus::Cancelled,
            },
            title: details.title.to_string(),
            starts_at: details.schedule.starts_at().clone(),
            ends_at: details.schedule.ends_at().clone(),
            venue_name: details.venue.as_ref().map(|venue| venue.name.to_string()),
            max_capacity: details.max_capacity,
        }
    }

    /// The event as it is told to who has not heard of it: with the step of its life that it stands at.
    pub(crate) fn told_whole(&self) -> EventChanged {
        self.told(match self.state {
            State::Draft => EventChange::Created,
            State::Published { .. } => EventChange::Published,
            State::Cancelled { .. } => EventChange::Cancelled,
        })
    }
}

#[cfg(test)]
pub(super) mod tests;
