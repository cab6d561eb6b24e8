//! What buyers and attendees say about themselves, held against what they are asked.

use std::collections::BTreeMap;

use jiff::civil::Date;
use turnout_domain::{Email, QuestionId, Text, TicketTypeId};
use turnout_http::FieldError;

use super::{Answer, Asked, Attendee, Offer, Order, Question, QuestionKind};
use crate::error::SaleError;

/// The most bytes of an order's names and answers together.
const DETAILS_BYTES_MAX: usize = 32 * 1024;
/// The longest chain of questions that depend on one another.
const CHAIN_MAX: usize = 30;

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub(crate) struct GivenAnswer {
    pub question_id: QuestionId,
    pub value: String,
}

/// What was given about one attendee.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Serialize)]
pub(crate) struct GivenAttendee {
    pub name: Option<String>,
    pub email: Option<Email>,
    pub answers: Vec<GivenAnswer>,
}

/// What was given beside lines and buyer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Serialize)]
pub(crate) struct Details {
    pub answers: Vec<GivenAnswer>,
    /// By ticket, in the order of the lines.
    pub attendees: Vec<GivenAttendee>,
}

impl Details {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.attendees.is_empty()
    }
}

/// What was answered, by question.
type Values<'a> = BTreeMap<QuestionId, &'a str>;

/// Puts the details into the order in place of what it had, and notes whether a required answer is missing. An answer to
/// a question that is not asked as things stand is dropped: its reason was taken back.
///
/// # Errors
/// [`SaleError::Invalid`] with every answer that does not fit its question.
pub(crate) fn detailed(offer: &Offer, order: &mut Order, details: &Details) -> Result<(), SaleError> {
    if offer.questions.is_empty() && details.is_empty() {
        (order.answers, order.attendees, order.incomplete) = (Vec::new(), Vec::new(), false);
        return Ok(());
    }
    let mut errors = Vec::new();
    let types = ticket_types(order);
    if details.attendees.len() > types.len() {
        let detail = format!(
            "The order has {} tickets; name at most as many attendees.",
            types.len()
        );
        errors.push(FieldError::new("/attendees", detail));
    }
    let given = offer.fitting(&details.answers, Asked::Order, "", &mut errors);
    let of_order = values(&given);
    let asked = offer.asked_of_order(&types, &of_order);
    let answers: Vec<Answer> = given
        .iter()
        .filter(|answer| asked.contains(&answer.question_id))
        .cloned()
        .collect();
    let of_order = values(&answers);
    let attendees = details.attendees.iter().zip(&types).enumerate();
    let attendees: Vec<Attendee> = attendees
        .map(|(place, (attendee, ticket_type))| {
            let pointer = format!("/attendees/{place}");
            let given = offer.fitting(&attendee.answers, Asked::Attendee, &pointer, &mut errors);
            let asked = offer.asked_of_attendee(*ticket_type, &of_order, &values(&given));
            Attendee {
                name: attendee.name.clone(),
                email: attendee.email.clone(),
                answers: given
                    .iter()
                    .filter(|answer| asked.contains(&answer.question_id))
                    .cloned()
                    .collect(),
            }
        })
        .collect();
    (order.answers, order.attendees) = (answers, attendees);
    if order.details_bytes() > DETAILS_BYTES_MAX {
        let detail = format!(
            "All names and answers together have at most {} KiB.",
            DETAILS_BYTES_MAX / 1024
        );
        errors.push(FieldError::new("/answers", detail));
    }
    if !errors.is_empty() {
        return Err(SaleError::Invalid(errors));
    }
    order.incomplete = !offer.unanswered(order).is_empty();
    Ok(())
}

impl Offer {
    /// The required questions that the order, while it is held, has no answer to yet.
    pub fn unanswered(&self, order: &Order) -> Vec<FieldError> {
        let types = ticket_types(order);
        let of_order = values(&order.answers);
        let mut missing: Vec<FieldError> = self
            .asked_of_order(&types, &of_order)
            .into_iter()
            .filter_map(|id| self.missing(id, &of_order, "/answers"))
            .collect();
        for (place, ticket_type) in types.iter().enumerate() {
            let own = order
                .attendees
                .get(place)
                .map(|attendee| values(&attendee.answers))
                .unwrap_or_default();
            let pointer = format!("/attendees/{place}/answers");
            let asked = self.asked_of_attendee(*ticket_type, &of_order, &own);
            missing.extend(
                asked
                    .into_iter()
                    .filter_map(|id| self.missing(id, &own, &pointer)),
            );
        }
        missing
    }

    fn missing(&self, id: QuestionId, answered: &Values<'_>, pointer: &str) -> Option<FieldError> {
        let question = self.questions.get(&id)?;
        let missing = question.required && !answered.contains_key(&id);
        missing.then(|| FieldError::new(pointer, format!("Please answer: {}", question.label)))
    }

