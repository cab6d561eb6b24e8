use axum::Json;
use axum::extract::State;
use turnout_domain::TicketId;
use turnout_http::{Caller, Path, Problem, ProblemView};

use super::access::OrderSecret;
use super::views::TicketView;
use crate::Ticketing;

/// One ticket, for whoever may see its order.
#[utoipa::path(
    get, path = "/tickets/{ticket_id}", operation_id = "get_ticket", tag = "ticketing",
    params(
        ("ticket_id" = String, Path, description = "The ticket."),
        ("Order-Secret" = Option<String>, Header, description = "Opens the ticket's order for a guest."),
    ),
    responses((status = OK, body = TicketView, description = "The answer."), (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see.")),
    security((), ("bearer" = [])),
)]
pub(super) async fn get_ticket(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    secret: OrderSecret,
    Path(ticket): Path<TicketId>,
) -> Result<Json<TicketView>, Problem> {
    let access = ticketing.order_for(ticket.order(), &caller, &secret).await?;
    Ok(Json(
        ticketing
            .ticket_view(&access.order, ticket)
            .await?
            .ok_or_else(Problem::not_found)?,
    ))
}
