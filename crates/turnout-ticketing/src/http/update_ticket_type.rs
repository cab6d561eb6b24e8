use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use turnout_domain::{EventId, Text, TicketTypeId};
use turnout_http::{Body, Caller, ETagged, Fields, Given, IfMatch, Manage, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::request::MoneyRequest;
use super::ticket_type_request::TicketTypeOptions;
use super::ticket_type_view::TicketTypeView;
use crate::Ticketing;
use crate::model::TicketTypeChange;

/// What is to be changed of a ticket type.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct UpdateTicketTypeRequest {
    /// 1 to 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Given<String>,
    /// For those who order from now on: who holds or has tickets agreed to the price of then.
    #[serde(default)]
    #[schema(value_type = Option<MoneyRequest>)]
    price: Given<MoneyRequest>,
    #[serde(flatten)]
    options: TicketTypeOptions,
}

impl UpdateTicketTypeRequest {
    fn parse(self) -> Result<TicketTypeChange, Problem> {
        let mut fields = Fields::new();
        let name = fields.optional("/name", self.name, Text::<1, 100>::try_from);
        let price = match self.price {
            Given::Missing | Given::Null => None,
            given => MoneyRequest::parse("/price", given, &mut fields),
        };
        let change = TicketTypeChange {
            name: name.map(String::from),
            price,
            ..self.options.parse(&mut fields)
        };
        fields.finish(Some(change))
    }
}

/// Edits a ticket type. What is sold or held stays as its buyers agreed to it.
#[utoipa::path(
    patch, path = "/events/{event_id}/ticket-types/{ticket_type_id}", operation_id = "update_ticket_type", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("ticket_type_id" = String, Path, description = "The ticket type."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` or `version` the edit is based on."),
    ),
    request_body = UpdateTicketTypeRequest,
    responses(
        (status = OK, body = TicketTypeView, description = "Changed."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such ticket type, or not yours."),
        (status = PRECONDITION_FAILED, body = ProblemView, description = "`precondition-failed`: it was edited since."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn update_ticket_type(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    based_on: IfMatch,
    Path((event, id)): Path<(EventId, TicketTypeId)>,
    Body(request): Body<UpdateTicketTypeRequest>,
) -> Result<ETagged<TicketTypeView>, Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    let change = request.parse()?;
    let (offer, ticket_type) = ticketing
        .update_ticket_type(event, id, &change, based_on.version(), &permit)
        .await?;
    Ok(ETagged {
        version: ticket_type.revision + 1,
        body: TicketTypeView::new(&offer, &ticket_type, ticketing.clock.now()),
    })
}

/// Takes a ticket type back that nothing was sold of and nobody holds.
#[utoipa::path(
    delete, path = "/events/{event_id}/ticket-types/{ticket_type_id}", operation_id = "delete_ticket_type", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("ticket_type_id" = String, Path, description = "The ticket type."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` or `version` the edit is based on."),
    ),
    responses(
        (status = NO_CONTENT, description = "Gone."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such ticket type, or not yours."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: tickets of it are sold or held, or another is an add-on to it."),
        (status = PRECONDITION_FAILED, body = ProblemView, description = "`precondition-failed`: it was edited since."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn delete_ticket_type(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    based_on: IfMatch,
    Path((event, id)): Path<(EventId, TicketTypeId)>,
) -> Result<StatusCode, Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    ticketing
        .delete_ticket_type(event, id, based_on.version(), &permit)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
