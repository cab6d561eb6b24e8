use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, PlannedTime, TicketTypeId};
use turnout_http::{Body, Caller, Fields, Given, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::views::MoneyView;
use crate::Ticketing;
use crate::model::Discount;

/// A code that a buyer has typed.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CheckPromoCodeRequest {
    #[serde(default)]
    #[schema(value_type = String, example = "EARLY-BIRD", required)]
    code: Given<String>,
}

/// What a promo code gives.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PromoCodeOffer)]
pub(super) struct PromoCodeOfferView {
    /// As it is kept.
    code: String,
    /// What it takes off the prices, in hundredths of a percent; not where the buyer names the price.
    #[schema(required)]
    percent_basis_points: Option<u32>,
    /// What it takes off an order.
    #[schema(required)]
    amount: Option<MoneyView>,
    /// What the discount is for; null for all.
    #[schema(value_type = Option<Vec<String>>, required)]
    ticket_type_ids: Option<Vec<TicketTypeId>>,
    /// The hidden ticket types it sells: `GET …/ticket-types` shows them with the header `Promo-Code`.
    #[schema(value_type = Vec<String>)]
    unlocks: Vec<TicketTypeId>,
    /// The ticket type that places are set aside of.
    #[schema(value_type = Option<String>, required)]
    reserved_ticket_type_id: Option<TicketTypeId>,
    #[schema(required)]
    ends_at: Option<String>,
}

/// What a promo code gives, before anything is ordered. It is counted when an order is placed with it.
#[utoipa::path(
    post, path = "/events/{event_id}/promo-codes/check", operation_id = "check_promo_code", tag = "ticketing",
    params(("event_id" = String, Path, description = "The event.")),
    request_body = CheckPromoCodeRequest,
    responses(
        (status = OK, body = PromoCodeOfferView, description = "The answer."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event."),
        (status = CONFLICT, body = ProblemView, description = "`unknown-promo-code`"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
        (status = TOO_MANY_REQUESTS, body = ProblemView, description = "`rate-limited`: too many codes that do not work."),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn check_promo_code(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Body(request): Body<CheckPromoCodeRequest>,
) -> Result<Json<PromoCodeOfferView>, Problem> {
    let mut fields = Fields::new();
    let text = fields.required("/code", request.code, Ok::<_, String>);
    let text = fields.finish(text)?;
    // A draft's codes are nobody's to try.
    ticketing.visible_offer(&caller, event).await?;
    let code = ticketing.find_code(&caller, event, &text).await?;
    let (percent_basis_points, amount) = match &code.discount {
        None => (None, None),
        Some(Discount::Percent { basis_points }) => (Some(*basis_points), None),
        Some(Discount::Amount { amount }) => (None, Some(MoneyView::from(*amount))),
    };
    Ok(Json(PromoCodeOfferView {
        percent_basis_points,
        amount,
        reserved_ticket_type_id: code.reserved.map(|reserve| reserve.ticket_type_id),
        ends_at: code.ends_at.as_ref().map(PlannedTime::to_rfc3339),
        code: code.code,
        ticket_type_ids: code.ticket_type_ids,
        unlocks: code.unlocks,
    }))
}
