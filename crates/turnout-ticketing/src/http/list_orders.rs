use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use turnout_domain::EventId;
use turnout_http::{Caller, Fields, List, PageParams, Params, Problem, ProblemView, SeeSales};
use utoipa::IntoParams;

use super::views::OrderView;
use crate::Ticketing;

/// Whose orders.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListOrdersParams {
    /// The event.
    #[param(required = true)]
    event_id: Option<String>,
}

/// An event's orders, the newest first, for its organizer's members.
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
    let event = fields.finish(event)?;
    ticketing.permit_hidden::<SeeSales>(&caller, event).await?;
    let (orders, next) = ticketing
        .orders_of_event(event, page.limit()?, page.cursor())
        .await?;
    let items = ticketing.order_views(&orders).await?;
    Ok(Json(List::new(items, next)))
}
