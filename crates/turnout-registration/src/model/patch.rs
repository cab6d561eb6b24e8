//! What an edit changes, and what it leaves.

use jiff::Timestamp;

use super::{Description, Details, Schedule, ScheduleError, Title, Venue, Zone};

/// One field of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edit<T> {
    /// Leaves what stands.
    Keep,
    /// Puts this in its place.
    Set(T),
}

/// The edit of an event: which of its details become what.
#[derive(Debug, Clone)]
pub(crate) struct Patch {
    pub(crate) title: Edit<Title>,
    pub(crate) description: Edit<Option<Description>>,
    pub(crate) venue: Edit<Option<Venue>>,
    pub(crate) schedule: SchedulePatch,
    pub(crate) max_capacity: Edit<Option<u32>>,
}

/// The edit of a schedule. Its times stay text until they are applied: which time they name depends on the zone, which
/// may be the one that stands.
#[derive(Debug, Clone)]
pub(crate) struct SchedulePatch {
    pub(crate) starts_at: Edit<String>,
    pub(crate) ends_at: Edit<String>,
    pub(crate) zone: Edit<Zone>,
}

impl<T> Edit<T> {
    /// What stands afterwards.
    pub(crate) fn applied(&self, current: &T) -> T
    where
        T: Clone,
    {
        match self {
            Self::Keep => current.clone(),
            Self::Set(value) => value.clone(),
        }
    }
}

impl Patch {
    /// The details after the edit of `current`.
    pub(crate) fn applied(&self, current: &Details, now: Timestamp) -> Result<Details, Vec<ScheduleError>> {
        Ok(Details {
            title: self.title.applied(&current.title),
            description: self.description.applied(&current.description),
            venue: self.venue.applied(&current.venue),
            schedule: self.schedule.applied(&current.schedule, now)?,
            max_capacity: self.max_capacity.applied(&current.max_capacity),
        })
    }
}

impl SchedulePatch {
    /// The schedule after the edit of `current`. A time that is kept stays what it is on the wall, also in another zone.
    /// A schedule that stays as it is is not judged again, so that other details of an event that runs can be edited.
    pub(crate) fn applied(&self, current: &Schedule, now: Timestamp) -> Result<Schedule, Vec<ScheduleError>> {
        let zone = self.zone.applied(&current.zone());
        let starts_at = match &self.starts_at {
            Edit::Keep => current.starts_at().moved_to(zone.name()),
            Edit::Set(text) => zone.read(text),
        };
        let ends_at = match &self.ends_at {
            Edit::Keep => current.ends_at().moved_to(zone.name()),
            Edit::Set(text) => zone.read(text),
        };
        match (starts_at, ends_at) {
            (Ok(starts_at), Ok(ends_at)) => {
                if starts_at == *current.starts_at() && ends_at == *current.ends_at() {
                    Ok(current.clone())
                } else {
                    Schedule::moved(starts_at, ends_at, now)
                }
            }
            (starts_at, ends_at) => {
                let start = starts_at.err().map(ScheduleError::StartUnreadable);
                let end = ends_at.err().map(ScheduleError::EndUnreadable);
                Err(start.into_iter().chain(end).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: SchedulePatch = SchedulePatch {
        starts_at: Edit::Keep,
        ends_at: Edit::Keep,
        zone: Edit::Keep,
    };

    fn set(text: &str) -> Edit<String> {
        Edit::Set(text.to_owned())
    }

    fn current() -> Schedule {
        let zone = Zone::parse("Europe/Lisbon").unwrap();
        Schedule::from_stored(
            zone.read("2027-07-04T20:00:00").unwrap(),
            zone.read("2027-07-04T23:00:00").unwrap(),
        )
    }

    fn at(now: &str) -> Timestamp {
        now.parse().unwrap()
    }

    #[test]
    fn another_zone_keeps_the_times_on_the_wall() {
        let patch = SchedulePatch {
            zone: Edit::Set(Zone::parse("Europe/Oslo").unwrap()),
            ..KEEP
        };
        let moved = patch.applied(&current(), at("2027-01-01T00:00:00Z")).unwrap();
        assert_eq!(moved.starts_at().to_rfc3339(), "2027-07-04T20:00:00+02:00");
        assert_eq!(moved.ends_at().to_rfc3339(), "2027-07-04T23:00:00+02:00");
    }

    #[test]
    fn a_time_is_read_in_the_zone_that_stands_and_judged_with_the_one_that_is_kept() {
        let patch = SchedulePatch {
            starts_at: set("2027-07-04T21:00:00"),
            ..KEEP
        };
        let moved = patch.applied(&current(), at("2027-01-01T00:00:00Z")).unwrap();
        assert_eq!(moved.starts_at().to_rfc3339(), "2027-07-04T21:00:00+01:00");
        let patch = SchedulePatch {
            starts_at: set("2027-07-04T23:30:00"),
            ..KEEP
        };
        assert_eq!(
            patch.applied(&current(), at("2027-01-01T00:00:00Z")),
            Err(vec![ScheduleError::EndNotAfterStart])
        );
    }

    #[test]
    fn what_runs_can_be_prolonged_but_not_moved_into_the_past() {
        let now = at("2027-07-04T20:30:00Z");
        let longer = SchedulePatch {
            ends_at: set("2027-07-05T01:00:00"),
            ..KEEP
        };
        assert!(longer.applied(&current(), now).is_ok());
        let over = SchedulePatch {
            ends_at: set("2027-07-04T21:00:00"),
            ..KEEP
        };
        assert_eq!(over.applied(&current(), now), Err(vec![ScheduleError::EndPast]));
    }

    #[test]
    fn a_schedule_that_stays_is_not_judged_again() {
        let same = SchedulePatch {
            starts_at: set("2027-07-04T20:00:00"),
            ..KEEP
        };
        assert_eq!(
            same.applied(&current(), at("2030-01-01T00:00:00Z")),
            Ok(current())
        );
    }

    #[test]
    fn times_that_cannot_be_read_are_named_together() {
        let patch = SchedulePatch {
            starts_at: set("soon"),
            ends_at: set("later"),
            zone: Edit::Keep,
        };
        assert_eq!(
            patch
                .applied(&current(), at("2027-01-01T00:00:00Z"))
                .unwrap_err()
                .len(),
            2
        );
    }
}
