//! Questions to buyers and attendees.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, QuestionId, Text, TextError, TicketTypeId};
use turnout_http::{Body, Caller, ETagged, Fields, Given, IfMatch, List, Manage, Path, Problem, ProblemView};
use utoipa::ToSchema;

use super::request::{ids, whole};
use super::ticket_type_request::described;
use crate::Ticketing;
use crate::edit_questions::{QuestionChange, QuestionKindName};
use crate::model::{Asked, QUESTIONS_MAX, Question, QuestionKind, ShownIf, TICKET_TYPES_MAX};

/// The most answers to choose from.
const CHOICES_MAX: usize = 50;

/// What buyers or attendees are asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Question)]
pub(super) struct QuestionView {
    #[schema(value_type = String)]
    id: QuestionId,
    label: String,
    /// Words of help beneath it.
    #[schema(required)]
    help: Option<String>,
    kind: QuestionKindView,
    /// The answers to choose from; empty for other kinds.
    choices: Vec<String>,
    required: bool,
    asked: AskedView,
    /// Only asked with these ticket types; null: with all, or all that admit someone.
    #[schema(value_type = Option<Vec<String>>, required)]
    ticket_type_ids: Option<Vec<TicketTypeId>>,
    /// Only asked if another question was answered so.
    #[schema(required)]
    shown_if: Option<ShownIfView>,
    position: u32,
    version: u64,
}

/// What can be answered: some lines, a decimal number, one of the choices, a day (`2027-07-04`), or `true`.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QuestionKind)]
pub(super) enum QuestionKindView {
    Text,
    Number,
    Choice,
    Date,
    Consent,
}

/// The buyer once, or each attendee.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Asked)]
pub(super) enum AskedView {
    Order,
    Attendee,
}

/// The answer that another question is asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShownIf)]
pub(super) struct ShownIfView {
    #[schema(value_type = String)]
    question_id: QuestionId,
    equals: String,
}

impl QuestionView {
    fn new(question: &Question) -> Self {
        let (kind, choices) = match &question.kind {
            QuestionKind::Text => (QuestionKindView::Text, Vec::new()),
            QuestionKind::Number => (QuestionKindView::Number, Vec::new()),
            QuestionKind::Choice { choices } => (QuestionKindView::Choice, choices.clone()),
            QuestionKind::Date => (QuestionKindView::Date, Vec::new()),
            QuestionKind::Consent => (QuestionKindView::Consent, Vec::new()),
        };
        Self {
            id: question.id,
            label: question.label.clone(),
            help: question.help.clone(),
            kind,
            choices,
            required: question.required,
            asked: match question.asked {
                Asked::Order => AskedView::Order,
                Asked::Attendee => AskedView::Attendee,
            },
            ticket_type_ids: question.ticket_type_ids.clone(),
            shown_if: question.shown_if.as_ref().map(|shown_if| ShownIfView {
                question_id: shown_if.question_id,
                equals: shown_if.equals.clone(),
            }),
            position: question.position,
            version: question.revision + 1,
        }
    }
}

/// A question, new or edited. A new one needs a label; what else is left out stays, or is an optional line of text that
/// the buyer is asked.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct QuestionRequest {
    /// 1 to 200 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "Do you eat meat?")]
    label: Given<String>,
    /// At most 2,000 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    help: Given<String>,
    #[serde(default)]
    #[schema(value_type = Option<QuestionKindView>)]
    kind: Given<String>,
    /// 2 to 50 answers of 1 to 100 characters, for the kind `choice`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    choices: Given<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    required: Given<bool>,
    #[serde(default)]
    #[schema(value_type = Option<AskedView>)]
    asked: Given<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    ticket_type_ids: Given<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<ShownIfRequest>)]
    shown_if: Given<ShownIfRequest>,
    /// Its place among the questions, from 0; a new one goes to the end.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    position: Given<i64>,
}

/// The answer that a question is asked for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct ShownIfRequest {
    #[serde(default)]
    #[schema(value_type = String, required)]
    question_id: Given<String>,
    #[serde(default)]
    #[schema(value_type = String, required)]
    equals: Given<String>,
}

impl QuestionRequest {
    fn parse(self, new: bool) -> Result<QuestionChange, Problem> {
        let mut fields = Fields::new();
        let label = if new {
            fields.required("/label", self.label, Text::<1, 200>::try_from)
        } else {
            fields.optional("/label", self.label, Text::<1, 200>::try_from)
        };
        let change = QuestionChange {
            label: label.map(String::from),
            help: described("/help", self.help, &mut fields),
            kind: fields.optional("/kind", self.kind, |text| match text.as_str() {
                "text" => Ok(QuestionKindName::Text),
                "number" => Ok(QuestionKindName::Number),
                "choice" => Ok(QuestionKindName::Choice),
                "date" => Ok(QuestionKindName::Date),
                "consent" => Ok(QuestionKindName::Consent),
                _ => Err("Use text, number, choice, date or consent."),
            }),
            choices: fields.optional("/choices", self.choices, choices),
            required: fields.optional("/required", self.required, Ok::<_, String>),
            asked: fields.optional("/asked", self.asked, |text| match text.as_str() {
                "order" => Ok(Asked::Order),
                "attendee" => Ok(Asked::Attendee),
                _ => Err("Use order or attendee."),
            }),
            ticket_type_ids: fields.nullable("/ticket_type_ids", self.ticket_type_ids, |texts| {
                ids::<TicketTypeId>(texts, TICKET_TYPES_MAX as usize)
            }),
            shown_if: match self.shown_if {
                Given::Missing => None,
                Given::Null => Some(None),
                given => ShownIfRequest::parse(given, &mut fields).map(Some),
            },
            position: fields.optional("/position", self.position, |n| whole(n, 0, QUESTIONS_MAX)),
        };
        fields.finish(Some(change))
    }
}

