use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use turnout_domain::{CheckInListId, EventId, PlannedTime, Text, TicketTypeId};
use turnout_http::{Body, Caller, Fields, Given, List, Manage, Path, Problem, ProblemView, SeeDoor};
use utoipa::ToSchema;

use crate::Ticketing;
use crate::door::{CheckInList, CheckInListChanges, Edit, ListId, StandingList};
use crate::model::Offer;

/// The most ticket types of a list.
const TICKET_TYPES_MAX: usize = 100;

/// A list to make, or what is to change of one.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct CheckInListRequest {
    /// What it is called: 1 to 60 characters.
    #[serde(default)]
    #[schema(value_type = String, example = "Backstage")]
    name: Given<String>,
    /// Which ticket types it admits; null for all that are an admission.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    ticket_type_ids: Given<Vec<String>>,
    /// From when on it admits: a wall clock time in the event's zone, or one with an offset; null for any time.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "2027-07-04T18:00:00")]
    starts_at: Given<String>,
    /// Until when.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "2027-07-04T23:00:00")]
    ends_at: Given<String>,
    /// Whether whoever went out may come in again.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    reentry: Given<bool>,
}

impl CheckInListRequest {
    /// What it changes; a list that is new must have a name.
    fn parse(self, offer: &Offer, new: bool) -> Result<CheckInListChanges, Problem> {
        let mut fields = Fields::new();
        let zone = offer.event.ends_at.zone_name();
        let name = if new || self.name != Given::Missing {
            fields.required("/name", self.name, Text::<1, 60>::try_from)
        } else {
            None
        };
        let changes = CheckInListChanges {
            name: name.map_or(Edit::Keep, |name| Edit::Set(Some(name.into()))),
            ticket_type_ids: edit(self.ticket_type_ids, |given| {
                ticket_types(&mut fields, given, offer)
            }),
            starts_at: edit(self.starts_at, |given| {
                time(&mut fields, "/starts_at", given, zone)
            }),
            ends_at: edit(self.ends_at, |given| time(&mut fields, "/ends_at", given, zone)),
            reentry: edit(self.reentry, |given| {
                fields
                    .optional("/reentry", given, Ok::<_, String>)
                    .unwrap_or_default()
            }),
        };
        fields.finish(Some(changes))
    }
}

/// What is given is set, what is left out stays.
fn edit<T, U>(given: Given<T>, parse: impl FnOnce(Given<T>) -> U) -> Edit<U> {
    match given {
        Given::Missing => Edit::Keep,
        given => Edit::Set(parse(given)),
    }
}

fn time(fields: &mut Fields, pointer: &str, given: Given<String>, zone: &str) -> Option<PlannedTime> {
    fields.optional(pointer, given, |text| PlannedTime::parse(&text, zone))
}

