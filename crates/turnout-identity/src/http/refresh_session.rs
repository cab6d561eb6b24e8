//! `POST /auth/refresh`

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use turnout_http::{Problem, ProblemView};

use crate::Identity;
use crate::http::cookie;
use crate::http::origin::SameOrigin;
use crate::http::views::{SessionView, signed_in};
use crate::refresh_session::RefreshError;

/// Takes the cookie `turnout_refresh` and gives a new access token, and the cookie that is to be used next. A cookie
/// that was used before ends the session, unless it was within the last ten seconds.
#[utoipa::path(
    post, path = "/auth/refresh", operation_id = "refresh_session", tag = "identity",
    responses(
        (status = 200, description = "This device is still signed in.", body = SessionView,
            headers(("Set-Cookie" = String, description = "`turnout_refresh`, to be used next."))),
        (status = 401, description = "`unauthenticated`: sign in again", body = ProblemView, content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: a page of another host asked", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn refresh_session(
    State(identity): State<Identity>,
    _: SameOrigin,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let token = cookie::read(&headers).ok_or(RefreshError::Invalid)?;
    let device = identity.refresh_session(token).await?;
    Ok(signed_in(StatusCode::OK, device, identity.cookies_secure()))
}

impl From<RefreshError> for Problem {
    fn from(error: RefreshError) -> Self {
        match error {
            // The cookie stays where it is: another tab may just have been given a better one.
            RefreshError::Invalid => Self::unauthenticated(),
            RefreshError::Unable(unable) => unable.into(),
        }
    }
}
