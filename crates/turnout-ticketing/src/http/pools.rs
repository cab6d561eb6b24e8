//! Shared pools: stocks that several ticket types draw on.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, PoolId, Text};
use turnout_http::{
    Body, Caller, ETagged, Fields, Given, IfMatch, List, Manage, Path, Problem, ProblemView, SeeSales,
};
use utoipa::ToSchema;

use super::request::whole;
use super::ticket_type_request::PLACES_MAX;
use crate::Ticketing;
use crate::edit_pools::PoolChange;
use crate::model::{PoolKey, SharedPool, Stock};

/// A stock that several ticket types draw on, beside their own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Pool)]
pub(super) struct PoolView {
    #[schema(value_type = String)]
    id: PoolId,
    name: String,
    capacity: i64,
    available: i64,
    held: i64,
    confirmed: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    version: u64,
}

impl PoolView {
    fn new(pool: &SharedPool, stock: &Stock) -> Self {
        Self {
            id: pool.id,
            name: pool.name.clone(),
            capacity: stock.capacity.unwrap_or(0),
            available: stock.available.unwrap_or(0),
            held: stock.held,
            confirmed: stock.confirmed,
            created_at: pool.created_at,
            version: pool.revision + 1,
        }
    }

    fn tagged(pool: &SharedPool, stock: &Stock) -> ETagged<Self> {
        ETagged {
            version: pool.revision + 1,
            body: Self::new(pool, stock),
        }
    }
}

/// A shared pool to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CreatePoolRequest {
    /// 1 to 100 characters.
    #[serde(default)]
    #[schema(value_type = String, example = "Workshop room", required)]
    name: Given<String>,
    /// How many places: 0 to 1,000,000.
    #[serde(default)]
    #[schema(value_type = u32, required)]
    capacity: Given<i64>,
}

/// What is to be changed of a shared pool.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct UpdatePoolRequest {
    /// 1 to 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Given<String>,
    /// How many places: not fewer than are sold or held.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    capacity: Given<i64>,
}

/// Adds a shared pool to an event. Ticket types draw on it that name it.
#[utoipa::path(
    post, path = "/events/{event_id}/pools", operation_id = "create_pool", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
    ),
    request_body = CreatePoolRequest,
    responses(
        (status = CREATED, body = PoolView, description = "Made."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event, or not yours."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: the event has as many as it can have."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn create_pool(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Body(request): Body<CreatePoolRequest>,
) -> Result<(StatusCode, Json<PoolView>), Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    let mut fields = Fields::new();
    let name = fields.required("/name", request.name, Text::<1, 100>::try_from);
    let capacity = fields.required("/capacity", request.capacity, |n| whole(n, 0, PLACES_MAX));
    let (name, capacity) = fields.finish(name.zip(capacity))?;
    let (pool, stock) = ticketing
        .create_pool(event, name.as_str(), capacity, &permit)
        .await?;
    Ok((StatusCode::CREATED, Json(PoolView::new(&pool, &stock))))
}

/// The shared pools of an event, for its members.
#[utoipa::path(
    get, path = "/events/{event_id}/pools", operation_id = "list_pools", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
    ),
    responses(
        (status = OK, body = List<PoolView>, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event, or not yours."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn list_pools(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
) -> Result<Json<List<PoolView>>, Problem> {
    ticketing.permit_to::<SeeSales>(&caller, event).await?;
    let offer = ticketing.offer(event).await?;
    let view = |pool: &SharedPool| {
        let stock = offer
            .stock
            .get(&PoolKey::Shared(pool.id))
            .copied()
            .unwrap_or_default();
        PoolView::new(pool, &stock)
    };
    Ok(Json(List::new(offer.pools.values().map(view).collect(), None)))
}

/// Renames a shared pool, or gives it another number of places.
#[utoipa::path(
    patch, path = "/events/{event_id}/pools/{pool_id}", operation_id = "update_pool", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("pool_id" = String, Path, description = "The pool."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` or `version` the edit is based on."),
    ),
    request_body = UpdatePoolRequest,
    responses(
        (status = OK, body = PoolView, description = "Changed."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such pool, or not yours."),
        (status = PRECONDITION_FAILED, body = ProblemView, description = "`precondition-failed`: it was edited since."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn update_pool(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    based_on: IfMatch,
    Path((event, id)): Path<(EventId, PoolId)>,
    Body(request): Body<UpdatePoolRequest>,
) -> Result<ETagged<PoolView>, Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    let mut fields = Fields::new();
    let name = fields.optional("/name", request.name, Text::<1, 100>::try_from);
    let capacity = fields.optional("/capacity", request.capacity, |n| whole(n, 0, PLACES_MAX));
    let change = fields.finish(Some(PoolChange {
        name: name.map(String::from),
        capacity,
    }))?;
    let (pool, stock) = ticketing
        .update_pool(event, id, &change, based_on.version(), &permit)
        .await?;
    Ok(PoolView::tagged(&pool, &stock))
}

/// Takes a shared pool back that no ticket type draws on.
#[utoipa::path(
    delete, path = "/events/{event_id}/pools/{pool_id}", operation_id = "delete_pool", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("pool_id" = String, Path, description = "The pool."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` or `version` the edit is based on."),
    ),
    responses(
        (status = NO_CONTENT, description = "Gone."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such pool, or not yours."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: a ticket type draws on it, or places of it are taken."),
        (status = PRECONDITION_FAILED, body = ProblemView, description = "`precondition-failed`: it was edited since."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn delete_pool(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    based_on: IfMatch,
    Path((event, id)): Path<(EventId, PoolId)>,
) -> Result<StatusCode, Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    ticketing
        .delete_pool(event, id, based_on.version(), &permit)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
