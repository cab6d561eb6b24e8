//! Errors as clients see them: `application/problem+json` (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};
use turnout_store::{CommitError, StoreError};
use utoipa::ToSchema;

use crate::FieldError;

/// What every problem's `type` begins with; `docs/problems/` has a page for each.
const TYPE_BASE: &str = "https://turnout.example/problems/";

/// Something that went wrong, as it is told to the client. Made from a use case's error by a match without a wildcard.
#[derive(Debug, Clone)]
pub struct Problem(Box<Told>);

/// Boxed, so that a result that may be a problem is as small as one that is not.
#[derive(Debug, Clone)]
struct Told {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    members: Map<String, Value>,
    retry_after_seconds: Option<u64>,
}

/// A problem's wire form (RFC 9457). Members of its kind, such as `left`, stand beside these.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// A URI that names the kind of problem; it never changes.
    #[schema(example = "https://turnout.example/problems/sold-out")]
    pub r#type: String,
    /// The kind in words, the same every time.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time, and what to do.
    pub detail: String,
    /// The request's id, to quote when asking for help.
    pub instance: String,
    /// Every field that is not valid.
    pub errors: Vec<FieldError>,
}

impl Problem {
    /// A problem of `kind` (the last part of its `type`), with what happened in `detail`.
    pub fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        let detail = detail.into();
        Self(Box::new(Told {
            status,
            kind,
            title,
            detail,
            errors: Vec::new(),
            members: Map::new(),
            retry_after_seconds: None,
        }))
    }

    /// 404: not there, or not for the caller to know of.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "Not found",
            "There is nothing here, or nothing you may see.",
        )
    }

    /// 401: nobody is signed in, or no longer.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Sign in first",
            "Sign in and send the access token.",
        )
    }

    /// 403: a member whose role does not cover this.
    pub fn forbidden() -> Self {
        let detail = "Your role at this organizer does not allow it. Ask an owner.";
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    /// 422: these fields are not valid.
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => one.detail.clone(),
            many => format!("{} fields need another look.", many.len()),
        };
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "validation",
            "Some fields are not valid",
            detail,
        );
        problem.0.errors = errors;
        problem
    }

    /// 409: it cannot be done as things stand.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "conflict",
            "Not possible as things stand",
            detail,
        )
    }

    /// 412: the edit is based on another version than the one that stands.
    pub fn changed() -> Self {
        let detail = "It has changed since you read it. Read it again, then repeat your edit.";
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "precondition-failed",
            "It has changed",
            detail,
        )
    }

    /// 503: a part we need does not answer; the same request may go through later.
    pub fn unavailable() -> Self {
        let detail = "We cannot answer at this moment. Nothing was lost; try again in a few seconds.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available",
            detail,
        )
        .retry_after(2)
    }

    /// 500: our mistake. What it was is in the log, under the request's id.
    pub fn internal() -> Self {
        let detail = "Something went wrong on our side. Quote the request's id when you ask for help.";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Our mistake",
            detail,
        )
    }

    /// 429: too many tries.
    pub fn rate_limited(retry_after_seconds: u64) -> Self {
        let detail = format!("Too many tries. Wait {retry_after_seconds} seconds, then try again.");
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate-limited",
            "Too many tries",
            detail,
        )
        .retry_after(retry_after_seconds)
    }

    /// With a member that a program can act on.
    pub fn with(mut self, member: &str, value: impl Serialize) -> Self {
        self.0.members.insert(member.to_owned(), json!(value));
        self
    }

    /// With a `Retry-After` of so many seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The last part of its `type`.
    pub fn kind(&self) -> &'static str {
        self.0.kind
    }

    /// The JSON that tells of it, for the request with this id.
    pub fn to_json(&self, request_id: &str) -> Value {
        let mut body = self.0.members.clone();
        body.insert("type".into(), json!(format!("{TYPE_BASE}{}", self.0.kind)));
        body.insert("title".into(), json!(self.0.title));
        body.insert("status".into(), json!(self.0.status.as_u16()));
        body.insert("detail".into(), json!(self.0.detail));
        body.insert("instance".into(), json!(request_id));
        body.insert("errors".into(), json!(self.0.errors));
        Value::Object(body)
    }

    /// The response for the request with this id.
    pub(crate) fn respond(&self, request_id: &str) -> Response {
        let mut response = (self.0.status, self.to_json(request_id).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Problem {
    /// The body is written again by [`crate::observed`], which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.respond("");
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cursor => Self::validation(vec![FieldError::new(
                "/cursor",
                "Use the next_cursor of the page before, with the same filters.",
            )]),
            StoreError::Unavailable { .. } => {
                tracing::warn!(%error, "The store did not answer");
                Self::unavailable()
            }
            StoreError::Corrupt { .. } | StoreError::Invalid(_) => {
                tracing::error!(%error, "A record could not be read");
                Self::internal()
            }
        }
    }
}

impl From<CommitError> for Problem {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Busy { .. } | CommitError::Unknown { .. } => {
                tracing::warn!(%error, "A change was not committed");
                Self::unavailable()
            }
            CommitError::Refused(_) => {
                tracing::warn!(%error, "A change was refused every time it was tried");
                Self::conflict("Someone changed this at the same moment. Look again, then repeat it.")
            }
            CommitError::Corrupt { .. } => {
                tracing::error!(%error, "A record could not be read");
                Self::internal()
            }
            CommitError::Invalid(_) => {
                tracing::error!(%error, "A change was not one the store allows");
                Self::internal()
            }
        }
    }
}