fn ticket_types(fields: &mut Fields, given: Given<Vec<String>>, offer: &Offer) -> Option<Vec<TicketTypeId>> {
    let given = fields.optional("/ticket_type_ids", given, |ids| match ids.len() {
        0 => Err("Name at least one ticket type, or null for all."),
        1..=TICKET_TYPES_MAX => Ok(ids),
        _ => Err("Name at most 100 ticket types, or null for all."),
    })?;
    let mut ids = Vec::with_capacity(given.len());
    for (place, text) in given.into_iter().enumerate() {
        let pointer = format!("/ticket_type_ids/{place}");
        match fields.parsed(pointer.clone(), text.parse::<TicketTypeId>()) {
            Some(id) if !offer.ticket_types.contains_key(&id) => {
                fields.refuse(pointer, "This event has no such ticket type.");
            }
            id => ids.extend(id),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

/// Where people are checked in: which tickets it admits, when, and how many it did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckInList)]
pub(in crate::http) struct CheckInListView {
    /// `main` is the list that every event has.
    id: String,
    #[schema(value_type = String)]
    event_id: EventId,
    name: String,
    /// Null for all that are an admission.
    #[schema(value_type = Option<Vec<String>>, required)]
    ticket_type_ids: Option<Vec<TicketTypeId>>,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    starts_at: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    ends_at: Option<String>,
    /// Whether whoever went out may come in again.
    reentry: bool,
    /// How many tickets it let in.
    admitted: i64,
    /// How many of them are inside.
    inside: i64,
    /// How many scans let someone in who should not have been.
    conflicts: i64,
}

impl CheckInListView {
    pub fn new(event: EventId, standing: StandingList) -> Self {
        let StandingList { id, list, tally, .. } = standing;
        Self {
            event_id: event,
            name: list.name(&id),
            id: id.as_str().to_owned(),
            ticket_type_ids: list.ticket_type_ids,
            starts_at: list.starts_at.as_ref().map(PlannedTime::to_rfc3339),
            ends_at: list.ends_at.as_ref().map(PlannedTime::to_rfc3339),
            reentry: list.reentry,
            admitted: tally.admitted,
            inside: tally.inside,
            conflicts: tally.conflicts,
        }
    }
}

/// Makes a check-in list.
#[utoipa::path(
    post, path = "/events/{event_id}/check-in-lists", operation_id = "create_check_in_list", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    request_body = CheckInListRequest,
    responses(
        (status = CREATED, body = CheckInListView, description = "The answer."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: the event has as many lists as it may."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn create_check_in_list(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Body(request): Body<CheckInListRequest>,
) -> Result<(StatusCode, Json<CheckInListView>), Problem> {
    let permit = ticketing.permit_hidden::<Manage>(&caller, event).await?;
    let offer = ticketing.offer(event).await?;
    let changes = request.parse(&offer, true)?;
    let list = changes.apply(CheckInList::default())?;
    let id = CheckInListId::from_ulid(ticketing.ids.ulid(ticketing.clock.now()));
    let standing = ticketing.create_check_in_list(event, id, list, &permit).await?;
    Ok((StatusCode::CREATED, Json(CheckInListView::new(event, standing))))
}

/// An event's check-in lists, the one every event has first; for every member of its organizer.
#[utoipa::path(
    get, path = "/events/{event_id}/check-in-lists", operation_id = "list_check_in_lists", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    responses(
        (status = OK, body = List<CheckInListView>, description = "The answer."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn list_check_in_lists(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
) -> Result<Json<List<CheckInListView>>, Problem> {
    ticketing.permit_hidden::<SeeDoor>(&caller, event).await?;
    let lists = ticketing.check_in_lists(event).await?;
    let views = lists.into_iter().map(|list| CheckInListView::new(event, list));
    Ok(Json(List::new(views.collect(), None)))
}

/// Changes a check-in list: the fields that are given. Scans that were made keep what they came to.
#[utoipa::path(
    patch, path = "/events/{event_id}/check-in-lists/{list_id}", operation_id = "update_check_in_list", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event."), ("list_id" = String, Path, description = "The list.")),
    request_body = CheckInListRequest,
    responses(
        (status = OK, body = CheckInListView, description = "The answer."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: it was changed at the same moment."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn update_check_in_list(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path((event, list)): Path<(EventId, ListId)>,
    Body(request): Body<CheckInListRequest>,
) -> Result<Json<CheckInListView>, Problem> {
    let permit = ticketing.permit_hidden::<Manage>(&caller, event).await?;
    let offer = ticketing.offer(event).await?;
    let patch = request.parse(&offer, false)?;
    let standing = ticketing
        .update_check_in_list(event, &list, &patch, &permit)
        .await?;
    Ok(Json(CheckInListView::new(event, standing)))
}

/// Deletes a check-in list at which nothing was scanned.
#[utoipa::path(
    delete, path = "/events/{event_id}/check-in-lists/{list_id}", operation_id = "delete_check_in_list", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event."), ("list_id" = String, Path, description = "The list.")),
    responses(
        (status = NO_CONTENT, description = "It is gone."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: tickets were scanned at it, or it is one every event has."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn delete_check_in_list(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path((event, list)): Path<(EventId, ListId)>,
) -> Result<StatusCode, Problem> {
    let permit = ticketing.permit_hidden::<Manage>(&caller, event).await?;
    ticketing.delete_check_in_list(event, &list, &permit).await?;
    Ok(StatusCode::NO_CONTENT)
}
