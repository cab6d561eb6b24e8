//! Events as clients see them.

use jiff::Timestamp;
use serde::Serialize;
use turnout_domain::{EventId, OrganizerId};
use turnout_http::ETagged;
use utoipa::ToSchema;

use crate::model::{CountedEvent, State, Status};

/// An event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(super) struct EventView {
    #[schema(value_type = String, example = "evt_01JZ8Q4V3M0000000000000000")]
    id: EventId,
    /// Who runs it.
    #[schema(value_type = String, example = "org_01JZ8Q4V3M0000000000000000")]
    organizer_id: OrganizerId,
    #[schema(example = "Jazz Night")]
    title: String,
    #[schema(required = true)]
    description: Option<String>,
    /// Where it takes place, if that is known yet.
    #[schema(required = true)]
    venue: Option<VenueView>,
    /// When it begins: RFC 3339 with the offset in force at `time_zone`.
    #[schema(example = "2027-07-04T20:00:00+01:00", format = DateTime)]
    starts_at: String,
    /// When it is over.
    #[schema(example = "2027-07-04T23:00:00+01:00", format = DateTime)]
    ends_at: String,
    /// The IANA zone of both.
    #[schema(example = "Europe/Lisbon")]
    time_zone: String,
    status: StatusView,
    /// The most places of all ticket types together; null if there is no such bound.
    #[schema(required = true, minimum = 1, maximum = 1_000_000)]
    max_capacity: Option<u32>,
    /// The places taken: one for each ticket.
    registered_users: u64,
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    published_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    cancelled_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// One more with every change; the `ETag` in quotes.
    version: u64,
}

/// A venue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Venue)]
pub(super) struct VenueView {
    #[schema(example = "Café Luso")]
    name: String,
    #[schema(required = true)]
    address: Option<String>,
}

/// Where an event is in its life: a published one has ended once its end is past.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = EventStatus)]
#[serde(rename_all = "snake_case")]
enum StatusView {
    Draft,
    Published,
    Cancelled,
    Ended,
}

impl EventView {
    /// The event as it is shown at `now`.
    pub(super) fn of(found: &CountedEvent, now: Timestamp) -> Self {
        let event = &found.event;
        let details = &event.details;
        let (published_at, cancelled_at) = match event.state {
            State::Draft => (None, None),
            State::Published { at } => (Some(at), None),
            State::Cancelled { published_at, at } => (published_at, Some(at)),
        };
        Self {
            id: event.id,
            organizer_id: event.organizer,
            title: details.title.to_string(),
            description: details.description.as_ref().map(ToString::to_string),
            venue: details.venue.as_ref().map(|venue| VenueView {
                name: venue.name.to_string(),
                address: venue.address.as_ref().map(ToString::to_string),
            }),
            starts_at: details.schedule.starts_at().to_rfc3339(),
            ends_at: details.schedule.ends_at().to_rfc3339(),
            time_zone: details.schedule.zone().name().to_owned(),
            status: match event.status(now) {
                Status::Draft => StatusView::Draft,
                Status::Published => StatusView::Published,
                Status::Cancelled => StatusView::Cancelled,
                Status::Ended => StatusView::Ended,
            },
            max_capacity: details.max_capacity,
            registered_users: found.registered,
            published_at,
            cancelled_at,
            created_at: event.created_at,
            updated_at: event.updated_at,
            version: event.version,
        }
    }

    /// The same, with the `ETag` of its version.
    pub(super) fn tagged(found: &CountedEvent, now: Timestamp) -> ETagged<Self> {
        ETagged {
            version: found.event.version,
            body: Self::of(found, now),
        }
    }
}
