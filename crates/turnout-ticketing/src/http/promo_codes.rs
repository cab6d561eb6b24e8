//! Promo codes: for members to make and edit.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, PlannedTime, PromoCodeId, TicketTypeId};
use turnout_http::{
    Body, Caller, ETagged, Fields, Given, IfMatch, List, Manage, PageParams, Params, Path, Problem,
    ProblemView, SeeSales,
};
use utoipa::ToSchema;

use super::request::{MoneyRequest, code, ids, whole};
use super::ticket_type_request::PLACES_MAX;
use super::views::MoneyView;
use crate::Ticketing;
use crate::edit_promo_codes::{CodeState, PromoCodeChange};
use crate::model::{Discount, TICKET_TYPES_MAX};

/// A promo code, as members see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PromoCode)]
pub(super) struct PromoCodeView {
    #[schema(value_type = String)]
    id: PromoCodeId,
    code: String,
    /// What it takes off the prices, in hundredths of a percent.
    #[schema(required)]
    percent_basis_points: Option<u32>,
    /// What it takes off an order.
    #[schema(required)]
    amount: Option<MoneyView>,
    /// What the discount is for; null for all.
    #[schema(value_type = Option<Vec<String>>, required)]
    ticket_type_ids: Option<Vec<TicketTypeId>>,
    /// The hidden ticket types it shows and sells.
    #[schema(value_type = Vec<String>)]
    unlocks: Vec<TicketTypeId>,
    /// How many orders can use it; null for any number.
    #[schema(required)]
    max_uses: Option<u32>,
    /// How many orders use it, with those that wait to be paid.
    uses: i64,
    #[schema(required)]
    starts_at: Option<String>,
    #[schema(required)]
    ends_at: Option<String>,
    /// What is set aside for it.
    #[schema(required)]
    reserved: Option<ReservedView>,
    /// Whether it can be used now.
    usable: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    version: u64,
}

/// Places set aside for a promo code.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reserved)]
pub(super) struct ReservedView {
    #[schema(value_type = String)]
    ticket_type_id: TicketTypeId,
    /// How many in all.
    quantity: i64,
    /// How many of them are left.
    available: i64,
}

impl PromoCodeView {
    fn new(state: &CodeState, now: Timestamp) -> Self {
        let promo = &state.code;
        let (percent_basis_points, amount) = match &promo.discount {
            None => (None, None),
            Some(Discount::Percent { basis_points }) => (Some(*basis_points), None),
            Some(Discount::Amount { amount }) => (None, Some(MoneyView::from(*amount))),
        };
        let reserved = promo.reserved.as_ref().zip(state.reserve);
        Self {
            id: promo.id,
            code: promo.code.clone(),
            percent_basis_points,
            amount,
            ticket_type_ids: promo.ticket_type_ids.clone(),
            unlocks: promo.unlocks.clone(),
            max_uses: promo.max_uses,
            uses: state.uses.taken(),
            starts_at: promo.starts_at.as_ref().map(PlannedTime::to_rfc3339),
            ends_at: promo.ends_at.as_ref().map(PlannedTime::to_rfc3339),
            reserved: reserved.map(|(reserve, stock)| ReservedView {
                ticket_type_id: reserve.ticket_type_id,
                quantity: stock.capacity.unwrap_or(0),
                available: stock.available.unwrap_or(0),
            }),
            usable: promo.valid(now) && state.uses.available.is_none_or(|left| left > 0),
            created_at: promo.created_at,
            version: promo.revision + 1,
        }
    }
}

/// A promo code, new or edited. A new one needs a code; it gives a discount, shows hidden ticket types, sets places aside,
/// or several of these. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PromoCodeRequest {
    /// 1 to 32 letters, digits, hyphens and underscores; lower case is read as upper case. Cannot be changed.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "EARLY-BIRD")]
    code: Given<String>,
    /// Hundredths of a percent, 1 to 10,000: 1000 is 10 %. Either this or an amount.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    percent_basis_points: Given<i64>,
    /// Off the whole order, at most what it costs.
    #[serde(default)]
    #[schema(value_type = Option<MoneyRequest>)]
    amount: Given<MoneyRequest>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    ticket_type_ids: Given<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    unlocks: Given<Vec<String>>,
    /// How many orders can use it: 1 to 1,000,000.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    max_uses: Given<i64>,
    /// Local to the event's zone, or with an offset.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    starts_at: Given<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    ends_at: Given<String>,
    #[serde(default)]
    #[schema(value_type = Option<ReservedRequest>)]
    reserved: Given<ReservedRequest>,
}

/// Places to be set aside. When the code ends, what is left of them can be had by all.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct ReservedRequest {
    #[serde(default)]
    #[schema(value_type = String, required)]
    ticket_type_id: Given<String>,
    #[serde(default)]
    #[schema(value_type = u32, required)]
    quantity: Given<i64>,
}

