use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use turnout_domain::messages::Direction;
use turnout_domain::{EventId, TicketId};
use turnout_http::{Admit, Body, Caller, DoorCaller, Fields, Given, Path, Permit, Problem, ProblemView};
use utoipa::ToSchema;

use super::door::request::{Gate, Reason, direction, gate_of, list, list_of, nonce, unknown_list};
use super::door::validation::{ValidationResult, ValidationView};
use crate::Ticketing;
use crate::door::{Asked, DoorError, ListId, Override, Way};
use crate::model::Order;

/// At which list and gate, and which way.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct ValidateTicketRequest {
    /// The event the door is at: a ticket of another is told apart, and not used up.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    event_id: Given<String>,
    /// `main` if it is left out; for a paired phone, the list of its gate link.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    list: Given<String>,
    /// The gate, in the organizer's words; a paired phone stands at that of its gate link.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    gate: Given<String>,
    /// `entry` if it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(entry|exit)$")]
    direction: Given<String>,
    /// Names the scan. One that is sent again after its answer was lost gets the same answer.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 64)]
    nonce: Given<String>,
    /// Why the ticket is to be let in against the rules of the list; for supervisors.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 120)]
    override_reason: Given<String>,
}

/// A code as it was scanned or typed.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ValidateTicketCodeRequest {
    #[serde(default)]
    #[schema(value_type = String, required)]
    code: Given<String>,
    #[serde(flatten)]
    at: ValidateTicketRequest,
}

/// What was asked, parsed.
struct Parsed {
    event: Option<EventId>,
    list: Option<ListId>,
    gate: Option<Gate>,
    direction: Direction,
    nonce: Option<String>,
    override_reason: Option<Reason>,
}

impl ValidateTicketRequest {
    fn parse(self, fields: &mut Fields) -> Parsed {
        Parsed {
            event: fields.optional("/event_id", self.event_id, |text| text.parse::<EventId>()),
            list: list(fields, "/list", self.list),
            gate: fields.optional("/gate", self.gate, Gate::try_from),
            direction: fields
                .optional("/direction", self.direction, |text| direction(&text))
                .unwrap_or_default(),
            nonce: fields.optional("/nonce", self.nonce, nonce),
            override_reason: fields.optional("/override_reason", self.override_reason, Reason::try_from),
        }
    }
}

/// Lets a ticket through, once per list.
#[utoipa::path(
    post, path = "/tickets/{ticket_id}/validate", operation_id = "validate_ticket", tag = "ticketing",
    params(("ticket_id" = String, Path, description = "The ticket.")),
    request_body = ValidateTicketRequest,
    responses(
        (status = OK, body = ValidationView, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid; `gate-link-revoked`, `gate-link-expired`."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it, or it takes a supervisor."),
        (status = NOT_FOUND, body = ProblemView, description = "`not-found`: no such thing, or not yours to see."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: the scan was taken back, or there are too many of this ticket."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
        (status = TOO_MANY_REQUESTS, body = ProblemView, description = "`rate-limited`: too many wrong gate credentials."),
    ),
    security(("bearer" = []), ("gate" = [])),
)]
pub(super) async fn validate_ticket(
    State(ticketing): State<Ticketing>,
    caller: DoorCaller,
    Path(ticket): Path<TicketId>,
    Body(request): Body<ValidateTicketRequest>,
) -> Result<Json<ValidationView>, Problem> {
    known(&caller)?;
    let mut fields = Fields::new();
    let parsed = request.parse(&mut fields);
    fields.finish(Some(()))?;
    let asked = Asked {
        ticket,
        generation: None,
    };
    Ok(Json(ticketing.validate(&caller, asked, parsed).await?))
}

