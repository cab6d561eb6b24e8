use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, GateLinkId, PlannedTime, Text};
use turnout_http::{
    Body, Caller, DoorCaller, Fields, Given, List, Manage, PageParams, Params, Path, Problem, ProblemView,
};
use utoipa::ToSchema;

use super::request::{Gate, list, unknown_list};
use crate::Ticketing;
use crate::door::{DoorError, GateLink, GateRole, GateState, NewGateLink};

/// How long after the event's end a link works if nothing else is said.
const AFTER_THE_END: SignedDuration = SignedDuration::from_hours(6);
/// How long a link works at least, if nothing else is said.
const AT_LEAST: SignedDuration = SignedDuration::from_hours(12);
/// How long a link can work.
const AT_MOST: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A gate link to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct CreateGateLinkRequest {
    /// Whose phone it is: 1 to 60 characters.
    #[serde(default)]
    #[schema(value_type = String, required, example = "Grace's phone")]
    name: Given<String>,
    /// The list it admits at; `main` if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    list_id: Given<String>,
    /// The gate it stands at: 1 to 40 characters.
    #[serde(default)]
    #[schema(value_type = String, required, example = "North")]
    gate: Given<String>,
    /// `scan` if it is left out; `supervisor` may take back scans and admit against the rules of the list.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(scan|supervisor)$")]
    role: Given<String>,
    /// Until when it works: a wall clock time in the event's zone, or one with an offset; six hours after the event
    /// ends if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    expires_at: Given<String>,
}

/// What a paired phone may do.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GateRole)]
pub(in crate::http) enum GateRoleView {
    Scan,
    Supervisor,
}

impl From<GateRole> for GateRoleView {
    fn from(role: GateRole) -> Self {
        match role {
            GateRole::Scan => Self::Scan,
            GateRole::Supervisor => Self::Supervisor,
        }
    }
}

/// Whether a gate link works.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GateLinkState)]
pub(in crate::http) enum GateStateView {
    Open,
    Revoked,
    Expired,
}

/// What pairs a phone with a door.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GateLink)]
pub(in crate::http) struct GateLinkView {
    #[schema(value_type = String)]
    id: GateLinkId,
    #[schema(value_type = String)]
    event_id: EventId,
    name: String,
    list_id: String,
    gate: String,
    role: GateRoleView,
    state: GateStateView,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    revoked_at: Option<Timestamp>,
    /// To the minute.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    last_used_at: Option<Timestamp>,
    /// What the phone shows us, as `Authorization: Gate …`. Only in the answer that made it: it is not kept.
    #[schema(required)]
    credential: Option<String>,
}

impl GateLinkView {
    fn new(link: GateLink, credential: Option<String>, now: Timestamp) -> Self {
        Self {
            state: match link.state(now) {
                GateState::Open => GateStateView::Open,
                GateState::Revoked => GateStateView::Revoked,
                GateState::Expired => GateStateView::Expired,
            },
            id: link.id,
            event_id: link.event_id,
            name: link.name,
            list_id: link.list_id,
            gate: link.gate,
            role: link.role.into(),
            created_at: link.created_at,
            expires_at: link.expires_at,
            revoked_at: link.revoked_at,
            last_used_at: link.last_used_at,
            credential,
        }
    }
}

/// What a phone's own gate link pairs it with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnGateLink)]
pub(in crate::http) struct OwnGateLinkView {
    #[schema(value_type = String)]
    id: GateLinkId,
    #[schema(value_type = String)]
    event_id: EventId,
    event_title: String,
    list_id: String,
    gate: String,
    role: GateRoleView,
}

