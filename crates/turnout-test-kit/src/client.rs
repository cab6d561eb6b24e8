//! Calls to the service, and what it answers.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use turnout_domain::UserId;
use turnout_http::observed;

/// Someone who calls the service.
#[derive(Clone)]
pub struct Client {
    router: Router,
    headers: HeaderMap,
    user: Option<UserId>,
}

/// What the service answered.
#[derive(Debug, Clone)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Client {
    pub(crate) fn new(router: Router, user: Option<UserId>) -> Self {
        Self {
            router,
            headers: HeaderMap::new(),
            user,
        }
    }

    /// The same caller at another process with these routes.
    pub fn at(mut self, routes: Router) -> Self {
        self.router = observed(routes);
        self
    }

    /// Who it is.
    ///
    /// # Panics
    /// For a guest.
    pub fn user(&self) -> UserId {
        self.user.expect("a guest is nobody")
    }

    /// The same caller with this header in every request from now on.
    ///
    /// # Panics
    /// If the name or the value cannot be sent.
    pub fn with<V>(mut self, name: &str, value: V) -> Self
    where
        V: TryInto<HeaderValue, Error: std::fmt::Debug>,
    {
        let name: HeaderName = name.parse().expect("a header's name");
        self.headers
            .insert(name, value.try_into().expect("a header's value"));
        self
    }

    /// The same caller with this access token.
    pub fn bearing(self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Puts JSON.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Patches with JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends any request, with or without a JSON body.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.request(request.body(body).expect("a request")).await
    }

    /// Sends a request as it is, with the caller's headers in place of its own of the same name.
    pub async fn request(&self, mut request: Request<Body>) -> Reply {
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body from memory").to_bytes();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

impl Reply {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// A header's text, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text in a header"))
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body's text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text in the body")
    }

    /// The body as it is.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} {error}: {}", self.status, self.text()))
    }

    /// The body, once the status is as expected.
    #[track_caller]
    pub fn expect(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// The problem, checked to be one: its media type, its status, and the kind that its `type` ends in.
    #[track_caller]
    pub fn problem(&self, status: StatusCode, kind: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        let is = problem["type"].as_str().and_then(|uri| uri.rsplit('/').next());
        assert_eq!(is, Some(kind), "{problem}");
        assert_eq!(problem["status"], status.as_u16());
        problem
    }

    /// The pointers of a validation problem's bad fields, in order.
    #[track_caller]
    pub fn bad_fields(&self) -> Vec<String> {
        let problem = self.problem(StatusCode::UNPROCESSABLE_ENTITY, "validation");
        let errors = problem["errors"].as_array().expect("a list of errors");
        errors
            .iter()
            .map(|error| error["pointer"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}