/// Lets the ticket through that a code names, once per list.
#[utoipa::path(
    post, path = "/tickets/validate", operation_id = "validate_ticket_code", tag = "ticketing",
    request_body = ValidateTicketCodeRequest,
    responses(
        (status = OK, body = ValidationView, description = "The answer."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid; `gate-link-revoked`, `gate-link-expired`."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not cover it, or it takes a supervisor."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: the scan was taken back, or there are too many of this ticket."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
        (status = TOO_MANY_REQUESTS, body = ProblemView, description = "`rate-limited`: too many wrong gate credentials."),
    ),
    security(("bearer" = []), ("gate" = [])),
)]
pub(super) async fn validate_ticket_code(
    State(ticketing): State<Ticketing>,
    caller: DoorCaller,
    Body(request): Body<ValidateTicketCodeRequest>,
) -> Result<Json<ValidationView>, Problem> {
    known(&caller)?;
    let mut fields = Fields::new();
    let code = fields.required("/code", request.code, |text| ticket_code(&text));
    let parsed = request.at.parse(&mut fields);
    let code = fields.finish(code)?;
    let (list, direction) = (parsed.list.clone().unwrap_or_default(), parsed.direction);
    let unknown = || ValidationView::without_ticket(ValidationResult::UnknownCode, &list, direction);
    let Ok(code) = ticketing.keys.load().await?.read_code(&code) else {
        // Whoever only guesses at credentials is not told even that.
        if let DoorCaller::Gate(credential) = &caller {
            ticketing.pass(credential).await?;
        }
        return Ok(Json(unknown()));
    };
    let asked = Asked {
        ticket: code.ticket,
        generation: Some(code.generation),
    };
    match ticketing.validate(&caller, asked, parsed).await {
        // Signed by us, but not for this caller's doors: to them it is as good as unknown.
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => Ok(Json(unknown())),
        answer => answer.map(Json),
    }
}

/// A code as it was scanned or typed.
pub(super) fn ticket_code(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("Scan or type the code of a ticket."),
        text if text.len() > 512 => Err("A ticket's code is shorter than this."),
        text => Ok(text.to_owned()),
    }
}

fn known(caller: &DoorCaller) -> Result<(), Problem> {
    match caller {
        DoorCaller::Caller(Caller::Guest) => Err(Problem::unauthenticated()),
        DoorCaller::Caller(Caller::Person(_)) | DoorCaller::Gate(_) => Ok(()),
    }
}

/// Who admits here; or that the ticket is for another event, which both must know of.
enum Here {
    Permit(Permit<Admit>),
    Elsewhere,
}

impl Ticketing {
    async fn here(
        &self,
        caller: &DoorCaller,
        order: &Order,
        event: Option<EventId>,
    ) -> Result<Here, Problem> {
        let permit = match caller {
            DoorCaller::Caller(caller) => self.permit_hidden::<Admit>(caller, order.event_id).await?,
            DoorCaller::Gate(credential) => {
                let pass = self.pass(credential).await?;
                if pass.event != order.event_id {
                    let own = self.organizer_of(pass.event).await?;
                    let same = own == self.organizer_of(order.event_id).await?;
                    return if same {
                        Ok(Here::Elsewhere)
                    } else {
                        Err(Problem::not_found())
                    };
                }
                let organizer = self.organizer_of(order.event_id).await?;
                Permit::at_gate(pass, organizer)
            }
        };
        let elsewhere = event.is_some_and(|event| event != order.event_id);
        Ok(if elsewhere {
            Here::Elsewhere
        } else {
            Here::Permit(permit)
        })
    }

    async fn validate(
        &self,
        caller: &DoorCaller,
        asked: Asked,
        parsed: Parsed,
    ) -> Result<ValidationView, Problem> {
        let Some((order, version)) = self.order(asked.ticket.order()).await? else {
            if let DoorCaller::Gate(credential) = caller {
                self.pass(credential).await?;
            }
            return Err(Problem::not_found());
        };
        let permit = match self.here(caller, &order, parsed.event).await? {
            Here::Permit(permit) => permit,
            Here::Elsewhere => {
                return Ok(ValidationView::without_ticket(
                    ValidationResult::WrongEvent,
                    &parsed.list.unwrap_or_default(),
                    parsed.direction,
                ));
            }
        };
        let mut fields = Fields::new();
        let list = list_of(&mut fields, "/list", parsed.list, &permit);
        let way = Way {
            list: fields.finish(list)?,
            direction: parsed.direction,
            gate: gate_of(parsed.gate, &permit),
            nonce: parsed.nonce,
            against_rules: parsed.override_reason.map(|reason| Override(reason.into())),
        };
        let verdict = match self.admit((order.clone(), version), asked, &way, &permit).await {
            // The ticket is there: it must not look as if that were unknown.
            Err(DoorError::UnknownList) => return Err(unknown_list("/list")),
            verdict => verdict?,
        };
        let view = ValidationView::of(verdict, &way.list, way.direction);
        Ok(view.showing(self, &order, asked.ticket, &permit).await?)
    }
}
