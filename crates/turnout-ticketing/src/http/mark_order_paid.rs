use axum::Json;
use axum::extract::State;
use turnout_domain::OrderId;
use turnout_http::{Caller, Path, Problem, ProblemView, Refund};

use super::views::{OrderView, Secret};
use crate::Ticketing;

/// Says that the money for an order is there: by bank transfer or over the counter. Its tickets are issued. Said again,
/// it stays as it is. An order whose time was up gets its places again, if they are still there.
#[utoipa::path(
    post, path = "/orders/{order_id}/mark-paid", operation_id = "mark_order_paid", tag = "ticketing",
    params(("order_id" = String, Path, description = "The order.")),
    responses(
        (status = OK, body = OrderView, description = "The order, confirmed."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`sold-out`: its places are gone. `event-not-on-sale`. `conflict`."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn mark_order_paid(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(order): Path<OrderId>,
) -> Result<Json<OrderView>, Problem> {
    let (found, _) = ticketing.order(order).await?.ok_or_else(Problem::not_found)?;
    let permit = ticketing.permit_hidden::<Refund>(&caller, found.event_id).await?;
    let order = ticketing.mark_paid(order, &permit).await?;
    Ok(Json(ticketing.whole_order_view(&order, Secret::Hidden).await?))
}
