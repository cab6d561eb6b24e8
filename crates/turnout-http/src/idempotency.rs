//! The `Idempotency-Key` header.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::Problem;

/// The longest key.
const BYTES_MAX: usize = 255;

/// Names one intention of the client: 1 to 255 visible ASCII characters, sent again with every try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let value = parts
            .headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if value.is_empty() || value.len() > BYTES_MAX || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "idempotency-key-missing",
                "Send an Idempotency-Key",
                "Send an Idempotency-Key of 1 to 255 visible ASCII characters: one a purchase, the same with every \
                 try. A UUIDv7 or a ULID is best.",
            ));
        }
        Ok(Self(value.to_owned()))
    }
}
