//! The API, as a client sees it.

use std::time::Duration;

use anyhow::Context;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// Longer than any answer takes that is still of use.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How long a connection waits for its next request.
const POOL_IDLE_MAX: Duration = Duration::from_secs(1);

/// A server, and who asks.
#[derive(Clone)]
pub struct Api {
    client: Client<HttpConnector, Body>,
    base: String,
    token: Option<String>,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body; null if it was none.
    pub body: Value,
}

impl Answer {
    /// The last part of the problem's type; empty if it is no problem.
    pub fn problem(&self) -> &str {
        self.body["type"]
            .as_str()
            .and_then(|kind| kind.rsplit('/').next())
            .unwrap_or_default()
    }

    /// The body, if the request was granted.
    pub fn granted(self, what: &str) -> anyhow::Result<Value> {
        anyhow::ensure!(
            self.status.is_success(),
            "{what} was answered {}: {}",
            self.status,
            self.body
        );
        Ok(self.body)
    }
}

impl Api {
    /// The API below `base`, such as `http://127.0.0.1:3000/api`.
    pub fn at(base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(1024)
            // As an ingress does it: shorter than a server that ends goes on.
            .pool_idle_timeout(POOL_IDLE_MAX)
            .build(connector);
        Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
            token: None,
        }
    }

    /// The same for someone signed in.
    pub fn bearing(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same at another address.
    pub fn moved_to(&self, base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            ..self.clone()
        }
    }

    /// Reads.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, None, headers).await
    }

    /// Reads what is no JSON.
    pub async fn text(&self, path: &str) -> anyhow::Result<String> {
        let request = Request::get(format!("{}{path}", self.base)).body(Body::empty())?;
        let (_, bytes) = self.answer(request).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Posts.
    pub async fn post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(body), headers).await
    }

    /// Edits.
    pub async fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.send(Method::PATCH, path, Some(body), &[]).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Answer> {
        self.send(Method::DELETE, path, None, headers).await
    }

    /// The token of who asks; empty for a guest.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))?;
        let (status, bytes) = self.answer(request).await?;
        Ok(Answer {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        })
    }

    async fn answer(&self, request: Request<Body>) -> anyhow::Result<(StatusCode, Bytes)> {
        let answer = async {
            let response = self.client.request(request).await?;
            let status = response.status();
            anyhow::Ok((status, response.into_body().collect().await?.to_bytes()))
        };
        tokio::time::timeout(TIMEOUT, answer)
            .await
            .context("no answer in time")?
    }
}
