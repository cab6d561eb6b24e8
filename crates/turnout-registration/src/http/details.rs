//! The fields of an event as they are sent, and how they are parsed.

use jiff::Timestamp;
use serde::Deserialize;
use turnout_http::{Fields, Given};
use utoipa::ToSchema;

use crate::model::{
    Description, Edit, Schedule, ScheduleError, SchedulePatch, Venue, VenueAddress, VenueName, Zone,
};

/// The most places an event may have.
const CAPACITY_MAX: i64 = 1_000_000;

/// A venue.
#[derive(Debug, Default, PartialEq, Deserialize, ToSchema)]
pub(super) struct VenueRequest {
    /// 1 to 150 characters.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 150, example = "Café Luso")]
    name: Given<String>,
    /// At most 300 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    address: Given<String>,
}

/// One line or several; what is blank is as good as not there.
fn words<const MAX: usize, const LINES: bool>(
    fields: &mut Fields,
    pointer: &str,
    given: Given<String>,
) -> Option<turnout_domain::Text<1, MAX, LINES>> {
    match given {
        Given::Is(text) if text.trim().is_empty() => None,
        given => fields.optional(pointer, given, TryFrom::try_from),
    }
}

pub(super) fn description(fields: &mut Fields, given: Given<String>) -> Option<Description> {
    words(fields, "/description", given)
}

pub(super) fn venue(fields: &mut Fields, given: Given<VenueRequest>) -> Option<Venue> {
    let venue = fields.optional("/venue", given, Ok::<_, String>)?;
    let name = fields.required("/venue/name", venue.name, VenueName::try_from);
    let address: Option<VenueAddress> = words(fields, "/venue/address", venue.address);
    Some(Venue { name: name?, address })
}

pub(super) fn max_capacity(fields: &mut Fields, given: Given<i64>) -> Option<u32> {
    fields.optional("/max_capacity", given, |places| {
        let places = Some(places).filter(|places| (1..=CAPACITY_MAX).contains(places));
        let places = places.and_then(|places| u32::try_from(places).ok());
        places.ok_or("Use a whole number from 1 to 1000000, or null for no bound.")
    })
}

/// The times of a new event.
pub(super) fn schedule(
    fields: &mut Fields,
    starts_at: Given<String>,
    ends_at: Given<String>,
    time_zone: Given<String>,
    now: Timestamp,
) -> Option<Schedule> {
    let zone = fields.required("/time_zone", time_zone, |name| Zone::parse(&name));
    // In a zone that is none the times can still be found to be none.
    let reader = zone.clone().unwrap_or_else(Zone::utc);
    let starts_at = fields.required("/starts_at", starts_at, |text| reader.read(&text));
    let ends_at = fields.required("/ends_at", ends_at, |text| reader.read(&text));
    zone?;
    judged(fields, Schedule::planned(starts_at?, ends_at?, now))
}

/// The times of an edit, judged together with those of the event that it leaves.
pub(super) fn schedule_patch(
    fields: &mut Fields,
    starts_at: Given<String>,
    ends_at: Given<String>,
    time_zone: Given<String>,
    current: &Schedule,
    now: Timestamp,
) -> Option<SchedulePatch> {
    let zone = edit(time_zone, |given| {
        fields.required("/time_zone", given, |name| Zone::parse(&name))
    });
    let starts_at = edit(starts_at, |given| {
        fields.required("/starts_at", given, Ok::<_, String>)
    });
    let ends_at = edit(ends_at, |given| {
        fields.required("/ends_at", given, Ok::<_, String>)
    });
    let (starts_at, ends_at) = starts_at.zip(ends_at)?;
    let patch = SchedulePatch {
        starts_at,
        ends_at,
        // In place of a zone that is none the one that stands, so that the times can still be found to be none.
        zone: zone.clone().unwrap_or(Edit::Keep),
    };
    judged(fields, patch.applied(current, now))?;
    zone.map(|_| patch)
}

/// What to do about a field of an edit: nothing if it is missing. `None` once it was refused.
pub(super) fn edit<T, U>(given: Given<T>, parse: impl FnOnce(Given<T>) -> Option<U>) -> Option<Edit<U>> {
    match given {
        Given::Missing => Some(Edit::Keep),
        given => parse(given).map(Edit::Set),
    }
}

/// What to do about a field of an edit that `null` clears.
pub(super) fn clearable<T, U>(given: Given<T>, parse: impl FnOnce(Given<T>) -> Option<U>) -> Edit<Option<U>> {
    match given {
        Given::Missing => Edit::Keep,
        given => Edit::Set(parse(given)),
    }
}

fn judged<T>(fields: &mut Fields, schedule: Result<T, Vec<ScheduleError>>) -> Option<T> {
    match schedule {
        Ok(schedule) => Some(schedule),
        Err(errors) => {
            refuse_all(fields, &errors);
            None
        }
    }
}

/// Names the fields that a schedule is wrong in.
pub(super) fn refuse_all(fields: &mut Fields, errors: &[ScheduleError]) {
    for error in errors {
        let pointer = match error {
            ScheduleError::StartUnreadable(_) | ScheduleError::StartPast | ScheduleError::StartTooFar => {
                "/starts_at"
            }
            ScheduleError::EndUnreadable(_)
            | ScheduleError::EndNotAfterStart
            | ScheduleError::TooLong
            | ScheduleError::EndPast => "/ends_at",
        };
        fields.refuse(pointer, error.to_string());
    }
}
