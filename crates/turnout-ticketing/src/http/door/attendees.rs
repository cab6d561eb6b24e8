use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, TicketId, TicketTypeId};
use turnout_http::{DoorCaller, Fields, Given, List, Params, Path, Problem, ProblemView};
use turnout_store::Read;
use utoipa::{IntoParams, ToSchema};

use super::request::{list, list_of};
use crate::Ticketing;
use crate::door::{Attendee, CheckIn, ListId, check_in_key};

/// The most attendees of an answer: whoever finds more types on.
const FOUND_MAX: usize = 20;
/// The longest query.
const QUERY_MAX: usize = 100;

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct SearchAttendeesParams {
    /// Beginnings of names, in any order, in any case, with or without accents; or the id of a ticket or an order.
    #[param(required = true, max_length = 100)]
    q: Option<String>,
    /// The list to tell of whether they are in; `main` if it is left out, for a paired phone that of its gate link.
    list: Option<String>,
}

/// Someone who has a ticket, and whether they are in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundAttendee)]
pub(in crate::http) struct AttendeeView {
    #[schema(value_type = String)]
    ticket_id: TicketId,
    name: String,
    #[schema(value_type = String)]
    ticket_type_id: TicketTypeId,
    ticket_type_name: String,
    /// Whether the ticket admits at all.
    valid: bool,
    /// When the list first let it in.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    first_admitted_at: Option<Timestamp>,
    inside: bool,
}

/// Finds attendees by name, for a door: at most twenty.
#[utoipa::path(
    get, path = "/events/{event_id}/attendees", operation_id = "search_attendees", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event."), SearchAttendeesParams),
    responses(
        (status = OK, body = List<AttendeeView>, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: not a gate link's credential; `gate-link-revoked`, `gate-link-expired`."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
        (status = TOO_MANY_REQUESTS, body = ProblemView, description = "`rate-limited`: too many wrong gate credentials."),
    ),
    security(("bearer" = []), ("gate" = [])),
)]
pub(in crate::http) async fn search_attendees(
    State(ticketing): State<Ticketing>,
    caller: DoorCaller,
    Path(event): Path<EventId>,
    Params(params): Params<SearchAttendeesParams>,
) -> Result<Json<List<AttendeeView>>, Problem> {
    let permit = ticketing.permit_at_door(&caller, event).await?;
    let mut fields = Fields::new();
    let query = match params.q.as_deref().map(str::trim) {
        None | Some("") => {
            fields.refuse("/q", "Type the beginning of a name.");
            None
        }
        Some(query) if query.chars().count() > QUERY_MAX => {
            fields.refuse("/q", "Use at most 100 characters.");
            None
        }
        Some(query) => Some(query.to_owned()),
    };
    let list = list(
        &mut fields,
        "/list",
        params.list.map_or(Given::Missing, Given::Is),
    );
    let list = list_of(&mut fields, "/list", list, &permit);
    let (query, list) = fields.finish(query.zip(list))?;
    let (found, types) = ticketing
        .at_roster(event, |roster| {
            let found = roster.find(&query, FOUND_MAX);
            (found, roster.ticket_types().clone())
        })
        .await?;
    let records = ticketing.records_of(&found, &list).await?;
    let views = found
        .into_iter()
        .zip(records)
        .map(|(attendee, record)| AttendeeView {
            ticket_id: attendee.ticket,
            name: attendee.name.into(),
            ticket_type_id: attendee.ticket_type,
            ticket_type_name: types
                .get(&attendee.ticket_type)
                .map(|sold_as| sold_as.name.clone())
                .unwrap_or_default(),
            valid: attendee.valid,
            first_admitted_at: record.admitted_at,
            inside: record.inside,
        });
    Ok(Json(List::new(views.collect(), None)))
}

impl Ticketing {
    /// What the list knows of these tickets, in their order.
    async fn records_of(&self, found: &[Attendee], list: &ListId) -> Result<Vec<CheckIn>, Problem> {
        let keys: Vec<_> = found
            .iter()
            .map(|attendee| check_in_key(attendee.ticket, list.as_str()))
            .collect();
        let items = self.store.get_many(&keys, Read::Consistent).await?;
        let record = |item: Option<turnout_store::Item>| {
            item.map_or_else(|| Ok(CheckIn::default()), |item| item.parse::<CheckIn>())
        };
        Ok(items.into_iter().map(record).collect::<Result<_, _>>()?)
    }
}
