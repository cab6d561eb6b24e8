//! `POST /events`

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use turnout_domain::OrganizerId;
use turnout_http::{Body, Caller, ETagged, Fields, Given, Problem, ProblemView, SignedIn};
use utoipa::ToSchema;

use super::details::{self, VenueRequest};
use super::view::EventView;
use crate::Registration;
use crate::model::{Details, Title};

/// A new event.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CreateEvent)]
pub(super) struct CreateEventRequest {
    /// Who runs it: an organizer that the caller manages.
    #[serde(default)]
    #[schema(value_type = String, required = true, example = "org_01JZ8Q4V3M0000000000000000")]
    organizer_id: Given<String>,
    /// 1 to 150 characters.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 150, example = "Jazz Night")]
    title: Given<String>,
    /// When it begins: local to `time_zone`, or RFC 3339 with an offset. In the future, and within ten years.
    #[serde(default)]
    #[schema(value_type = String, required = true, example = "2027-07-04T20:00:00")]
    starts_at: Given<String>,
    /// When it is over: after it begins, and at most 366 days later.
    #[serde(default)]
    #[schema(value_type = String, required = true, example = "2027-07-04T23:00:00")]
    ends_at: Given<String>,
    /// A zone of the IANA database.
    #[serde(default)]
    #[schema(value_type = String, required = true, example = "Europe/Lisbon")]
    time_zone: Given<String>,
    /// Where it takes place.
    #[serde(default)]
    #[schema(value_type = Option<VenueRequest>)]
    venue: Given<VenueRequest>,
    /// At most 10,000 characters, in lines.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description: Given<String>,
    /// The most places of all ticket types together.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000)]
    max_capacity: Given<i64>,
}

impl CreateEventRequest {
    fn parse(self, now: Timestamp) -> Result<(OrganizerId, Details), Problem> {
        let mut fields = Fields::new();
        let organizer = fields.required("/organizer_id", self.organizer_id, |id| id.parse::<OrganizerId>());
        let title = fields.required("/title", self.title, Title::try_from);
        let description = details::description(&mut fields, self.description);
        let venue = details::venue(&mut fields, self.venue);
        let schedule = details::schedule(&mut fields, self.starts_at, self.ends_at, self.time_zone, now);
        let max_capacity = details::max_capacity(&mut fields, self.max_capacity);
        let details = title.zip(schedule).map(|(title, schedule)| Details {
            title,
            description,
            venue,
            schedule,
            max_capacity,
        });
        fields.finish(organizer.zip(details))
    }
}

/// Creates an event: a draft, which only the organizer's members see until it is published.
#[utoipa::path(
    post, path = "/events", operation_id = "create_event", tag = "events", security(("bearer" = [])),
    request_body = CreateEventRequest,
    responses(
        (status = 201, description = "The draft", body = EventView, headers(("ETag" = String, description = "Its version"))),
        (status = 400, description = "The body cannot be read", body = ProblemView, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in", body = ProblemView, content_type = "application/problem+json"),
        (status = 403, description = "The caller's role does not allow it", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such organizer", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "Some fields are not valid", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "Try again later", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create_event(
    State(registration): State<Registration>,
    person: SignedIn,
    Body(request): Body<CreateEventRequest>,
) -> Result<(StatusCode, ETagged<EventView>), Problem> {
    let now = registration.now();
    let (organizer, details) = request.parse(now)?;
    let permit = registration
        .edge()
        .permit(&Caller::Person(person), organizer)
        .await?;
    let created = registration.create_event(&permit, details).await?;
    Ok((StatusCode::CREATED, EventView::tagged(&created, now)))
}
