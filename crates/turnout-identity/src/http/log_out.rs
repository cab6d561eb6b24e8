//! `POST /auth/logout`

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use turnout_http::{Problem, ProblemView};

use crate::Identity;
use crate::http::cookie;
use crate::http::origin::SameOrigin;

/// Ends this device's session and clears the cookie. An access token that was given out stays good until it ends.
#[utoipa::path(
    post, path = "/auth/logout", operation_id = "log_out", tag = "identity",
    responses(
        (status = 204, description = "Nobody is signed in on this device.",
            headers(("Set-Cookie" = String, description = "`turnout_refresh`, cleared."))),
        (status = 403, description = "`forbidden`: a page of another host asked", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn log_out(
    State(identity): State<Identity>,
    _: SameOrigin,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(token) = cookie::read(&headers) {
        identity.log_out(token).await?;
    }
    let cookie = cookie::cleared(identity.cookies_secure());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
