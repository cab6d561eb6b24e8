use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use turnout_domain::EventId;
use turnout_http::{Caller, Fields, List, PageParams, Params, Problem, ProblemView, SeeSales};
use utoipa::IntoParams;

use super::views::TicketView;
use crate::Ticketing;
use crate::read_orders::TicketsOf;

/// Whose tickets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListTicketsParams {
    /// An event, for its organizer's members; left out, the caller's own.
    event_id: Option<String>,
}

/// The caller's tickets, or an event's for its organizer's members; those of the newest order first. A page holds the
/// tickets of whole orders: it may have more than `limit`, by those of its last order.
#[utoipa::path(
    get, path = "/tickets", operation_id = "list_tickets", tag = "ticketing",
    params(ListTicketsParams, PageParams),
    responses(
        (status = OK, body = List<TicketView>, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn list_tickets(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Params(params): Params<ListTicketsParams>,
    Params(page): Params<PageParams>,
) -> Result<Json<List<TicketView>>, Problem> {
    let Some(user) = caller.user() else {
        return Err(Problem::unauthenticated());
    };
    let mut fields = Fields::new();
    let event = params
        .event_id
        .and_then(|text| fields.parsed("/event_id", text.parse::<EventId>()));
    let event = fields.finish(Some(event))?;
    let (limit, cursor) = (page.limit()?, page.cursor());
    let whose = match event {
        None => TicketsOf::Buyer(user),
        Some(event) => {
            ticketing.permit_hidden::<SeeSales>(&caller, event).await?;
            TicketsOf::Event(event)
        }
    };
    let (orders, next) = ticketing.orders_with_tickets(whose, limit, cursor).await?;
    Ok(Json(List::new(ticketing.ticket_views(&orders).await?, next)))
}
