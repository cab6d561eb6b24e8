//! The few calls of Stripe's API that are made, over HTTPS.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::payments::ProviderError;

/// The version of the API whose answers `objects.rs` reads.
const API_VERSION: &str = "2024-06-20";
/// The largest answer: a page of refunds is a tenth of it.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

pub(super) struct Client {
    http: HttpClient<HttpsConnector<HttpConnector>, Body>,
    base: String,
    secret_key: String,
}

/// What Stripe says when it refuses.
#[derive(Deserialize)]
struct Refusal {
    error: RefusalError,
}

#[derive(Deserialize)]
struct RefusalError {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    code: Option<String>,
}

impl Client {
    pub fn new(base: &str, secret_key: String) -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        // The roots are compiled in: the image has no file of them.
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .expect("ring has the suites of TLS 1.2 and 1.3")
            // Plain HTTP is for a stand-in on this machine: configuration refuses it for others.
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        Self {
            http: HttpClient::builder(TokioExecutor::new()).build(connector),
            base: base.trim_end_matches('/').to_owned(),
            secret_key,
        }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ProviderError> {
        self.call(Method::GET, path, None, Body::empty()).await
    }

    /// Posts a form under a key: sent again, it is made once.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        form: &[(&str, &str)],
    ) -> Result<T, ProviderError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        self.call(Method::POST, path, Some(key), Body::from(form)).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Body,
    ) -> Result<T, ProviderError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.secret_key))
            .header("stripe-version", API_VERSION);
        if let Some(key) = key {
            request = request
                .header("idempotency-key", key)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(body).map_err(|error| unavailable(&error))?;
        let response = self
            .http
            .request(request)
            .await
            .map_err(|error| unavailable(&error))?;
        let status = response.status();
        let body = Limited::new(Body::new(response.into_body()), ANSWER_BYTES_MAX)
            .collect()
            .await;
        let body = body.map_err(|error| unavailable(&*error))?.to_bytes();
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| unavailable(&error));
        }
        Err(refusal(status, &body))
    }
}

/// What a failure means. Ours to mend (a key that is not valid any more) and theirs to mend (too much to do) may pass;
/// what is left is final.
fn refusal(status: StatusCode, body: &[u8]) -> ProviderError {
    let said = serde_json::from_slice::<Refusal>(body)
        .ok()
        .map(|refusal| refusal.error);
    let words = said
        .and_then(|error| error.message.or(error.code))
        .unwrap_or_else(|| "without a reason".to_owned());
    let words = format!("{status}: {words}");
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            tracing::error!(status = status.as_u16(), "Stripe does not accept the secret key");
            ProviderError::Unavailable(words)
        }
        StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS => ProviderError::Unavailable(words),
        status if status.is_client_error() => ProviderError::Refused(words),
        _ => ProviderError::Unavailable(words),
    }
}

fn unavailable(error: &dyn std::error::Error) -> ProviderError {
    // The whole chain: "client error (Connect)" alone says nothing.
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    ProviderError::Unavailable(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_is_final() {
        let body = br#"{"error": {"message": "No such session", "code": "resource_missing"}}"#;
        for (status, final_) in [
            (400, true),
            (402, true),
            (404, true),
            (409, false),
            (429, false),
            (401, false),
            (500, false),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let refused = matches!(refusal(status, body), ProviderError::Refused(_));
            assert_eq!(refused, final_, "{status}");
        }
        let ProviderError::Refused(words) = refusal(StatusCode::NOT_FOUND, body) else {
            panic!("it is not there")
        };
        assert!(words.contains("No such session"), "{words}");
    }
}
