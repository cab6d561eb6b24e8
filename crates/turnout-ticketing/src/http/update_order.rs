use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use turnout_domain::OrderId;
use turnout_http::{Body, Caller, Fields, Given, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::access::{OrderAccess, OrderSecret};
use super::order_details::{AnswerRequest, AttendeeRequest, answers, attendees};
use super::request::BuyerRequest;
use super::views::{OrderView, Secret};
use crate::Ticketing;
use crate::update_order::OrderChange;

/// What is to be changed of an order; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct UpdateOrderRequest {
    #[serde(default)]
    #[schema(value_type = Option<BuyerRequest>)]
    buyer: Given<BuyerRequest>,
    /// All of them: they take the place of those before.
    #[serde(default)]
    #[schema(value_type = Option<Vec<AnswerRequest>>)]
    answers: Given<Vec<AnswerRequest>>,
    /// All of them, in the order of the items' places: they take the place of those before.
    #[serde(default)]
    #[schema(value_type = Option<Vec<AttendeeRequest>>)]
    attendees: Given<Vec<AttendeeRequest>>,
}

impl UpdateOrderRequest {
    fn parse(self) -> Result<OrderChange, Problem> {
        let mut fields = Fields::new();
        let buyer = match self.buyer {
            Given::Missing | Given::Null => None,
            given => BuyerRequest::parse(given, &mut fields),
        };
        let change = OrderChange {
            buyer,
            answers: answers("/answers", self.answers, &mut fields),
            attendees: attendees(self.attendees, &mut fields),
        };
        fields.finish(Some(change))
    }
}

/// Changes buyer, attendees and answers of an order that waits to be paid.
#[utoipa::path(
    patch, path = "/orders/{order_id}", operation_id = "update_order", tag = "ticketing",
    params(
        ("order_id" = String, Path, description = "The order."),
        ("Order-Secret" = Option<String>, Header, description = "Opens the order for a guest."),
    ),
    request_body = UpdateOrderRequest,
    responses(
        (status = OK, body = OrderView, description = "Changed."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: it is for whoever placed it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: it is not waiting to be paid any more."),
        (status = GONE, body = ProblemView, description = "`hold-expired`"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn update_order(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    secret: OrderSecret,
    Path(order): Path<OrderId>,
    Body(request): Body<UpdateOrderRequest>,
) -> Result<Json<OrderView>, Problem> {
    let access = ticketing.own_order(order, &caller, &secret).await?;
    let order = ticketing
        .update_order((access.order, access.version), &request.parse()?)
        .await?;
    Ok(Json(ticketing.order_view(&order, Secret::Shown).await?))
}

/// Gives the buyer of a held order more time: once, as long as a new hold.
#[utoipa::path(
    post, path = "/orders/{order_id}/renew", operation_id = "renew_order", tag = "ticketing",
    params(
        ("order_id" = String, Path, description = "The order."),
        ("Order-Secret" = Option<String>, Header, description = "Opens the order for a guest."),
    ),
    responses(
        (status = OK, body = OrderView, description = "With its new `expires_at`."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: it is for whoever placed it."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`hold-not-renewable` with `expires_at`, or `conflict`: it is not waiting to be paid any more."),
        (status = GONE, body = ProblemView, description = "`hold-expired`"),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn renew_order(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    secret: OrderSecret,
    Path(order): Path<OrderId>,
) -> Result<Json<OrderView>, Problem> {
    let access = ticketing.own_order(order, &caller, &secret).await?;
    let order = ticketing.renew_order((access.order, access.version)).await?;
    Ok(Json(ticketing.order_view(&order, Secret::Shown).await?))
}

impl Ticketing {
    /// The order for whoever placed it: members see it, but its details are not theirs to change.
    async fn own_order(
        &self,
        id: OrderId,
        caller: &Caller,
        secret: &OrderSecret,
    ) -> Result<OrderAccess, Problem> {
        let access = self.order_for(id, caller, secret).await?;
        if access.secret == Secret::Hidden {
            return Err(Problem::forbidden());
        }
        Ok(access)
    }
}
