//! Questions to buyers and attendees: added, edited, taken back. Answers that were given stay with their orders.

#![expect(
    clippy::option_option,
    reason = "an edit leaves a field, empties it, or sets it"
)]

use std::collections::BTreeSet;

use turnout_domain::{EventId, QuestionId, TicketTypeId};
use turnout_http::{FieldError, Manage, Permit};
use turnout_store::{Condition, Document, NewItem, Update, Write};

use crate::Ticketing;
use crate::edit_offer::{EditError, unchanged};
use crate::items;
use crate::model::{Asked, EventCopy, Offer, QUESTIONS_MAX, Question, QuestionKind, ShownIf};

/// What is to be changed of a question; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct QuestionChange {
    pub label: Option<String>,
    pub help: Option<Option<String>>,
    pub kind: Option<QuestionKindName>,
    pub choices: Option<Vec<String>>,
    pub required: Option<bool>,
    pub asked: Option<Asked>,
    pub ticket_type_ids: Option<Option<Vec<TicketTypeId>>>,
    pub shown_if: Option<Option<ShownIf>>,
    pub position: Option<u32>,
}

/// A kind of question, without its choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuestionKindName {
    Text,
    Number,
    Choice,
    Date,
    Consent,
}

impl Ticketing {
    /// Adds a question.
    pub(crate) async fn create_question(
        &self,
        event: EventId,
        change: &QuestionChange,
        _by: &Permit<Manage>,
    ) -> Result<Question, EditError> {
        let id = QuestionId::from_ulid(self.ids.ulid(self.clock.now()));
        self.edit_offer(event, |offer| {
            if offer.event.questions >= QUESTIONS_MAX {
                return Err(EditError::Conflict(format!(
                    "An event has at most {QUESTIONS_MAX} questions."
                )));
            }
            let last = offer.questions.values().map(|other| other.position + 1).max();
            let blank = Question {
                id,
                label: String::new(),
                help: None,
                kind: QuestionKind::Text,
                required: false,
                asked: Asked::Order,
                ticket_type_ids: None,
                shown_if: None,
                position: last.unwrap_or(0),
                revision: 0,
            };
            let question = change.apply(&blank, offer).map_err(EditError::Invalid)?;
            let copy = EventCopy {
                questions: offer.event.questions + 1,
                ..offer.event.clone()
            };
            let item = NewItem::new(items::question_key(event, id), Document::of(&question));
            Ok((copy, vec![Write::Insert(item)], question))
        })
        .await
    }

    /// Edits a question.
    pub(crate) async fn update_question(
        &self,
        event: EventId,
        id: QuestionId,
        change: &QuestionChange,
        based_on: Option<u64>,
        _by: &Permit<Manage>,
    ) -> Result<Question, EditError> {
        self.edit_offer(event, |offer| {
            let before = offer.questions.get(&id).ok_or(EditError::Unknown)?;
            unchanged(based_on, before.revision)?;
            let mut question = change.apply(before, offer).map_err(EditError::Invalid)?;
            question.revision += 1;
            // Whoever edits the offer writes the event's item, so nobody else did since it was read.
            let update = Update::of(items::question_key(event, id)).document(Document::of(&question));
            Ok((offer.event.clone(), vec![Write::Update(update)], question))
        })
        .await
    }

    /// Takes a question back.
    pub(crate) async fn delete_question(
        &self,
        event: EventId,
        id: QuestionId,
        based_on: Option<u64>,
        _by: &Permit<Manage>,
    ) -> Result<(), EditError> {
        self.edit_offer(event, |offer| {
            let question = offer.questions.get(&id).ok_or(EditError::Unknown)?;
            unchanged(based_on, question.revision)?;
            let depends = |other: &&Question| {
                other
                    .shown_if
                    .as_ref()
                    .is_some_and(|cause| cause.question_id == id)
            };
            if let Some(other) = offer.questions.values().find(depends) {
                let detail = format!("“{}” is asked depending on it. Change that first.", other.label);
                return Err(EditError::Conflict(detail));
            }
            let copy = EventCopy {
                questions: offer.event.questions.saturating_sub(1),
                ..offer.event.clone()
            };
            let write = Write::Delete(items::question_key(event, id), Condition::Exists);
            Ok((copy, vec![write], ()))
        })
        .await
    }
}

