//! `GET /ws`.

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use turnout_http::{Problem, RequestId};

use crate::Engagement;
use crate::live::{FRAME_BYTES_MAX, serve};

/// The buffers of a socket. Frames are small; the library's own 128 KiB would allow 4,000 sockets a GiB.
const BUFFER_BYTES: usize = 4 * 1024;

/// Opens a socket, which speaks the protocol of docs/api-design.md. Not to pages of other sites: a browser lets them
/// try, and says so in `Origin`.
pub(crate) async fn open_socket(
    State(engagement): State<Engagement>,
    request: Option<Extension<RequestId>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|rejection| {
        let detail = format!("Open this path as a WebSocket: {rejection}");
        Problem::new(
            StatusCode::BAD_REQUEST,
            "malformed-json",
            "Not a WebSocket",
            detail,
        )
    })?;
    if !is_same_site(&headers) {
        let detail = "Pages of other sites may not open a socket here.";
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Not allowed",
            detail,
        ));
    }
    let place = engagement.hub().place()?;
    let request = request.map_or_else(String::new, |Extension(RequestId(id))| id);
    let upgrade = upgrade
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_frame_size(FRAME_BYTES_MAX)
        .max_message_size(FRAME_BYTES_MAX);
    Ok(upgrade
        .on_upgrade(async move |socket| {
            serve(engagement, socket, request).await;
            drop(place);
        })
        .into_response())
}

/// Whether the page that opens the socket, if it is one, comes from the host it connects to.
fn is_same_site(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        // No browser.
        return true;
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, host)| host);
    origin.is_some() && origin == host
}
