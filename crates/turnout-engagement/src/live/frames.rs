//! What the server sends: one JSON object a text frame, `type` first.

use axum::extract::ws::Utf8Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use turnout_domain::UserId;
use turnout_http::Problem;

use super::members::Members;
use super::topic_name::TopicName;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame<'a> {
    Authenticated {
        user_id: UserId,
        expires_at: Timestamp,
    },
    Snapshot {
        topic: String,
        sequence: String,
        data: &'a Members,
    },
    Delta {
        topic: String,
        sequence: String,
        data: &'a Members,
    },
    Resync {
        topic: String,
    },
    Error {
        topic: Option<&'a str>,
        problem: Value,
    },
    Ping {
        at: Timestamp,
    },
}

/// That the socket is someone's from now on.
pub(crate) fn authenticated(user_id: UserId, expires_at: Timestamp) -> Utf8Bytes {
    written(&Frame::Authenticated { user_id, expires_at })
}

/// What stands now.
pub(crate) fn snapshot(topic: TopicName, sequence: String, data: &Members) -> Utf8Bytes {
    let topic = topic.to_string();
    written(&Frame::Snapshot {
        topic,
        sequence,
        data,
    })
}

/// One change since.
pub(crate) fn delta(topic: TopicName, sequence: String, data: &Members) -> Utf8Bytes {
    let topic = topic.to_string();
    written(&Frame::Delta {
        topic,
        sequence,
        data,
    })
}

/// That the client fell behind, and a snapshot follows.
pub(crate) fn resync(topic: TopicName) -> Utf8Bytes {
    written(&Frame::Resync {
        topic: topic.to_string(),
    })
}

/// That something went wrong, with a topic or, if there is none, with what the client sent. `request` is the id of the
/// request that opened the socket.
pub(crate) fn error(topic: Option<&str>, problem: &Problem, request: &str) -> Utf8Bytes {
    written(&Frame::Error {
        topic,
        problem: problem.to_json(request),
    })
}

/// That the line is alive.
pub(crate) fn ping(at: Timestamp) -> Utf8Bytes {
    written(&Frame::Ping { at })
}

fn written(frame: &Frame<'_>) -> Utf8Bytes {
    // Plain records with text keys can always be written.
    let text = serde_json::to_string(frame).unwrap_or_else(|_| json!({ "type": "error" }).to_string());
    text.into()
}
