//! How one service asks another: REST through one typed client, in memory or over the network, by configuration.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

/// Longer than any answer between services should take, shorter than a buyer waits.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection may stay without a sign that the other side has what was sent. A peer that was cut off answers
/// nothing, not even that it is gone; without this a request on a connection from before would wait for a quarter of an hour.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a connection between services waits for its next request. Shorter than a process that is told to end goes on
/// before it closes connections that wait: so no request is ever sent on one that is being closed.
pub const IDLE_MAX: Duration = Duration::from_secs(1);
/// The largest answer.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How often a read is tried. Reads only: they may be repeated without harm.
const READ_TRIES_MAX: usize = 2;

/// Where the router of a service in this process stands once it is built: services need their peers before.
pub type LocalRouter = Arc<OnceLock<Router>>;

/// The four services, as others reach them.
#[derive(Clone)]
pub struct Peers {
    /// People, organizers, members.
    pub identity: Peer,
    /// Events.
    pub registration: Peer,
    /// Stock, orders, tickets.
    pub ticketing: Peer,
    /// Notifications.
    pub engagement: Peer,
    secret: Arc<str>,
}

impl Peers {
    /// The services behind `peer(secret)` each; `secret` proves to them that a service of ours is calling.
    pub fn new(secret: &str, mut target: impl FnMut(&'static str) -> Target) -> Self {
        let secret: Arc<str> = secret.into();
        let mut peer = |name| Peer {
            name,
            target: target(name),
            secret: secret.clone(),
        };
        Self {
            identity: peer("identity"),
            registration: peer("registration"),
            ticketing: peer("ticketing"),
            engagement: peer("engagement"),
            secret,
        }
    }

    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }
}

/// Where a service is.
#[derive(Clone)]
pub enum Target {
    /// In this process.
    Local(LocalRouter),
    /// Elsewhere: a base such as `http://ticketing:3002`.
    Remote(Box<Client<HttpConnector, Body>>, String),
}

impl Target {
    /// The service at `base`, such as `http://ticketing:3002`.
    pub fn remote(base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(Duration::from_secs(2)));
        connector.set_nodelay(true);
        connector.set_keepalive(Some(SILENCE));
        connector.set_keepalive_interval(Some(Duration::from_secs(1)));
        #[cfg(target_os = "linux")]
        connector.set_tcp_user_timeout(Some(SILENCE));
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_MAX)
            .build(connector);
        Self::Remote(Box::new(client), base.trim_end_matches('/').to_owned())
    }
}

/// Another service.
#[derive(Clone)]
pub struct Peer {
    name: &'static str,
    target: Target,
    secret: Arc<str>,
}

/// Why a peer gave no answer of the kind expected.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PeerError {
    /// It answered that there is no such thing.
    #[error("{0} has no such thing")]
    NotFound(&'static str),
    /// It refused: the status and the problem's `detail`.
    #[error("{service} answered {status}: {problem}")]
    Refused {
        /// Which.
        service: &'static str,
        /// The status, 4xx.
        status: StatusCode,
        /// The problem, as JSON.
        problem: serde_json::Value,
    },
    /// It did not answer, or not as it should; a read may go through later.
    #[error("{service} is not available: {why}")]
    Unavailable {
        /// Which.
        service: &'static str,
        /// What happened.
        why: String,
    },
}

impl Peer {
    /// Reads `path`.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, PeerError> {
        let mut tried = 1;
        loop {
            match self.call(Method::GET, path, Vec::new()).await {
                Err(PeerError::Unavailable { .. }) if tried < READ_TRIES_MAX => tried += 1,
                answer => return answer,
            }
        }
    }

    /// Puts `body` at `path`. A put says how things should be, so it may be repeated.
    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, PeerError> {
        let body = serde_json::to_vec(body).map_err(|error| self.unavailable(error))?;
        self.call(Method::PUT, path, body).await
    }

    /// What it is reached at, for a gateway that passes requests on as they are.
    pub fn target(&self) -> &Target {
        &self.target
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<T, PeerError> {
        let request = Request::builder()
            .method(method)
            .header(header::AUTHORIZATION, format!("Peer {}", self.secret))
            .header(header::CONTENT_TYPE, "application/json");
        let answer = async {
            let response = self.send(request, path, body).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX)
                .collect()
                .await;
            Ok((status, body.map_err(|error| self.unavailable(error))?.to_bytes()))
        };
        let (status, body) = tokio::time::timeout(TIMEOUT, answer)
            .await
            .map_err(|error| self.unavailable(error))??;
        if status == StatusCode::NOT_FOUND {
            return Err(PeerError::NotFound(self.name));
        }
        if status.is_client_error() {
            let problem = serde_json::from_slice(&body).unwrap_or_default();
            return Err(PeerError::Refused {
                service: self.name,
                status,
                problem,
            });
        }
        if !status.is_success() {
            return Err(self.unavailable(status));
        }
        serde_json::from_slice(&body).map_err(|error| self.unavailable(error))
    }

    async fn send(
        &self,
        request: axum::http::request::Builder,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Response<Body>, PeerError> {
        match &self.target {
            Target::Local(router) => {
                let router = router
                    .get()
                    .ok_or_else(|| self.unavailable("it is still starting"))?
                    .clone();
                let request = request
                    .uri(path)
                    .body(Body::from(body))
                    .map_err(|error| self.unavailable(error))?;
                router.oneshot(request).await.map_err(|never| match never {})
            }
            Target::Remote(client, base) => {
                let uri: Uri = format!("{base}{path}")
                    .parse()
                    .map_err(|error| self.unavailable(error))?;
                let request = request
                    .uri(uri)
                    .body(Body::from(body))
                    .map_err(|error| self.unavailable(error))?;
                let response = client
                    .request(request)
                    .await
                    .map_err(|error| self.unavailable(error))?;
                Ok(response.map(Body::new))
            }
        }
    }

    fn unavailable(&self, why: impl std::fmt::Display) -> PeerError {
        PeerError::Unavailable {
            service: self.name,
            why: why.to_string(),
        }
    }
}
