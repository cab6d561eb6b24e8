//! The web app: its files, and one page for every address of it.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;
use tower_http::compression::CompressionLayer;
use turnout_http::{Peers, Problem};

use crate::config::Config;
use crate::{assets, page_head};

/// Scripts and sockets of our own only; styles inline because the component library sets them so.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; \
     form-action 'self'; frame-ancestors 'none'";

#[derive(Clone)]
struct Web {
    peers: Peers,
    public_url: String,
}

/// Everything that is not the API.
pub fn routes(config: &Config, peers: Peers) -> Router {
    let web = Web {
        peers,
        public_url: config.public_url.trim_end_matches('/').to_owned(),
    };
    Router::new()
        .route("/", get(page))
        .route("/events/{event_id}", get(event_page))
        .route("/{*path}", get(file_or_page))
        .with_state(web)
        .layer(from_fn(secured))
        .layer(CompressionLayer::new())
}

async fn page() -> Response {
    html(StatusCode::OK, assets::index())
}

/// An event's page tells what it is about before any script runs.
async fn event_page(State(web): State<Web>, Path(event_id): Path<String>) -> Response {
    let plain = event_id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !plain {
        return html(StatusCode::NOT_FOUND, assets::index());
    }
    match web
        .peers
        .registration
        .get::<Value>(&format!("/events/{event_id}"))
        .await
    {
        Ok(event) => {
            let title = event["title"].as_str().unwrap_or_default();
            let url = format!("{}/events/{event_id}", web.public_url);
            let head = page_head::of_event(&event, &url);
            html(
                StatusCode::OK,
                page_head::filled(&assets::index(), &format!("{title} · Turnout"), &head),
            )
        }
        // A draft is found by its members once the app has signed them in.
        Err(_) => html(StatusCode::OK, assets::index()),
    }
}

async fn file_or_page(Path(path): Path<String>, headers: HeaderMap, request: Request) -> Response {
    if path == "api" || path.starts_with("api/") {
        return Problem::not_found().into_response();
    }
    if let Some(file) = assets::file(&path, &headers) {
        return file;
    }
    // An address of the app has no dot in its last part; a missing file is missing.
    let is_file = request
        .uri()
        .path()
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'));
    if is_file {
        StatusCode::NOT_FOUND.into_response()
    } else {
        html(StatusCode::OK, assets::index())
    }
}

fn html(status: StatusCode, page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (status, headers, page).into_response()
}

async fn secured(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), geolocation=(), microphone=()",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
