use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use turnout_domain::{EventId, TicketTypeId};
use turnout_http::{Body, Caller, FieldError, Fields, Given, IdempotencyKey, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::super::request::{BuyerRequest, quantity};
use super::super::views::Secret;
use super::views::EntryView;
use crate::Ticketing;
use crate::model::Buyer;
use crate::place_order::fingerprint;
use crate::waitlist::{Join, JoinError, entry_id};

/// The most ticket types of one entry.
const TICKET_TYPES_MAX: usize = 20;

/// What someone waits for.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct JoinWaitlistRequest {
    /// 1 to 20 sold-out ticket types, any of which will do: the first ones rather.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required)]
    ticket_type_ids: Given<Vec<String>>,
    /// All of so many tickets, or none.
    #[serde(default)]
    #[schema(value_type = u32, minimum = 1, maximum = 100, required)]
    quantity: Given<i64>,
    #[serde(default)]
    #[schema(value_type = BuyerRequest, required)]
    buyer: Given<BuyerRequest>,
}

impl JoinWaitlistRequest {
    fn parse(self) -> Result<(Vec<TicketTypeId>, u32, Buyer), Problem> {
        let mut fields = Fields::new();
        let types = fields.required("/ticket_type_ids", self.ticket_type_ids, |ids| match ids.len() {
            0 => Err("Choose at least one ticket type.".to_owned()),
            n if n > TICKET_TYPES_MAX => Err(format!("Choose at most {TICKET_TYPES_MAX} ticket types.")),
            _ => Ok(ids),
        });
        let types = types.map(|ids| {
            let mut types: Vec<TicketTypeId> = Vec::with_capacity(ids.len());
            for (place, id) in ids.into_iter().enumerate() {
                let pointer = format!("/ticket_type_ids/{place}");
                match fields.parsed(pointer.clone(), id.parse()) {
                    Some(id) if types.contains(&id) => fields.refuse(pointer, "This one is named already."),
                    Some(id) => types.push(id),
                    None => {}
                }
            }
            types
        });
        let quantity = fields.required("/quantity", self.quantity, quantity);
        let buyer = BuyerRequest::parse(self.buyer, &mut fields);
        let parsed = types.zip(quantity).zip(buyer);
        fields.finish(parsed.map(|((types, quantity), buyer)| (types, quantity, buyer)))
    }
}

/// Puts someone on the waitlist of a sold-out event. The same key and body again give the same entry.
#[utoipa::path(
    post, path = "/events/{event_id}/waitlist", operation_id = "join_waitlist", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("Idempotency-Key" = String, Header, description = "Names this entry; the same with every try."),
    ),
    request_body = JoinWaitlistRequest,
    responses(
        (status = CREATED, body = EntryView, description = "Joined."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event."),
        (status = CONFLICT, body = ProblemView, description = "`tickets-available` with `left`, `already-waiting`, `waitlist-full` or `event-not-on-sale`."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation` or `idempotency-key-reused`."),
    ),
    security((), ("bearer" = [])),
)]
pub(in crate::http) async fn join_waitlist(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    key: IdempotencyKey,
    Path(event_id): Path<EventId>,
    Body(request): Body<JoinWaitlistRequest>,
) -> Result<Response, Problem> {
    let (ticket_types, quantity, buyer) = request.parse()?;
    let join = Join {
        id: entry_id(caller.user(), &key),
        event_id,
        fingerprint: fingerprint(&("waitlist", event_id, &ticket_types, quantity, &buyer)),
        ticket_types,
        quantity,
        buyer,
        user_id: caller.user(),
    };
    let joined = match ticketing.join_waitlist(join).await {
        Ok(joined) => joined,
        Err(JoinError::Sale(error)) => return Err(ticketing.told_to(&caller, event_id, error).await?.into()),
        Err(error) => return Err(error.into()),
    };
    let view = ticketing.entry_view(&joined.entry, Secret::Shown).await?;
    let mut response = (StatusCode::CREATED, Json(view)).into_response();
    if joined.replayed {
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert("idempotent-replayed", yes);
    }
    Ok(response)
}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::UnknownTicketType { place } => Self::validation(vec![FieldError::new(
                format!("/ticket_type_ids/{place}"),
                "This event has no such ticket type.",
            )]),
            JoinError::AddOn { place } => Self::validation(vec![FieldError::new(
                format!("/ticket_type_ids/{place}"),
                "This is an add-on: wait for what it is bought beside.",
            )]),
            JoinError::NeverFits => Self::validation(vec![FieldError::new(
                "/quantity",
                "The event does not have so many of these tickets. Choose fewer, or more ticket types.",
            )]),
            JoinError::Available { ticket_type, left } => Self::new(
                StatusCode::CONFLICT,
                "tickets-available",
                "There are tickets left",
                "These tickets are not sold out: buy them, or wait only for those that are.",
            )
            .with("ticket_type_id", ticket_type)
            .with("left", (left < i64::MAX).then_some(left)),
            JoinError::Already => Self::new(
                StatusCode::CONFLICT,
                "already-waiting",
                "Already on the waitlist",
                "This address is on the waitlist of the event. Leave it first to wait for something else.",
            ),
            JoinError::Full => Self::new(
                StatusCode::CONFLICT,
                "waitlist-full",
                "The waitlist is full",
                "So many people wait for this event that nobody else can join. Try again later.",
            ),
            JoinError::Sale(error) => error.into(),
        }
    }
}