    /// The answers that fit their questions; of the others is noted why not.
    fn fitting(
        &self,
        given: &[GivenAnswer],
        asked: Asked,
        pointer: &str,
        errors: &mut Vec<FieldError>,
    ) -> Vec<Answer> {
        let mut answers: Vec<Answer> = Vec::with_capacity(given.len());
        for (place, GivenAnswer { question_id, value }) in given.iter().enumerate() {
            let pointer = format!("{pointer}/answers/{place}");
            let question = self
                .questions
                .get(question_id)
                .filter(|question| question.asked == asked);
            let Some(question) = question else {
                errors.push(FieldError::new(
                    format!("{pointer}/question_id"),
                    "This is not asked here.",
                ));
                continue;
            };
            if answers.iter().any(|answer| answer.question_id == *question_id) {
                let detail = "This question has an answer already.";
                errors.push(FieldError::new(format!("{pointer}/question_id"), detail));
                continue;
            }
            match question.kind.read(value) {
                Ok(None) => {}
                Ok(Some(value)) => answers.push(Answer {
                    question_id: *question_id,
                    label: question.label.clone(),
                    value,
                }),
                Err(detail) => errors.push(FieldError::new(format!("{pointer}/value"), detail)),
            }
        }
        answers
    }

    fn asked_of_order(&self, types: &[TicketTypeId], answered: &Values<'_>) -> Vec<QuestionId> {
        let concerns = |question: &&Question| {
            let among = |only: &Vec<TicketTypeId>| types.iter().any(|id| only.contains(id));
            question.asked == Asked::Order && question.ticket_type_ids.as_ref().is_none_or(among)
        };
        let asked = self.questions.values().filter(concerns);
        asked
            .filter(|question| self.is_shown(question, answered, &Values::new(), CHAIN_MAX))
            .map(|question| question.id)
            .collect()
    }

    /// What the attendee of one ticket is asked; of tickets that admit nobody, only what names their type.
    fn asked_of_attendee(
        &self,
        ticket_type: TicketTypeId,
        of_order: &Values<'_>,
        own: &Values<'_>,
    ) -> Vec<QuestionId> {
        let admits = self
            .ticket_types
            .get(&ticket_type)
            .is_none_or(|ticket_type| ticket_type.admission);
        let concerns = |question: &&Question| {
            let named = question.ticket_type_ids.as_ref();
            question.asked == Asked::Attendee && named.map_or(admits, |only| only.contains(&ticket_type))
        };
        let asked = self.questions.values().filter(concerns);
        asked
            .filter(|question| self.is_shown(question, of_order, own, CHAIN_MAX))
            .map(|question| question.id)
            .collect()
    }

    fn is_shown(&self, question: &Question, of_order: &Values<'_>, own: &Values<'_>, chain: usize) -> bool {
        let Some(shown_if) = &question.shown_if else {
            return true;
        };
        let Some(cause) = self.questions.get(&shown_if.question_id).filter(|_| chain > 0) else {
            return false;
        };
        let answer = own.get(&cause.id).or_else(|| of_order.get(&cause.id));
        answer.is_some_and(|answer| *answer == shown_if.equals)
            && self.is_shown(cause, of_order, own, chain - 1)
    }
}

/// The ticket types of the order's tickets, one each.
fn ticket_types(order: &Order) -> Vec<TicketTypeId> {
    let of_line = |line: &super::OrderLine| std::iter::repeat_n(line.ticket_type_id, line.quantity as usize);
    order.lines.iter().flat_map(of_line).collect()
}

fn values(answers: &[Answer]) -> Values<'_> {
    answers
        .iter()
        .map(|answer| (answer.question_id, answer.value.as_str()))
        .collect()
}

impl QuestionKind {
    /// The answer as it is kept; none if nothing was answered.
    ///
    /// # Errors
    /// What to do about one that does not fit.
    pub fn read(&self, value: &str) -> Result<Option<String>, String> {
        let text = Text::<0, 2000, true>::try_from(value.to_owned()).map_err(|error| error.to_string())?;
        let text = text.as_str();
        if text.is_empty() {
            return Ok(None);
        }
        let fits = match self {
            Self::Text => true,
            Self::Number => {
                let plain = text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
                if !plain || text.len() > 30 || text.parse::<f64>().is_err() {
                    return Err("Enter a number, such as 42 or 1.5.".to_owned());
                }
                true
            }
            Self::Choice { choices } => {
                if !choices.iter().any(|choice| choice == text) {
                    return Err("Choose one of the answers that are offered.".to_owned());
                }
                true
            }
            Self::Date => {
                if text.len() != 10 || text.parse::<Date>().is_err() {
                    return Err("Enter a day such as 2027-07-04.".to_owned());
                }
                true
            }
            Self::Consent => match text {
                "true" => true,
                "false" => false,
                _ => return Err("Use true or false.".to_owned()),
            },
        };
        Ok(fits.then(|| text.to_owned()))
    }
}
