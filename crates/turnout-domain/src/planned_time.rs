//! Planned times: a wall clock in a place.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// A time on the wall of a place: the poster says 20:00 in Lisbon, whatever the government does to its zone after the
/// tickets are sold. The instant is derived when it is needed. Stored as RFC 9557 without the offset:
/// `2027-07-04T20:00:00[Europe/Lisbon]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTime {
    local: DateTime,
    zone: TimeZone,
}

/// Why a text is not a planned time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlannedTimeError {
    /// The zone is not in the IANA database.
    #[error("Use a zone of the IANA database, such as Europe/Lisbon.")]
    Zone,
    /// Neither a local time nor one with an offset.
    #[error(
        "Use a local time such as 2027-07-04T20:00:00, or one with an offset such as 2027-07-04T20:00:00+01:00."
    )]
    Time,
}

impl PlannedTime {
    /// Reads `text` as a wall clock time in `zone` (an IANA name). A text with an offset names an instant, whose wall
    /// clock time in the zone is taken. A local time that a change of the clocks skips is moved past the gap.
    ///
    /// # Errors
    /// [`PlannedTimeError::Zone`], [`PlannedTimeError::Time`].
    pub fn parse(text: &str, zone: &str) -> Result<Self, PlannedTimeError> {
        let zone = zone_named(zone)?;
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(Self {
                local: instant.to_zoned(zone.clone()).datetime(),
                zone,
            });
        }
        let local: DateTime = text.parse().map_err(|_| PlannedTimeError::Time)?;
        let local = local
            .to_zoned(zone.clone())
            .map_err(|_| PlannedTimeError::Time)?
            .datetime();
        Ok(Self { local, zone })
    }

    /// The same wall clock time in another zone.
    ///
    /// # Errors
    /// [`PlannedTimeError::Zone`].
    pub fn moved_to(&self, zone: &str) -> Result<Self, PlannedTimeError> {
        Ok(Self {
            local: self.local,
            zone: zone_named(zone)?,
        })
    }

    /// The instant, by the zone's rules as they are known now.
    pub fn instant(&self) -> Timestamp {
        self.zoned().timestamp()
    }

    /// The IANA name of the zone.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// RFC 3339 with the offset in force: `2027-07-04T20:00:00+01:00`.
    pub fn to_rfc3339(&self) -> String {
        self.zoned().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    fn zoned(&self) -> Zoned {
        // A wall clock time of a checked value always has an instant; a doubled hour gives the first.
        self.local
            .to_zoned(self.zone.clone())
            .unwrap_or_else(|_| Timestamp::MAX.to_zoned(TimeZone::UTC))
    }
}

fn zone_named(name: &str) -> Result<TimeZone, PlannedTimeError> {
    let zone = TimeZone::get(name).map_err(|_| PlannedTimeError::Zone)?;
    if zone.iana_name().is_some() {
        Ok(zone)
    } else {
        Err(PlannedTimeError::Zone)
    }
}

#[derive(Serialize, Deserialize)]
struct Wire {
    local: DateTime,
    zone: String,
}

impl Serialize for PlannedTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire {
            local: self.local,
            zone: self.zone_name().to_owned(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PlannedTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let zone = zone_named(&wire.zone).map_err(serde::de::Error::custom)?;
        Ok(Self {
            local: wire.local,
            zone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_keeps_its_wall_clock_and_has_an_instant() {
        let doors = PlannedTime::parse("2027-07-04T20:00:00", "Europe/Lisbon").unwrap();
        assert_eq!(doors.to_rfc3339(), "2027-07-04T20:00:00+01:00");
        assert_eq!(doors.instant().to_string(), "2027-07-04T19:00:00Z");
        assert_eq!(doors.zone_name(), "Europe/Lisbon");
    }

    #[test]
    fn zones_are_known_where_the_system_knows_none() {
        let bundled = jiff::tz::TimeZoneDatabase::bundled();
        assert!(bundled.get("Europe/Lisbon").is_ok());
    }

    #[test]
    fn an_offset_is_turned_into_the_wall_clock_of_the_zone() {
        let doors = PlannedTime::parse("2027-07-04T19:00:00Z", "Europe/Lisbon").unwrap();
        assert_eq!(doors.to_rfc3339(), "2027-07-04T20:00:00+01:00");
    }

    #[test]
    fn a_time_in_the_gap_of_spring_is_moved_past_it() {
        let doors = PlannedTime::parse("2027-03-28T02:30:00", "Europe/Oslo").unwrap();
        assert_eq!(doors.to_rfc3339(), "2027-03-28T03:30:00+02:00");
    }

    #[test]
    fn unknown_zones_and_times_are_refused() {
        assert_eq!(
            PlannedTime::parse("2027-07-04T20:00:00", "Mars/Base"),
            Err(PlannedTimeError::Zone)
        );
        assert_eq!(
            PlannedTime::parse("tomorrow", "Europe/Oslo"),
            Err(PlannedTimeError::Time)
        );
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let doors = PlannedTime::parse("2027-07-04T20:00:00", "Europe/Lisbon").unwrap();
        let json = serde_json::to_string(&doors).unwrap();
        assert_eq!(serde_json::from_str::<PlannedTime>(&json).unwrap(), doors);
    }
}
