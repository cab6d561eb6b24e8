//! `PATCH /events/{event_id}`

use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use turnout_domain::EventId;
use turnout_http::{
    Body, Caller, ETagged, Fields, Given, IfMatch, Path, PeerError, Problem, ProblemView, SignedIn,
};
use utoipa::ToSchema;

use super::details::{self, VenueRequest};
use super::view::EventView;
use crate::Registration;
use crate::model::{EditRefused, Patch, Schedule, Title};
use crate::update_event::{UpdateEvent, UpdateEventError};

/// An edit of an event, as a JSON merge patch (RFC 7396): what is not there stays, `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = UpdateEvent)]
pub(super) struct UpdateEventRequest {
    /// 1 to 150 characters.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 150)]
    title: Given<String>,
    /// When it begins: local to `time_zone`, or RFC 3339 with an offset.
    #[serde(default)]
    #[schema(value_type = String, required = false, example = "2027-07-04T20:00:00")]
    starts_at: Given<String>,
    /// When it is over: after it begins, and at most 366 days later; in the future if either time changes.
    #[serde(default)]
    #[schema(value_type = String, required = false, example = "2027-07-04T23:00:00")]
    ends_at: Given<String>,
    /// A zone of the IANA database. Times that are not given stay what they are on the wall.
    #[serde(default)]
    #[schema(value_type = String, required = false, example = "Europe/Lisbon")]
    time_zone: Given<String>,
    /// Where it takes place. Replaces the whole venue.
    #[serde(default)]
    #[schema(value_type = Option<VenueRequest>)]
    venue: Given<VenueRequest>,
    /// At most 10,000 characters, in lines.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description: Given<String>,
    /// The most places of all ticket types together: no less than are sold or held.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000)]
    max_capacity: Given<i64>,
}

impl UpdateEventRequest {
    fn parse(self, current: &Schedule, now: Timestamp) -> Result<Patch, Problem> {
        let mut fields = Fields::new();
        let title = details::edit(self.title, |given| {
            fields.required("/title", given, Title::try_from)
        });
        let description =
            details::clearable(self.description, |given| details::description(&mut fields, given));
        let venue = details::clearable(self.venue, |given| details::venue(&mut fields, given));
        let (starts_at, ends_at) = (self.starts_at, self.ends_at);
        let schedule = details::schedule_patch(&mut fields, starts_at, ends_at, self.time_zone, current, now);
        let max_capacity = details::clearable(self.max_capacity, |given| {
            details::max_capacity(&mut fields, given)
        });
        fields.finish(title.zip(schedule).map(|(title, schedule)| Patch {
            title,
            description,
            venue,
            schedule,
            max_capacity,
        }))
    }
}

/// Edits an event. With `If-Match`, only the version that was read; without, whatever stands there now.
#[utoipa::path(
    patch, path = "/events/{event_id}", operation_id = "update_event", tag = "events", security(("bearer" = [])),
    params(
        ("event_id" = String, Path, description = "The event"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version that the edit is based on"),
    ),
    request_body = UpdateEventRequest,
    responses(
        (status = 200, description = "The event", body = EventView, headers(("ETag" = String, description = "Its version"))),
        (status = 400, description = "The body cannot be read", body = ProblemView, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in", body = ProblemView, content_type = "application/problem+json"),
        (status = 403, description = "The caller's role does not allow it", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such event", body = ProblemView, content_type = "application/problem+json"),
        (status = 409, description = "It is cancelled or over, or has more places taken than it would have", body = ProblemView, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since it was read", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "Some fields are not valid", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "Try again later", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(super) async fn update_event(
    State(registration): State<Registration>,
    person: SignedIn,
    Path(id): Path<EventId>,
    based_on: IfMatch,
    Body(request): Body<UpdateEventRequest>,
) -> Result<ETagged<EventView>, Problem> {
    let now = registration.now();
    let (found, permit) = registration.event_permit(id, &Caller::Person(person)).await?;
    let patch = request.parse(&found.event.details.schedule, now)?;
    let command = UpdateEvent { id, based_on, patch };
    let event = registration.update_event(&permit, &command).await?;
    Ok(EventView::tagged(&event, now))
}

impl From<UpdateEventError> for Problem {
    fn from(error: UpdateEventError) -> Self {
        match error {
            UpdateEventError::Unknown => Self::not_found(),
            UpdateEventError::Changed(problem) => *problem,
            UpdateEventError::Refused(refused) => refused.into(),
            UpdateEventError::CapacityBelowSold { sold: Some(sold) } => {
                let detail =
                    format!("{sold} places are sold or held already. Use a capacity of {sold} or more.");
                Self::conflict(detail).with("sold", sold)
            }
            UpdateEventError::CapacityBelowSold { sold: None } => {
                Self::conflict("More places are sold or held already than the event would have.")
            }
            UpdateEventError::Ticketing(error) => unanswered(&error),
            UpdateEventError::Store(error) => error.into(),
            UpdateEventError::Commit(error) => error.into(),
        }
    }
}

/// Whatever ticketing makes of it, the event is there: 404 would be about another thing than was asked for.
fn unanswered(error: &PeerError) -> Problem {
    tracing::warn!(%error, "Ticketing did not say whether a capacity is possible");
    Problem::unavailable()
}

impl From<EditRefused> for Problem {
    fn from(refused: EditRefused) -> Self {
        match refused {
            EditRefused::Cancelled => Self::conflict("A cancelled event cannot be edited."),
            EditRefused::Ended => Self::conflict("The event is over, so it cannot be edited."),
            EditRefused::Schedule(errors) => {
                let mut fields = Fields::new();
                details::refuse_all(&mut fields, &errors);
                fields.finish(None::<()>).err().unwrap_or_else(Self::internal)
            }
        }
    }
}
