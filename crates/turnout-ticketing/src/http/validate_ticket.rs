use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, TicketId};
use turnout_http::{Admit, Body, Caller, Fields, Given, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::views::TicketView;
use crate::Ticketing;
use crate::validate_ticket::{ListName, Verdict};

/// At which list.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ValidateTicketRequest {
    /// The event the door is at: a ticket of another is told apart, and not used up.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    event_id: Given<String>,
    /// `main` if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    list: Given<String>,
}

/// A code as it was scanned or typed.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ValidateTicketCodeRequest {
    #[serde(default)]
    #[schema(value_type = String, required)]
    code: Given<String>,
    /// The event the door is at: a ticket of another is told apart.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    event_id: Given<String>,
    /// `main` if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    list: Given<String>,
}

/// What became of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ValidationResult {
    Admitted,
    AlreadyAdmitted,
    Cancelled,
    WrongEvent,
    UnknownCode,
}

/// The verdict on a ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Validation)]
pub(super) struct ValidationView {
    result: ValidationResult,
    /// The ticket, where it is one of the caller's organizer.
    #[schema(required)]
    ticket: Option<TicketView>,
    list: String,
    /// When it was admitted by this scan.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    admitted_at: Option<Timestamp>,
    /// When it was first admitted, by this scan or before.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    first_admitted_at: Option<Timestamp>,
}

impl ValidationView {
    fn without_ticket(result: ValidationResult, list: &ListName) -> Self {
        let list = list.as_str().to_owned();
        Self {
            result,
            ticket: None,
            list,
            admitted_at: None,
            first_admitted_at: None,
        }
    }
}

/// Admits a ticket, once per list.
#[utoipa::path(
    post, path = "/tickets/{ticket_id}/validate", operation_id = "validate_ticket", tag = "ticketing",
    params(("ticket_id" = String, Path, description = "The ticket.")),
    request_body = ValidateTicketRequest,
    responses(
        (status = OK, body = ValidationView, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn validate_ticket(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(ticket): Path<TicketId>,
    Body(request): Body<ValidateTicketRequest>,
) -> Result<Json<ValidationView>, Problem> {
    if caller.user().is_none() {
        return Err(Problem::unauthenticated());
    }
    let mut fields = Fields::new();
    let event = fields.optional("/event_id", request.event_id, |text| text.parse::<EventId>());
    let list = fields
        .optional("/list", request.list, ListName::try_from)
        .unwrap_or_default();
    let list = fields.finish(Some(list))?;
    Ok(Json(ticketing.validate(&caller, ticket, event, &list).await?))
}

/// Admits the ticket that a code names, once per list.
#[utoipa::path(
    post, path = "/tickets/validate", operation_id = "validate_ticket_code", tag = "ticketing",
    request_body = ValidateTicketCodeRequest,
    responses(
        (status = OK, body = ValidationView, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn validate_ticket_code(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Body(request): Body<ValidateTicketCodeRequest>,
) -> Result<Json<ValidationView>, Problem> {
    if caller.user().is_none() {
        return Err(Problem::unauthenticated());
    }
    let mut fields = Fields::new();
    let code = fields.required("/code", request.code, |text| match text.trim() {
        "" => Err("Scan or type the code of a ticket."),
        text if text.len() > 512 => Err("A ticket's code is shorter than this."),
        text => Ok(text.to_owned()),
    });
    let event = fields.optional("/event_id", request.event_id, |text| text.parse::<EventId>());
    let list = fields
        .optional("/list", request.list, ListName::try_from)
        .unwrap_or_default();
    let code = fields.finish(code)?;
    let Ok(code) = ticketing.keys.load().await?.read_code(&code) else {
        return Ok(Json(ValidationView::without_ticket(
            ValidationResult::UnknownCode,
            &list,
        )));
    };
    match ticketing.validate(&caller, code.ticket, event, &list).await {
        // Signed by us, but not for this caller's doors: to them it is as good as unknown.
        Err(problem) if problem.status() == axum::http::StatusCode::NOT_FOUND => Ok(Json(
            ValidationView::without_ticket(ValidationResult::UnknownCode, &list),
        )),
        answer => answer.map(Json),
    }
}

impl Ticketing {
    async fn validate(
        &self,
        caller: &Caller,
        ticket: TicketId,
        event: Option<EventId>,
        list: &ListName,
    ) -> Result<ValidationView, Problem> {
        let (order, version) = self.order(ticket.order()).await?.ok_or_else(Problem::not_found)?;
        let permit = self.permit_hidden::<Admit>(caller, order.event_id).await?;
        if event.is_some_and(|event| event != order.event_id) {
            return Ok(ValidationView::without_ticket(ValidationResult::WrongEvent, list));
        }
        let verdict = self.admit((&order, version), ticket, list, &permit).await?;
        let (result, admitted_at, first_admitted_at) = match verdict {
            Verdict::Admitted { at } => (ValidationResult::Admitted, Some(at), Some(at)),
            Verdict::AlreadyAdmitted { first } => (ValidationResult::AlreadyAdmitted, None, Some(first)),
            Verdict::Cancelled => (ValidationResult::Cancelled, None, None),
        };
        let ticket = self.ticket_view(&order, ticket).await?;
        Ok(ValidationView {
            result,
            ticket,
            list: list.as_str().to_owned(),
            admitted_at,
            first_admitted_at,
        })
    }
}
