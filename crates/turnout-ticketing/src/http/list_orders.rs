use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use turnout_domain::{EventId, Text};
use turnout_http::{Caller, Fields, List, PageParams, Params, Problem, ProblemView, SeeSales};
use utoipa::IntoParams;

use super::views::{OrderStateView, OrderView};
use crate::Ticketing;
use crate::model::Order;

/// Whose orders.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListOrdersParams {
    /// The event.
    #[param(required = true)]
    event_id: Option<String>,
    /// Only those in this state: `held`, `awaiting_payment`, `confirmed`, `refunded`, `cancelled` or `expired`.
    #[param(value_type = Option<OrderStateView>)]
    state: Option<String>,
    /// Only those whose buyer's name or address, payment reference or id has these words; at most 100 characters.
    q: Option<String>,
}

/// The most characters to look for.
type Words = Text<1, 100>;

/// An event's orders, the newest first, for its organizer's members. Looked for by state or words, a page may have
/// fewer than asked for and still a next one.
#[utoipa::path(
    get, path = "/orders", operation_id = "list_orders", tag = "ticketing",
    params(ListOrdersParams, PageParams),
    responses(
        (status = OK, body = List<OrderView>, description = "The answer."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn list_orders(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Params(params): Params<ListOrdersParams>,
    Params(page): Params<PageParams>,
) -> Result<Json<List<OrderView>>, Problem> {
    if caller.user().is_none() {
        return Err(Problem::unauthenticated());
    }
    let mut fields = Fields::new();
    if params.event_id.is_none() {
        fields.refuse("/event_id", "Name the event whose orders you want.");
    }
    let event = params
        .event_id
        .and_then(|text| fields.parsed("/event_id", text.parse::<EventId>()));
    let state = params
        .state
        .filter(|state| !state.is_empty())
        .and_then(|text| fields.parsed("/state", text.parse::<OrderStateView>()));
    let words = params
        .q
        .filter(|words| !words.trim().is_empty())
        .and_then(|text| fields.parsed("/q", Words::try_from(text)));
    let event = fields.finish(event)?;
    ticketing.permit_hidden::<SeeSales>(&caller, event).await?;
    let now = ticketing.clock.now();
    let words = words.map(|words| words.as_str().to_lowercase());
    let wanted = |order: &Order| {
        state.is_none_or(|state| state == OrderStateView::of(order, now))
            && words.as_ref().is_none_or(|words| order.is_about(words))
    };
    let (orders, next) = ticketing
        .orders_of_event(event, page.limit()?, page.cursor(), wanted)
        .await?;
    let items = ticketing.order_views(&orders).await?;
    Ok(Json(List::new(items, next)))
}
