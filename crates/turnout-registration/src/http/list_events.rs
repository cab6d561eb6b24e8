//! `GET /events`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderName;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use turnout_domain::OrganizerId;
use turnout_http::{Caller, Fields, Given, PageParams, Params, Problem, ProblemView};
use turnout_store::Cursor;
use utoipa::{IntoParams, ToSchema};

use super::get_event::NO_CACHE;
use super::view::EventView;
use crate::Registration;
use crate::list_events::{ListEvents, Whose};
use crate::model::Words;

/// The longest query: as long as a title.
const QUERY_CHARACTERS_MAX: usize = 150;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListEventsParams {
    /// Words, all of which the event shows in its title, venue or description, whatever their case and accents.
    #[param(max_length = 150)]
    q: Option<String>,
    /// The earliest beginning: RFC 3339, or a date in UTC. Without it, whatever is not over.
    #[param(example = "2027-07-01")]
    from: Option<String>,
    /// The latest beginning: RFC 3339, or a date in UTC, to its end.
    #[param(example = "2027-07-31")]
    to: Option<String>,
    /// Only this organizer's. Members see drafts and cancelled ones as well, all from the newest on.
    organizer_id: Option<String>,
}

/// One page of events.
// Not the generic list of the edge kit: in the API's document that one would spell the event out a second time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventList)]
pub(super) struct EventListView {
    /// The events; there may be fewer than asked for and still a next page.
    items: Vec<EventView>,
    /// Where the next page begins, if there is one.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

struct Wanted {
    organizer: Option<OrganizerId>,
    words: Words,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl ListEventsParams {
    fn parse(self) -> Result<Wanted, Problem> {
        let mut fields = Fields::new();
        let organizer = fields.optional("/organizer_id", given(self.organizer_id), |id| id.parse());
        let words = fields.optional("/q", given(self.q), |query| {
            if query.chars().count() > QUERY_CHARACTERS_MAX {
                return Err(format!("Use at most {QUERY_CHARACTERS_MAX} characters."));
            }
            Ok(Words::of(&query))
        });
        let from = fields.optional("/from", given(self.from), |text| instant(&text, Edge::Begin));
        let to = fields.optional("/to", given(self.to), |text| instant(&text, Edge::End));
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            fields.refuse("/to", "Use a time that is not before `from`.");
        }
        fields.finish(Some(Wanted {
            organizer,
            words: words.unwrap_or_default(),
            from,
            to,
        }))
    }
}

/// What is empty, as a form sends it, is not there.
fn given(param: Option<String>) -> Given<String> {
    match param.filter(|text| !text.trim().is_empty()) {
        Some(text) => Given::Is(text.trim().to_owned()),
        None => Given::Missing,
    }
}

/// Which end of a day is meant.
#[derive(Clone, Copy)]
enum Edge {
    Begin,
    End,
}

fn instant(text: &str, edge: Edge) -> Result<Timestamp, &'static str> {
    if let Ok(instant) = text.parse() {
        return Ok(instant);
    }
    let date: Option<Date> = text.parse().ok();
    let day = date.and_then(|date| date.to_zoned(TimeZone::UTC).ok());
    let time = match edge {
        Edge::Begin => day,
        Edge::End => day.and_then(|day| day.end_of_day().ok()),
    };
    time.map(|time| time.timestamp())
        .ok_or("Use a time such as 2027-07-04T20:00:00Z, or a date such as 2027-07-04.")
}

/// Lists the events on show by their beginning.
///
/// With the `organizer_id` of an organizer that the caller belongs to, lists all of its events, drafts and cancelled
/// ones included, the newest first.
#[utoipa::path(
    get, path = "/events", operation_id = "list_events", tag = "events", security((), ("bearer" = [])),
    params(ListEventsParams, PageParams),
    responses(
        (status = 200, description = "One page of events", body = EventListView),
        (status = 401, description = "The access token is not valid (any more)", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "Some parameters are not valid", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "Try again later", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_events(
    State(registration): State<Registration>,
    caller: Caller,
    Params(params): Params<ListEventsParams>,
    Params(page): Params<PageParams>,
) -> Result<([(HeaderName, &'static str); 1], Json<EventListView>), Problem> {
    let wanted = params.parse()?;
    let limit = page.limit()?;
    let whose = match wanted.organizer {
        None => Whose::Everyone,
        Some(organizer) if registration.is_member(&caller, organizer).await? => Whose::Managed(organizer),
        Some(organizer) => Whose::Organizer(organizer),
    };
    let found = registration
        .list_events(&ListEvents {
            whose,
            words: wanted.words,
            from: wanted.from,
            to: wanted.to,
            limit,
            cursor: page.cursor(),
        })
        .await?;
    let now = registration.now();
    let views = found
        .events
        .iter()
        .map(|found| EventView::of(found, now))
        .collect();
    let list = EventListView {
        items: views,
        next_cursor: found.next.map(|Cursor(text)| text),
    };
    Ok((NO_CACHE, Json(list)))
}
