//! When an event takes place.

use jiff::{SignedDuration, Timestamp};
use turnout_domain::{PlannedTime, PlannedTimeError};

/// The longest event: a year's exhibition, leap years included.
pub(crate) const LENGTH_DAYS_MAX: i64 = 366;
/// How far ahead an event may begin: 10 years, the leap days included. A slip of the keyboard is further.
const AHEAD_DAYS_MAX: i64 = 3653;

/// A time zone of the IANA database, in its database's spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone(String);

/// From when to when an event takes place, in one zone. To hold one is to know that it ends after it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Schedule {
    starts_at: PlannedTime,
    ends_at: PlannedTime,
}

/// Why an event cannot take place then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScheduleError {
    /// The beginning cannot be read as a time of the zone.
    #[error("{0}")]
    StartUnreadable(PlannedTimeError),
    /// The end cannot be read as a time of the zone.
    #[error("{0}")]
    EndUnreadable(PlannedTimeError),
    /// It would have begun already.
    #[error("Use a time in the future.")]
    StartPast,
    /// It would begin in more than ten years.
    #[error("Use a time within the next ten years.")]
    StartTooFar,
    /// It would be over when it begins.
    #[error("The event has to end after it begins.")]
    EndNotAfterStart,
    /// It would be longer than a year.
    #[error("An event lasts at most {LENGTH_DAYS_MAX} days.")]
    TooLong,
    /// It would be over already.
    #[error("Use a time in the future; to call an event off, cancel it.")]
    EndPast,
}

impl Zone {
    /// The zone of this name.
    pub(crate) fn parse(name: &str) -> Result<Self, PlannedTimeError> {
        // Any time will do: what is looked up is the zone.
        let time = PlannedTime::parse("2000-01-01T00:00:00", name)?;
        Ok(Self(time.zone_name().to_owned()))
    }

    /// The zone in which a time is read if the one that was given is none, so that both can be found fault with.
    pub(crate) fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// Reads a time as one on this zone's walls.
    pub(crate) fn read(&self, text: &str) -> Result<PlannedTime, PlannedTimeError> {
        PlannedTime::parse(text.trim(), &self.0)
    }

    /// Its name in the IANA database.
    pub(crate) fn name(&self) -> &str {
        &self.0
    }
}

impl Schedule {
    /// The schedule of a new event, or everything that is wrong with it.
    pub(crate) fn planned(
        starts_at: PlannedTime,
        ends_at: PlannedTime,
        now: Timestamp,
    ) -> Result<Self, Vec<ScheduleError>> {
        let mut errors = Vec::new();
        if starts_at.instant() <= now {
            errors.push(ScheduleError::StartPast);
        }
        Self::checked(starts_at, ends_at, now, errors)
    }

    /// The schedule that an event is moved to. It may have begun, since what runs can be prolonged, but not be over.
    pub(crate) fn moved(
        starts_at: PlannedTime,
        ends_at: PlannedTime,
        now: Timestamp,
    ) -> Result<Self, Vec<ScheduleError>> {
        let mut errors = Vec::new();
        if ends_at.instant() <= now && starts_at.instant() < ends_at.instant() {
            errors.push(ScheduleError::EndPast);
        }
        Self::checked(starts_at, ends_at, now, errors)
    }

    fn checked(
        starts_at: PlannedTime,
        ends_at: PlannedTime,
        now: Timestamp,
        mut errors: Vec<ScheduleError>,
    ) -> Result<Self, Vec<ScheduleError>> {
        if starts_at.instant().duration_since(now) > days(AHEAD_DAYS_MAX) {
            errors.push(ScheduleError::StartTooFar);
        }
        let length = ends_at.instant().duration_since(starts_at.instant());
        if length <= SignedDuration::ZERO {
            errors.push(ScheduleError::EndNotAfterStart);
        } else if length > days(LENGTH_DAYS_MAX) {
            errors.push(ScheduleError::TooLong);
        }
        if errors.is_empty() {
            Ok(Self { starts_at, ends_at })
        } else {
            Err(errors)
        }
    }

    /// A schedule that was checked when it was stored.
    pub(crate) fn from_stored(starts_at: PlannedTime, ends_at: PlannedTime) -> Self {
        Self { starts_at, ends_at }
    }

    /// When it begins.
    pub(crate) fn starts_at(&self) -> &PlannedTime {
        &self.starts_at
    }

    /// When it is over.
    pub(crate) fn ends_at(&self) -> &PlannedTime {
        &self.ends_at
    }

    /// The zone of both.
    pub(crate) fn zone(&self) -> Zone {
        Zone(self.starts_at.zone_name().to_owned())
    }

    /// Whether it has begun.
    pub(crate) fn has_begun(&self, now: Timestamp) -> bool {
        self.starts_at.instant() <= now
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.ends_at.instant() <= now
    }
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(days * 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(starts_at: &str, ends_at: &str) -> Result<Schedule, Vec<ScheduleError>> {
        let zone = Zone::parse("Europe/Lisbon").unwrap();
        let now = "2027-01-01T12:00:00Z".parse().unwrap();
        Schedule::planned(zone.read(starts_at).unwrap(), zone.read(ends_at).unwrap(), now)
    }

    #[test]
    fn an_event_ends_after_it_begins_and_within_a_year() {
        assert!(planned("2027-07-04T20:00:00", "2027-07-04T23:00:00").is_ok());
        assert!(planned("2027-07-04T20:00:00", "2028-07-04T20:00:00").is_ok());
        assert_eq!(
            planned("2027-07-04T20:00:00", "2027-07-04T20:00:00"),
            Err(vec![ScheduleError::EndNotAfterStart])
        );
        assert_eq!(
            planned("2027-07-04T20:00:00", "2028-07-04T20:00:01"),
            Err(vec![ScheduleError::TooLong])
        );
    }

    #[test]
    fn an_event_begins_in_the_future_and_within_ten_years() {
        assert_eq!(
            planned("2027-01-01T12:00:00", "2027-01-01T13:00:00"),
            Err(vec![ScheduleError::StartPast])
        );
        assert_eq!(
            planned("2037-01-02T12:00:00", "2037-01-02T13:00:00"),
            Err(vec![ScheduleError::StartTooFar])
        );
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        assert_eq!(
            planned("2026-07-04T20:00:00", "2026-07-04T19:00:00"),
            Err(vec![ScheduleError::StartPast, ScheduleError::EndNotAfterStart])
        );
    }

    #[test]
    fn a_zone_gets_the_spelling_of_its_database() {
        assert_eq!(Zone::parse("europe/lisbon").unwrap().name(), "Europe/Lisbon");
        assert_eq!(Zone::parse("Mars/Base"), Err(PlannedTimeError::Zone));
    }
}
