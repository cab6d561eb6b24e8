use axum::Json;
use axum::extract::State;
use turnout_domain::OrderId;
use turnout_http::{Caller, Path, Problem, ProblemView};

use super::access::OrderSecret;
use super::views::OrderView;
use crate::Ticketing;

/// One order, for its buyer or the organizer's members.
#[utoipa::path(
    get, path = "/orders/{order_id}", operation_id = "get_order", tag = "ticketing",
    params(
        ("order_id" = String, Path, description = "The order."),
        ("Order-Secret" = Option<String>, Header, description = "Opens the order for a guest."),
    ),
    responses((status = OK, body = OrderView, description = "The answer."), (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see.")),
    security((), ("bearer" = [])),
)]
pub(super) async fn get_order(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    secret: OrderSecret,
    Path(order): Path<OrderId>,
) -> Result<Json<OrderView>, Problem> {
    let access = ticketing.order_for(order, &caller, &secret).await?;
    Ok(Json(
        ticketing.whole_order_view(&access.order, access.secret).await?,
    ))
}
