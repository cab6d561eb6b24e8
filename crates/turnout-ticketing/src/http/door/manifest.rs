use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use turnout_domain::EventId;
use turnout_http::{DoorCaller, Fields, Given, Params, Path, Problem, ProblemView};
use turnout_store::Cursor;
use utoipa::{IntoParams, ToSchema};

use super::request::list_of;
use crate::Ticketing;
use crate::door::{ListId, Since};

/// Which part of the manifest.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct GetManifestParams {
    /// The `as_of` of the manifest before: then only what changed is told. Everything if it is left out.
    since: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of what a door works from while it is offline: a JSON Web Signature in its flattened JSON form (RFC 7515),
/// made with Ed25519 (RFC 8037) and one of the ticket keys.
///
/// The payload is JSON: `version` (1), `event_id`, `event_title`, `time_zone`, `whole` (replaces all that was known
/// before, or adds to it), `as_of`, `server_now`, `list` {`id`, `name`, `ticket_type_ids`, `starts_at`, `ends_at`,
/// `reentry`, `admitted`, `inside`}, `ticket_types` [{`id`, `name`, `admission`}], `keys` (JSON Web Keys), `tickets` [{`id`, `type`
/// (its place in this page's `ticket_types`), `generation`, `valid`, `name`}], `check_ins` [{`id`,
/// `first_admitted_at`, `first_gate`, `inside`, `nonces`}], `next_cursor`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Manifest)]
pub(in crate::http) struct ManifestView {
    /// The payload, base64url.
    payload: String,
    /// The protected header, base64url: `alg` and `kid`.
    protected: String,
    /// The signature of `protected.payload`, base64url.
    signature: String,
    /// Where the next page begins, if there is one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What a door at the list works from while it is offline, page by page.
#[utoipa::path(
    get, path = "/events/{event_id}/check-in-lists/{list_id}/manifest", operation_id = "get_manifest", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."), ("list_id" = String, Path, description = "The list."),
        GetManifestParams,
    ),
    responses(
        (status = OK, body = ManifestView, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: not a gate link's credential; `gate-link-revoked`, `gate-link-expired`."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
        (status = TOO_MANY_REQUESTS, body = ProblemView, description = "`rate-limited`: too many wrong gate credentials."),
    ),
    security(("bearer" = []), ("gate" = [])),
)]
pub(in crate::http) async fn get_manifest(
    State(ticketing): State<Ticketing>,
    caller: DoorCaller,
    Path((event, list)): Path<(EventId, ListId)>,
    Params(params): Params<GetManifestParams>,
) -> Result<Response, Problem> {
    let permit = ticketing.permit_at_door(&caller, event).await?;
    let mut fields = Fields::new();
    let list = list_of(&mut fields, "/list_id", Some(list), &permit);
    let since = params.since.map_or(Given::Missing, Given::Is);
    let since = fields.optional("/since", since, |text| text.parse::<Since>());
    let list = fields.finish(list)?;
    let cursor = params.cursor.filter(|cursor| !cursor.is_empty()).map(Cursor);
    let page = ticketing.manifest(event, &list, since, cursor.as_ref()).await?;
    let view = ManifestView {
        payload: page.payload,
        protected: page.protected,
        signature: page.signature,
        next_cursor: page.next.map(|Cursor(text)| text),
    };
    let mut response = Json(view).into_response();
    // Names of attendees are for this phone alone.
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