impl PromoCodeRequest {
    /// The code, if it is a new one, and what is to be changed.
    fn parse(self, new: bool) -> Result<(String, PromoCodeChange), Problem> {
        let mut fields = Fields::new();
        let text = match (new, self.code) {
            (true, given) => fields.required("/code", given, |text| code(&text)),
            (false, Given::Missing) => Some(String::new()),
            (false, _) => {
                fields.refuse(
                    "/code",
                    "A code keeps its name: it may be printed. Make another one.",
                );
                None
            }
        };
        let percent = fields.nullable("/percent_basis_points", self.percent_basis_points, |n| {
            whole(n, 1, 10_000)
        });
        let amount = match self.amount {
            Given::Missing => None,
            Given::Null => Some(None),
            given => MoneyRequest::parse("/amount", given, &mut fields).map(Some),
        };
        let discount = match (percent, amount) {
            (Some(Some(_)), Some(Some(_))) => {
                fields.refuse("/amount", "Give either a percentage or an amount, not both.");
                None
            }
            (Some(Some(basis_points)), _) => Some(Some(Discount::Percent { basis_points })),
            (_, Some(Some(amount))) => Some(Some(Discount::Amount { amount })),
            (Some(None), _) | (_, Some(None)) => Some(None),
            (None, None) => None,
        };
        let types = |texts| ids::<TicketTypeId>(texts, TICKET_TYPES_MAX as usize);
        let change = PromoCodeChange {
            discount,
            ticket_type_ids: fields.nullable("/ticket_type_ids", self.ticket_type_ids, types),
            unlocks: fields
                .nullable("/unlocks", self.unlocks, types)
                .map(Option::unwrap_or_default),
            max_uses: fields.nullable("/max_uses", self.max_uses, |n| whole(n, 1, PLACES_MAX)),
            starts_at: fields.nullable("/starts_at", self.starts_at, Ok::<_, String>),
            ends_at: fields.nullable("/ends_at", self.ends_at, Ok::<_, String>),
            reserved: match self.reserved {
                Given::Missing => None,
                Given::Null => Some(None),
                given => ReservedRequest::parse(given, &mut fields).map(Some),
            },
        };
        fields.finish(text.map(|text| (text, change)))
    }
}

impl ReservedRequest {
    fn parse(given: Given<Self>, fields: &mut Fields) -> Option<(TicketTypeId, u32)> {
        let request = fields.required("/reserved", given, Ok::<_, String>)?;
        let id = fields.required("/reserved/ticket_type_id", request.ticket_type_id, |text| {
            text.parse::<TicketTypeId>()
        });
        let quantity = fields.required("/reserved/quantity", request.quantity, |n| {
            whole(n, 0, PLACES_MAX)
        });
        id.zip(quantity)
    }
}

/// Adds a promo code to an event.
#[utoipa::path(
    post, path = "/events/{event_id}/promo-codes", operation_id = "create_promo_code", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
    ),
    request_body = PromoCodeRequest,
    responses(
        (status = CREATED, body = PromoCodeView, description = "Made."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event, or not yours."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: the event has as many as it can have."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn create_promo_code(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Body(request): Body<PromoCodeRequest>,
) -> Result<(StatusCode, Json<PromoCodeView>), Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    let (text, change) = request.parse(true)?;
    let state = ticketing
        .create_promo_code(event, &text, &change, &permit)
        .await?;
    Ok((
        StatusCode::CREATED,
        Json(PromoCodeView::new(&state, ticketing.clock.now())),
    ))
}

/// The promo codes of an event, for its members, the oldest first.
#[utoipa::path(
    get, path = "/events/{event_id}/promo-codes", operation_id = "list_promo_codes", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event."), PageParams),
    responses(
        (status = OK, body = List<PromoCodeView>, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event, or not yours."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: a limit or cursor that is none."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn list_promo_codes(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Params(page): Params<PageParams>,
) -> Result<Json<List<PromoCodeView>>, Problem> {
    ticketing.permit_to::<SeeSales>(&caller, event).await?;
    let (states, next) = ticketing.promo_codes(event, page.limit()?, page.cursor()).await?;
    let now = ticketing.clock.now();
    let items = states
        .iter()
        .map(|state| PromoCodeView::new(state, now))
        .collect();
    Ok(Json(List::new(items, next)))
}

/// Edits a promo code. Orders that used it stay as they are.
#[utoipa::path(
    patch, path = "/events/{event_id}/promo-codes/{promo_code_id}", operation_id = "update_promo_code", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("promo_code_id" = String, Path, description = "The promo code."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` or `version` the edit is based on."),
    ),
    request_body = PromoCodeRequest,
    responses(
        (status = OK, body = PromoCodeView, description = "Changed."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such promo code, or not yours."),
        (status = PRECONDITION_FAILED, body = ProblemView, description = "`precondition-failed`: it was edited since."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn update_promo_code(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    based_on: IfMatch,
    Path((event, id)): Path<(EventId, PromoCodeId)>,
    Body(request): Body<PromoCodeRequest>,
) -> Result<ETagged<PromoCodeView>, Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    let (_, change) = request.parse(false)?;
    let state = ticketing
        .update_promo_code(event, id, &change, based_on.version(), &permit)
        .await?;
    Ok(ETagged {
        version: state.code.revision + 1,
        body: PromoCodeView::new(&state, ticketing.clock.now()),
    })
}

/// Takes a promo code back that no order uses.
#[utoipa::path(
    delete, path = "/events/{event_id}/promo-codes/{promo_code_id}", operation_id = "delete_promo_code", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("promo_code_id" = String, Path, description = "The promo code."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` or `version` the edit is based on."),
    ),
    responses(
        (status = NO_CONTENT, description = "Gone."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such promo code, or not yours."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: orders use it; let it end instead."),
        (status = PRECONDITION_FAILED, body = ProblemView, description = "`precondition-failed`: it was edited since."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn delete_promo_code(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    based_on: IfMatch,
    Path((event, id)): Path<(EventId, PromoCodeId)>,
) -> Result<StatusCode, Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    ticketing
        .delete_promo_code(event, id, based_on.version(), &permit)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
