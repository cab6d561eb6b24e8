//! Entity tags (RFC 9110 §8.8.3): a record's version, so that an edit can say which state it is based on.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::Problem;

/// A JSON answer with the `ETag` of its version.
#[derive(Debug)]
pub struct ETagged<T> {
    /// The record's version in the store.
    pub version: u64,
    /// The answer.
    pub body: T,
}

impl<T: Serialize> IntoResponse for ETagged<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        let tag = HeaderValue::from_str(&format!("\"{}\"", self.version))
            .expect("a number in quotes is visible ASCII");
        response.headers_mut().insert(header::ETAG, tag);
        response
    }
}

/// The `If-Match` header: the version the edit is based on, if it names one.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(Option<u64>);

impl IfMatch {
    /// Refuses the edit if it is based on another version than `current`.
    ///
    /// # Errors
    /// 412.
    pub fn check(self, current: u64) -> Result<(), Problem> {
        if self.0.is_none_or(|version| version == current) {
            return Ok(());
        }
        Err(Problem::changed())
    }

    /// The version the edit is based on, if it names one.
    pub fn version(self) -> Option<u64> {
        self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self(None));
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        // What is no tag of ours matches no version, and version 0 never stands.
        let version = text.trim_matches('"').parse().unwrap_or(0);
        Ok(Self(Some(version)))
    }
}
