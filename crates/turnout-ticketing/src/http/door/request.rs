//! What the door's requests have in common.

use turnout_domain::Text;
use turnout_domain::messages::Direction;
use turnout_http::{Admit, FieldError, Fields, Given, Holder, Permit, Problem};

use crate::door::ListId;

/// The longest reason: a sentence.
pub(in crate::http) type Reason = Text<1, 120>;
/// The longest name of a gate.
pub(in crate::http) type Gate = Text<1, 40>;

/// Names a scan: 1 to 64 visible ASCII characters.
pub(in crate::http) fn nonce(text: String) -> Result<String, &'static str> {
    if (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err("Use 1 to 64 visible ASCII characters, best a UUID.")
    }
}

/// Which way.
pub(in crate::http) fn direction(text: &str) -> Result<Direction, &'static str> {
    match text {
        "entry" => Ok(Direction::Entry),
        "exit" => Ok(Direction::Exit),
        _ => Err("Use entry or exit."),
    }
}

/// The list that is meant, where one may be left out.
pub(in crate::http) fn list(fields: &mut Fields, pointer: &str, given: Given<String>) -> Option<ListId> {
    fields.optional(pointer, given, ListId::try_from)
}

/// There is no such list.
pub(in crate::http) fn unknown_list(pointer: &str) -> Problem {
    Problem::validation(vec![FieldError::new(
        pointer,
        "This event has no such check-in list.",
    )])
}

/// The list a scan is for: a phone that is paired with a list scans for that one.
pub(in crate::http) fn list_of(
    fields: &mut Fields,
    pointer: &str,
    given: Option<ListId>,
    permit: &Permit<Admit>,
) -> Option<ListId> {
    let Holder::Gate(pass) = permit.holder() else {
        return Some(given.unwrap_or_default());
    };
    match given {
        Some(given) if given.as_str() != pass.list => {
            fields.refuse(pointer, "This phone is paired with another list.");
            None
        }
        _ => fields.parsed(pointer, pass.list.parse::<ListId>()),
    }
}

/// The gate a scan is at: a paired phone stands where its link says.
pub(in crate::http) fn gate_of(given: Option<Gate>, permit: &Permit<Admit>) -> Option<String> {
    match permit.holder() {
        Holder::Gate(pass) => Some(pass.gate.clone()),
        Holder::Member { .. } => given.map(Into::into),
    }
}
