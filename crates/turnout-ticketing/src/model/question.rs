//! Questions to buyers and attendees, and what they answered.

use serde::{Deserialize, Serialize};
use turnout_domain::{QuestionId, TicketTypeId};

/// The most questions of an event.
pub(crate) const QUESTIONS_MAX: u32 = 30;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    pub id: QuestionId,
    pub label: String,
    #[serde(default)]
    pub help: Option<String>,
    #[serde(flatten)]
    pub kind: QuestionKind,
    pub required: bool,
    pub asked: Asked,
    /// Only asked with these ticket types; with all if there are none.
    #[serde(default)]
    pub ticket_type_ids: Option<Vec<TicketTypeId>>,
    /// Only asked if another question was answered so.
    #[serde(default)]
    pub shown_if: Option<ShownIf>,
    /// Its place among the questions, from 0.
    #[serde(default)]
    pub position: u32,
    #[serde(default)]
    pub revision: u64,
}

/// What can be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum QuestionKind {
    /// Some lines of text.
    Text,
    /// A decimal number.
    Number,
    /// One of these.
    Choice { choices: Vec<String> },
    /// A day: `2027-07-04`.
    Date,
    /// A box to tick: `true`, or nothing.
    Consent,
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// The buyer, once.
    Order,
    /// Each attendee.
    Attendee,
}

/// An answer that another question is shown for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownIf {
    pub question_id: QuestionId,
    pub equals: String,
}

/// What was answered, with the question as it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub question_id: QuestionId,
    pub label: String,
    pub value: String,
}
