//! What clients send.

use std::collections::HashMap;

use axum::http::StatusCode;
use serde::Deserialize;
use turnout_http::Problem;

/// One message of a client. Its parts are done in this order.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Command {
    /// An access token: from now on the socket is its owner's.
    #[serde(default)]
    pub(super) authenticate: Option<String>,
    /// Topics to leave.
    #[serde(default)]
    pub(super) unsubscribe: Vec<String>,
    /// Topics to join.
    #[serde(default)]
    pub(super) subscribe: Vec<String>,
    /// By topic, the last sequence that was seen of it.
    #[serde(default)]
    pub(super) since: HashMap<String, String>,
}

impl Command {
    /// Reads a text frame.
    ///
    /// # Errors
    /// What to tell the client if it says nothing that we know.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let command: Self = serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()))?;
        let nothing =
            command.authenticate.is_none() && command.subscribe.is_empty() && command.unsubscribe.is_empty();
        if nothing {
            return Err(unreadable(
                "it has none of authenticate, subscribe and unsubscribe",
            ));
        }
        Ok(command)
    }
}

/// The problem with a frame that cannot be read.
pub(super) fn unreadable(why: &str) -> Problem {
    let detail = format!("Send a JSON object such as {{\"subscribe\": [\"me\"]}} in a text frame: {why}.");
    Problem::new(
        StatusCode::BAD_REQUEST,
        "malformed-json",
        "The message cannot be read",
        detail,
    )
}
