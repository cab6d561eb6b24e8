//! The gateway of the web role: passes `/api` on to the service that answers it, sockets included. In a cluster an
//! ingress can do the same; on one machine this needs nothing else.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::any;
use hyper_util::rt::TokioIo;
use turnout_http::{Peer, Peers, Problem, RequestId, Target};

/// Headers that are of one connection only (RFC 9110 §7.6.1).
const OF_CONNECTION: [HeaderName; 6] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
];

/// `/api` and what is below it.
pub fn routes(peers: &Peers) -> Router {
    Router::new()
        .route("/api/{*path}", any(pass_on))
        .with_state(peers.clone())
}

/// The service that answers a path below `/api`.
fn service<'a>(peers: &'a Peers, path: &str) -> Option<&'a Peer> {
    let mut parts = path.trim_start_matches('/').split('/');
    match (parts.next()?, parts.next(), parts.next()) {
        ("auth" | "me" | "organizers", ..) => Some(&peers.identity),
        ("events", _, None | Some("cancel" | "publish")) => Some(&peers.registration),
        // All else that belongs to an event is about its sale and its door.
        ("events" | "orders" | "tickets" | "waitlist" | "gate-link" | "payments" | "sandbox", ..) => {
            Some(&peers.ticketing)
        }
        ("notify" | "notifications" | "ws", ..) => Some(&peers.engagement),
        _ => None,
    }
}

async fn pass_on(State(peers): State<Peers>, mut request: Request) -> Response<Body> {
    let path_and_query = request.uri().path_and_query().map_or("", |whole| whole.as_str());
    let path_and_query = path_and_query
        .strip_prefix("/api")
        .unwrap_or(path_and_query)
        .to_owned();
    let path = path_and_query.split('?').next().unwrap_or_default();
    let Some(Target::Remote(client, base)) = service(&peers, path).map(Peer::target) else {
        return Problem::not_found().into_response();
    };
    let Ok(uri) = format!("{base}{path_and_query}").parse::<Uri>() else {
        return Problem::not_found().into_response();
    };
    let upgrade = request.headers().get(header::UPGRADE).cloned();
    let id = request.extensions().get::<RequestId>().cloned();
    let from_client = upgrade.is_some().then(|| hyper::upgrade::on(&mut request));

    let (mut parts, body) = request.into_parts();
    parts.uri = uri;
    for name in OF_CONNECTION {
        parts.headers.remove(name);
    }
    if let Some(upgrade) = upgrade {
        parts
            .headers
            .insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        parts.headers.insert(header::UPGRADE, upgrade);
    }
    if let Some(value) = id.and_then(|RequestId(id)| HeaderValue::from_str(&id).ok()) {
        parts.headers.insert("x-request-id", value);
    }
    let mut response = match client.request(Request::from_parts(parts, body)).await {
        Ok(response) => response,
        Err(error) => {
            tracing::warn!(%error, service = base, "A service cannot be reached");
            return Problem::unavailable().into_response();
        }
    };
    if let (StatusCode::SWITCHING_PROTOCOLS, Some(from_client)) = (response.status(), from_client) {
        let from_service = hyper::upgrade::on(&mut response);
        tokio::spawn(async move {
            let Ok((client, service)) = tokio::try_join!(from_client, from_service) else {
                return;
            };
            // However one side ends, both are closed; the client connects again.
            let _ =
                tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(service)).await;
        });
    } else {
        for name in OF_CONNECTION {
            response.headers_mut().remove(name);
        }
    }
    response.map(Body::new)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;
    use turnout_http::{Peers, Target};

    use super::service;

    #[test]
    fn every_path_of_the_document_reaches_the_service_that_answers_it() {
        let peers = Peers::new("secret", |_| Target::Local(Arc::default()));
        let document: Value = serde_json::from_str(include_str!("../../../openapi/turnout.json")).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.len() > 40, "{}", paths.len());
        for (path, operations) in paths {
            let operation = operations.as_object().unwrap().values().find(|of| of.is_object());
            let expected = match operation.unwrap()["tags"][0].as_str().unwrap() {
                "identity" => &peers.identity,
                "events" => &peers.registration,
                "ticketing" => &peers.ticketing,
                "engagement" => &peers.engagement,
                other => panic!("{path} is of {other}"),
            };
            let reached = service(&peers, path);
            assert!(
                reached.is_some_and(|reached| std::ptr::eq(reached, expected)),
                "{path}"
            );
        }
    }
}
