use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use turnout_domain::{EventId, Text};
use turnout_http::{Body, Caller, Fields, Given, Manage, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::request::MoneyRequest;
use super::ticket_type_request::TicketTypeOptions;
use super::ticket_type_view::TicketTypeView;
use crate::Ticketing;
use crate::model::TicketTypeChange;

/// A ticket type to be. A name and a price are enough.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CreateTicketTypeRequest {
    /// 1 to 100 characters.
    #[serde(default)]
    #[schema(value_type = String, example = "Standing", required)]
    name: Given<String>,
    /// An amount of 0 makes it a registration.
    #[serde(default)]
    #[schema(value_type = MoneyRequest, required)]
    price: Given<MoneyRequest>,
    #[serde(flatten)]
    options: TicketTypeOptions,
}

impl CreateTicketTypeRequest {
    fn parse(self) -> Result<TicketTypeChange, Problem> {
        let mut fields = Fields::new();
        let name = fields.required("/name", self.name, Text::<1, 100>::try_from);
        let price = MoneyRequest::parse("/price", self.price, &mut fields);
        let change = TicketTypeChange {
            name: name.map(String::from),
            price,
            ..self.options.parse(&mut fields)
        };
        fields.finish(Some(change))
    }
}

/// Adds a ticket type to an event.
#[utoipa::path(
    post, path = "/events/{event_id}/ticket-types", operation_id = "create_ticket_type", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    request_body = CreateTicketTypeRequest,
    responses(
        (status = CREATED, body = TicketTypeView, description = "Made."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event, or not yours."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: the event has as many as it can have."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn create_ticket_type(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Body(request): Body<CreateTicketTypeRequest>,
) -> Result<(StatusCode, Json<TicketTypeView>), Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    let (offer, ticket_type) = ticketing
        .create_ticket_type(event, &request.parse()?, &permit)
        .await?;
    let view = TicketTypeView::new(&offer, &ticket_type, ticketing.clock.now());
    Ok((StatusCode::CREATED, Json(view)))
}
