use axum::extract::State;
use axum::http::StatusCode;
use turnout_domain::OrderId;
use turnout_http::{Caller, Path, Problem, ProblemView};

use super::access::OrderSecret;
use super::views::Secret;
use crate::Ticketing;

/// Gives back what an order holds. Given back again, it stays so.
#[utoipa::path(
    delete, path = "/orders/{order_id}", operation_id = "release_order", tag = "ticketing",
    params(
        ("order_id" = String, Path, description = "The order."),
        ("Order-Secret" = Option<String>, Header, description = "Opens the order for a guest."),
    ),
    responses(
        (status = NO_CONTENT, description = "Given back."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "Its tickets were issued already."),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn release_order(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    secret: OrderSecret,
    Path(order): Path<OrderId>,
) -> Result<StatusCode, Problem> {
    let access = ticketing.order_for(order, &caller, &secret).await?;
    if access.secret == Secret::Hidden {
        return Err(Problem::forbidden());
    }
    ticketing.release_order((access.order, access.version)).await?;
    Ok(StatusCode::NO_CONTENT)
}
