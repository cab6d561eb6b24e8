use axum::Json;
use axum::extract::State;
use turnout_domain::EventId;
use turnout_http::{Caller, List, PageParams, Params, Path, Problem, ProblemView, SeeSales};

use super::views::OrderView;
use crate::Ticketing;

/// The orders of an event for which money came that is not what was asked for: the newest first, for the organizer's
/// members. Each has its payment in the state `put_aside`, or `refunded` once it went back.
#[utoipa::path(
    get, path = "/events/{event_id}/put-aside-payments", operation_id = "list_put_aside_payments", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event."), PageParams),
    responses(
        (status = OK, body = List<OrderView>, description = "The answer."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn list_put_aside_payments(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Params(page): Params<PageParams>,
) -> Result<Json<List<OrderView>>, Problem> {
    ticketing.permit_hidden::<SeeSales>(&caller, event).await?;
    let (orders, next) = ticketing
        .orders_with_money_put_aside(event, page.limit()?, page.cursor())
        .await?;
    Ok(Json(List::new(ticketing.order_views(&orders).await?, next)))
}
