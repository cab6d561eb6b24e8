//! Stand-ins for the other services.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};

/// Stands in for another service: answers what a test told it to, and 404 otherwise.
#[derive(Debug, Clone, Default)]
pub struct StandIn {
    state: Arc<Mutex<Script>>,
}

#[derive(Debug, Default)]
struct Script {
    answers: HashMap<String, (StatusCode, Value)>,
    down: bool,
    calls: Vec<Call>,
}

/// What the service under test asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The path, with the query string.
    pub path: String,
    /// The body; null if there was none.
    pub body: Value,
}

impl StandIn {
    /// From now on answers 200 with `body` to any request for `path` (with the query string, if there is one).
    pub fn answers(&self, path: &str, body: Value) {
        self.responds(path, StatusCode::OK, body);
    }

    /// From now on answers this status with `body`.
    pub fn responds(&self, path: &str, status: StatusCode, body: Value) {
        self.lock().answers.insert(path.to_owned(), (status, body));
    }

    /// Forgets the path: 404 again.
    pub fn forgets(&self, path: &str) {
        self.lock().answers.remove(path);
    }

    /// Answers everything with 503 until it [comes back](Self::comes_back).
    pub fn goes_down(&self) {
        self.lock().down = true;
    }

    /// Answers again.
    pub fn comes_back(&self) {
        self.lock().down = false;
    }

    /// What it was asked so far.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    pub(crate) fn router(&self) -> Arc<std::sync::OnceLock<Router>> {
        let router = Router::new().fallback(answer).with_state(self.clone());
        Arc::new(router.into())
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(stand_in): State<StandIn>, method: Method, uri: Uri, body: Bytes) -> Response {
    let path = uri
        .path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string);
    let mut state = stand_in.lock();
    state.calls.push(Call {
        method,
        path: path.clone(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    if state.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match state.answers.get(&path) {
        Some((status, body)) => (*status, Json(body.clone())).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({}))).into_response(),
    }
}