impl ShownIfRequest {
    fn parse(given: Given<Self>, fields: &mut Fields) -> Option<ShownIf> {
        let request = fields.required("/shown_if", given, Ok::<_, String>)?;
        let question = fields.required("/shown_if/question_id", request.question_id, |text| {
            text.parse::<QuestionId>()
        });
        let equals = fields.required(
            "/shown_if/equals",
            request.equals,
            Text::<1, 2000, true>::try_from,
        );
        Some(ShownIf {
            question_id: question?,
            equals: equals?.into(),
        })
    }
}

fn choices(texts: Vec<String>) -> Result<Vec<String>, String> {
    if texts.len() > CHOICES_MAX {
        return Err(format!("Offer at most {CHOICES_MAX} answers."));
    }
    let choice = |text| {
        Text::<1, 100>::try_from(text)
            .map(String::from)
            .map_err(|error: TextError| error.to_string())
    };
    texts.into_iter().map(choice).collect()
}

/// Adds a question to an event.
#[utoipa::path(
    post, path = "/events/{event_id}/questions", operation_id = "create_question", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
    ),
    request_body = QuestionRequest,
    responses(
        (status = CREATED, body = QuestionView, description = "Made."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event, or not yours."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: the event has as many as it can have."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn create_question(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
    Body(request): Body<QuestionRequest>,
) -> Result<(StatusCode, Json<QuestionView>), Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    let question = ticketing
        .create_question(event, &request.parse(true)?, &permit)
        .await?;
    Ok((StatusCode::CREATED, Json(QuestionView::new(&question))))
}

/// What buyers and attendees of an event are asked, in this order.
#[utoipa::path(
    get, path = "/events/{event_id}/questions", operation_id = "list_questions", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
    ),
    responses(
        (status = OK, body = List<QuestionView>, description = "The answer."),
        (status = NOT_FOUND, body = ProblemView, description = "No such event, or not yours."),
    ),
    security((), ("bearer" = [])),
)]
pub(super) async fn list_questions(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    Path(event): Path<EventId>,
) -> Result<Json<List<QuestionView>>, Problem> {
    let (offer, _) = ticketing.visible_offer(&caller, event).await?;
    let items = offer.asked().into_iter().map(QuestionView::new).collect();
    Ok(Json(List::new(items, None)))
}

/// Edits a question. Answers that were given stay as they are.
#[utoipa::path(
    patch, path = "/events/{event_id}/questions/{question_id}", operation_id = "update_question", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("question_id" = String, Path, description = "The question."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` or `version` the edit is based on."),
    ),
    request_body = QuestionRequest,
    responses(
        (status = OK, body = QuestionView, description = "Changed."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such question, or not yours."),
        (status = PRECONDITION_FAILED, body = ProblemView, description = "`precondition-failed`: it was edited since."),
        (status = UNPROCESSABLE_ENTITY, body = ProblemView, description = "`validation`: every field that is not valid."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn update_question(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    based_on: IfMatch,
    Path((event, id)): Path<(EventId, QuestionId)>,
    Body(request): Body<QuestionRequest>,
) -> Result<ETagged<QuestionView>, Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    let change = request.parse(false)?;
    let question = ticketing
        .update_question(event, id, &change, based_on.version(), &permit)
        .await?;
    Ok(ETagged {
        version: question.revision + 1,
        body: QuestionView::new(&question),
    })
}

/// Takes a question back. Answers that were given stay with their orders.
#[utoipa::path(
    delete, path = "/events/{event_id}/questions/{question_id}", operation_id = "delete_question", tag = "ticketing",
    params(
        ("event_id" = String, Path, description = "The event."),
        ("question_id" = String, Path, description = "The question."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` or `version` the edit is based on."),
    ),
    responses(
        (status = NO_CONTENT, description = "Gone."),
        (status = UNAUTHORIZED, body = ProblemView, description = "`unauthenticated`: no access token, or one that is not valid."),
        (status = FORBIDDEN, body = ProblemView, description = "`forbidden`: your role does not allow it."),
        (status = NOT_FOUND, body = ProblemView, description = "No such question, or not yours."),
        (status = CONFLICT, body = ProblemView, description = "`conflict`: another question depends on it."),
        (status = PRECONDITION_FAILED, body = ProblemView, description = "`precondition-failed`: it was edited since."),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn delete_question(
    State(ticketing): State<Ticketing>,
    caller: Caller,
    based_on: IfMatch,
    Path((event, id)): Path<(EventId, QuestionId)>,
) -> Result<StatusCode, Problem> {
    let permit = ticketing.permit_to::<Manage>(&caller, event).await?;
    ticketing
        .delete_question(event, id, based_on.version(), &permit)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
