use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use turnout_domain::{EventId, Text};
use turnout_http::{Body, Caller, FieldError, Fields, Given, Manage, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::request::{MoneyRequest, QUANTITY_MAX, quantity};
use super::views::TicketTypeView;
use crate::Ticketing;
use crate::create_ticket_type::{CreateError, NewTicketType};

/// The most places of a ticket type.
const PLACES_MAX: i64 = 1_000_000;
/// The most of an order where none is given.
const MAX_PER_ORDER_DEFAULT: u32 = 10;

/// A ticket type to be.
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
    /// How many there are: 0 to 1,000,000. Left out, only the event's capacity limits them.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    quantity: Given<i64>,
    /// The most of one order: 1 to 100; 10 if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    max_per_order: Given<i64>,
}

impl CreateTicketTypeRequest {
    fn parse(self) -> Result<NewTicketType, Problem> {
        let mut fields = Fields::new();
        let name = fields.required("/name", self.name, Text::<1, 100>::try_from);
        let price = MoneyRequest::parse("/price", self.price, &mut fields);
        let places = fields.optional("/quantity", self.quantity, |number| {
            let fits = u32::try_from(number).ok().filter(|_| number <= PLACES_MAX);
            fits.ok_or_else(|| format!("Use a whole number from 0 to {PLACES_MAX}."))
        });
        let max_per_order = fields.optional("/max_per_order", self.max_per_order, quantity);
        let new = name.zip(price).map(|(name, price)| NewTicketType {
            name: name.into(),
            price,
            quantity: places,
            max_per_order: max_per_order.unwrap_or(MAX_PER_ORDER_DEFAULT.min(QUANTITY_MAX)),
        });
        fields.finish(new)
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
    if caller.user().is_none() {
        // Before anything is looked up: a guest is not to learn whether the event is there.
        return Err(Problem::unauthenticated());
    }
    let organizer = ticketing.organizer_of(event).await?;
    let permit = ticketing.edge.permit::<Manage>(&caller, organizer).await?;
    let (offer, ticket_type) = ticketing
        .create_ticket_type(event, request.parse()?, &permit)
        .await?;
    Ok((
        StatusCode::CREATED,
        Json(TicketTypeView::new(&offer, &ticket_type, ticketing.clock.now())),
    ))
}

impl From<CreateError> for Problem {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Currency(currency) => Self::validation(vec![FieldError::new(
                "/price/currency",
                format!("The prices of an event are in one currency; here it is {currency}."),
            )]),
            CreateError::TooMany => {
                Self::conflict("The event has as many ticket types as an event can have.")
            }
            CreateError::Sale(error) => error.into(),
        }
    }
}