/// Makes a gate link; its credential is shown this once.
#[utoipa::path(
    post, path = "/events/{event_id}/gate-links", operation_id = "create_gate_link", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    request_body = CreateGateLinkRequest,
    responses(
        (status = CREATED, body = GateLinkView, description = "The answer."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: the event has as many as it may."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn create_gate_link(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Body(request): Body<CreateGateLinkRequest>,
) -> Result<(StatusCode, Json<GateLinkView>), Problem> {
    let permit = ticketing.permit_hidden::<Manage>(&caller, event).await?;
    let ends_at = ticketing.event_copy(event).await?.ends_at;
    let now = ticketing.clock.now();
    let mut fields = Fields::new();
    let name = fields.required("/name", request.name, Text::<1, 60>::try_from);
    let list = list(&mut fields, "/list_id", request.list_id);
    let gate = fields.required("/gate", request.gate, Gate::try_from);
    let role = fields.optional("/role", request.role, |text| match text.as_str() {
        "scan" => Ok(GateRole::Scan),
        "supervisor" => Ok(GateRole::Supervisor),
        _ => Err("Use scan or supervisor."),
    });
    let expires_at = fields.optional("/expires_at", request.expires_at, |text| {
        expiry(&text, ends_at.zone_name(), now)
    });
    let new = name.zip(gate).map(|(name, gate)| NewGateLink {
        name: name.into(),
        list: list.unwrap_or_default(),
        gate: gate.into(),
        role: role.unwrap_or(GateRole::Scan),
        expires_at: expires_at.unwrap_or_else(|| usual_expiry(&ends_at, now)),
    });
    match ticketing
        .create_gate_link(event, fields.finish(new)?, &permit)
        .await
    {
        Err(DoorError::UnknownList) => Err(unknown_list("/list_id")),
        made => {
            let (link, credential) = made?;
            Ok((
                StatusCode::CREATED,
                Json(GateLinkView::new(link, Some(credential), now)),
            ))
        }
    }
}

fn usual_expiry(ends_at: &PlannedTime, now: Timestamp) -> Timestamp {
    let after = ends_at.instant().saturating_add(AFTER_THE_END);
    let least = now.saturating_add(AT_LEAST);
    after
        .unwrap_or(Timestamp::MAX)
        .max(least.unwrap_or(Timestamp::MAX))
}

fn expiry(text: &str, zone: &str, now: Timestamp) -> Result<Timestamp, String> {
    let at = PlannedTime::parse(text, zone)
        .map_err(|error| error.to_string())?
        .instant();
    if at <= now {
        return Err("Choose a time that is still to come.".into());
    }
    if now.duration_until(at) > AT_MOST {
        return Err("Choose a time within 400 days.".into());
    }
    Ok(at)
}

/// An event's gate links, the newest first.
#[utoipa::path(
    get, path = "/events/{event_id}/gate-links", operation_id = "list_gate_links", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event."), PageParams),
    responses(
        (status = OK, body = List<GateLinkView>, description = "The answer."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn list_gate_links(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Params(page): Params<PageParams>,
) -> Result<Json<List<GateLinkView>>, Problem> {
    ticketing.permit_hidden::<Manage>(&caller, event).await?;
    let (links, next) = ticketing.gate_links(event, page.limit()?, page.cursor()).await?;
    let now = ticketing.clock.now();
    let views = links.into_iter().map(|link| GateLinkView::new(link, None, now));
    Ok(Json(List::new(views.collect(), next)))
}

/// Revokes a gate link: the next request that comes with it is refused.
#[utoipa::path(
    delete, path = "/events/{event_id}/gate-links/{gate_link_id}", operation_id = "revoke_gate_link", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event."), ("gate_link_id" = String, Path, description = "The link.")),
    responses(
        (status = NO_CONTENT, description = "It does not work any more."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
    ),
    security(("bearer" = [])),
)]
pub(in crate::http) async fn revoke_gate_link(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path((event, link)): Path<(EventId, GateLinkId)>,
) -> Result<StatusCode, Problem> {
    let permit = ticketing.permit_hidden::<Manage>(&caller, event).await?;
    ticketing.revoke_gate_link(event, link, &permit).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the phone is paired with that asks, by its gate link.
#[utoipa::path(
    get, path = "/gate-link", operation_id = "get_own_gate_link", tag = "ticketing",
    responses(
        (status = OK, body = OwnGateLinkView, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no gate link's credential; `gate-link-revoked`, `gate-link-expired`."),
        (status = TOO_MANY_REQUESTS, body = ProblemView, description = "`rate-limited`: too many wrong gate credentials."),
    ),
    security(("gate" = [])),
)]
pub(in crate::http) async fn get_own_gate_link(
    State(ticketing): State<Ticketing>,
    caller: DoorCaller,
) -> Result<Json<OwnGateLinkView>, Problem> {
    let DoorCaller::Gate(credential) = caller else {
        return Err(Problem::unauthenticated());
    };
    let pass = ticketing.pass(&credential).await?;
    let copy = ticketing.event_copy(pass.event).await?;
    Ok(Json(OwnGateLinkView {
        id: pass.link,
        event_id: pass.event,
        event_title: copy.title,
        list_id: pass.list,
        gate: pass.gate,
        role: if pass.supervisor {
            GateRoleView::Supervisor
        } else {
            GateRoleView::Scan
        },
    }))
}