impl QuestionChange {
    fn apply(&self, before: &Question, offer: &Offer) -> Result<Question, Vec<FieldError>> {
        let mut after = before.clone();
        if let Some(label) = &self.label {
            after.label.clone_from(label);
        }
        if let Some(help) = &self.help {
            after.help.clone_from(help);
        }
        after.required = self.required.unwrap_or(before.required);
        after.asked = self.asked.unwrap_or(before.asked);
        after.position = self.position.unwrap_or(before.position);
        if let Some(ids) = &self.ticket_type_ids {
            after.ticket_type_ids.clone_from(ids);
        }
        if let Some(shown_if) = &self.shown_if {
            after.shown_if.clone_from(shown_if);
        }
        after.kind = self.kind_after(&before.kind);
        let mut errors = Vec::new();
        if let QuestionKind::Choice { choices } = &after.kind {
            if choices.len() < 2 {
                errors.push(FieldError::new(
                    "/choices",
                    "Offer at least two answers to choose from.",
                ));
            } else if choices.iter().collect::<BTreeSet<_>>().len() < choices.len() {
                errors.push(FieldError::new("/choices", "Name each answer once."));
            }
        }
        for (place, id) in after.ticket_type_ids.iter().flatten().enumerate() {
            if !offer.ticket_types.contains_key(id) {
                let pointer = format!("/ticket_type_ids/{place}");
                errors.push(FieldError::new(pointer, "This event has no such ticket type."));
            }
        }
        if let Some(problem) = depends_wrongly(&after, offer) {
            errors.push(FieldError::new("/shown_if", problem));
        }
        if errors.is_empty() { Ok(after) } else { Err(errors) }
    }

    fn kind_after(&self, before: &QuestionKind) -> QuestionKind {
        let choices = || match (&self.choices, before) {
            (Some(choices), _) | (None, QuestionKind::Choice { choices }) => choices.clone(),
            (None, _) => Vec::new(),
        };
        match self.kind {
            Some(QuestionKindName::Text) => QuestionKind::Text,
            Some(QuestionKindName::Number) => QuestionKind::Number,
            Some(QuestionKindName::Date) => QuestionKind::Date,
            Some(QuestionKindName::Consent) => QuestionKind::Consent,
            Some(QuestionKindName::Choice) => QuestionKind::Choice { choices: choices() },
            None => match before {
                QuestionKind::Choice { .. } => QuestionKind::Choice { choices: choices() },
                other => other.clone(),
            },
        }
    }
}

/// Why a question cannot depend on the one it names: it is not there, asked of others, or depends on this one.
fn depends_wrongly(question: &Question, offer: &Offer) -> Option<&'static str> {
    let shown_if = question.shown_if.as_ref()?;
    let Some(cause) = offer
        .questions
        .get(&shown_if.question_id)
        .filter(|cause| cause.id != question.id)
    else {
        return Some("This event has no such other question.");
    };
    if (question.asked, cause.asked) == (Asked::Order, Asked::Attendee) {
        return Some("A question to the buyer cannot depend on one to each attendee.");
    }
    match cause.kind.read(&shown_if.equals) {
        Ok(Some(_)) => {}
        Ok(None) | Err(_) => return Some("The other question cannot be answered so."),
    }
    let mut at = Some(cause);
    for _ in 0..QUESTIONS_MAX {
        at = at
            .and_then(|cause| cause.shown_if.as_ref())
            .and_then(|next| offer.questions.get(&next.question_id));
        match at {
            None => return None,
            Some(cause) if cause.id == question.id => return Some("The two would depend on each other."),
            Some(_) => {}
        }
    }
    Some("Too many questions depend on one another.")
}
