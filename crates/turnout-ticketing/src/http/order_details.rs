//! What is said of an order's buyer and attendees, when it is placed and while it is held.

use serde::Deserialize;
use turnout_domain::{Email, QuestionId, Text};
use turnout_http::{Fields, Given};
use utoipa::ToSchema;

use super::request::QUANTITY_MAX;
use crate::model::{GivenAnswer, GivenAttendee, QUESTIONS_MAX};

/// The most characters of an answer.
const ANSWER_CHARACTERS_MAX: usize = 2_000;

/// An answer to a question.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct AnswerRequest {
    #[serde(default)]
    #[schema(value_type = String, required)]
    question_id: Given<String>,
    /// As text: `42`, `2027-07-04`, one of the choices, `true`. Empty for no answer.
    #[serde(default)]
    #[schema(value_type = String, required)]
    value: Given<String>,
}

/// An attendee; what is left out is the buyer's.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct AttendeeRequest {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Given<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Given<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<AnswerRequest>>)]
    answers: Given<Vec<AnswerRequest>>,
}

/// The answers at `pointer`; `None` if none are given.
pub(super) fn answers(
    pointer: &str,
    given: Given<Vec<AnswerRequest>>,
    fields: &mut Fields,
) -> Option<Vec<GivenAnswer>> {
    let given = fields.optional(pointer, given, |answers| {
        let few = answers.len() <= QUESTIONS_MAX as usize;
        few.then_some(answers)
            .ok_or_else(|| format!("Give at most {QUESTIONS_MAX} answers."))
    })?;
    let mut answers = Vec::with_capacity(given.len());
    for (place, answer) in given.into_iter().enumerate() {
        let id = fields.required(
            format!("{pointer}/{place}/question_id"),
            answer.question_id,
            |text| text.parse::<QuestionId>(),
        );
        let value = fields.required(format!("{pointer}/{place}/value"), answer.value, |text| {
            let short = text.chars().count() <= ANSWER_CHARACTERS_MAX;
            short
                .then_some(text)
                .ok_or_else(|| format!("Use at most {ANSWER_CHARACTERS_MAX} characters."))
        });
        if let Some((question_id, value)) = id.zip(value) {
            answers.push(GivenAnswer { question_id, value });
        }
    }
    Some(answers)
}

/// The attendees; `None` if none are given.
pub(super) fn attendees(
    given: Given<Vec<AttendeeRequest>>,
    fields: &mut Fields,
) -> Option<Vec<GivenAttendee>> {
    let given = fields.optional("/attendees", given, |attendees| {
        let few = attendees.len() <= QUANTITY_MAX as usize;
        few.then_some(attendees)
            .ok_or_else(|| format!("Name at most {QUANTITY_MAX} attendees."))
    })?;
    let attendee = |(place, attendee): (usize, AttendeeRequest)| {
        let pointer = format!("/attendees/{place}");
        let name = fields.optional(format!("{pointer}/name"), attendee.name, Text::<0, 100>::try_from);
        let email = match attendee.email {
            // A form sends what was left empty.
            Given::Is(text) if text.trim().is_empty() => None,
            given => fields.optional(format!("{pointer}/email"), given, |text| text.parse::<Email>()),
        };
        GivenAttendee {
            name: name.map(String::from).filter(|name| !name.is_empty()),
            email,
            answers: answers(&format!("{pointer}/answers"), attendee.answers, fields).unwrap_or_default(),
        }
    };
    Some(given.into_iter().enumerate().map(attendee).collect())
}
