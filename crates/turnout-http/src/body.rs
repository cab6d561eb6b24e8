//! Request bodies.

use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::Problem;

/// The largest request body.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// A JSON body of at most 256 KiB. Its fields are parsed by the handler, so that all bad ones are named together.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(is_json) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Send JSON",
                "Send the body as JSON, with Content-Type: application/json.",
            ));
        }
        let body = Limited::new(request.into_body(), BODY_BYTES_MAX).collect().await;
        let bytes = body.map_err(|error| {
            if error.is::<LengthLimitError>() {
                too_large()
            } else {
                malformed(error)
            }
        })?;
        // An empty body says as much as an empty object does: that every field is missing.
        let bytes = bytes.to_bytes();
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        // serde would take an array for the fields one by one.
        if text.trim_ascii_start().first() == Some(&b'[') {
            return Err(malformed("it is an array"));
        }
        serde_json::from_slice(text).map(Self).map_err(malformed)
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || essence == "application/merge-patch+json"
}

fn too_large() -> Problem {
    let detail = format!("Send at most {} KiB.", BODY_BYTES_MAX / 1024);
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body-too-large",
        "The body is too large",
        detail,
    )
}

fn malformed(error: impl std::fmt::Display) -> Problem {
    let detail = format!("The body is not the JSON object that is expected here: {error}.");
    Problem::new(
        StatusCode::BAD_REQUEST,
        "malformed-json",
        "The body cannot be read",
        detail,
    )
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Named {
        name: Option<String>,
    }

    async fn read(text: &'static str) -> Result<Body<Named>, Problem> {
        let request = Request::post("/").header(header::CONTENT_TYPE, "application/json");
        Body::from_request(request.body(text.into()).unwrap(), &()).await
    }

    #[tokio::test]
    async fn only_an_object_is_a_body() {
        let Body(named) = read(r#" {"name": "Ada"}"#).await.unwrap();
        assert_eq!(named.name.as_deref(), Some("Ada"));
        assert!(read("").await.unwrap().0.name.is_none());
        for wrong in ["[\"Ada\"]", " [null]", "\"Ada\"", "null", "{\"name\": 1}", "{"] {
            assert!(read(wrong).await.is_err(), "{wrong}");
        }
    }
}
