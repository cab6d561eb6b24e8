//! The cookie with the refresh token.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::model::{RefreshToken, SESSION_DAYS};

const NAME: &str = "turnout_refresh";

/// The token that the request's cookie holds, if there is one.
pub(crate) fn read(headers: &HeaderMap) -> Option<RefreshToken> {
    let headers = headers.get_all(header::COOKIE).iter();
    let texts = headers.filter_map(|value| value.to_str().ok());
    texts
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='))
        .find_map(RefreshToken::parse)
}

/// Keeps the token on the device for as long as the session lasts without a visit.
pub(crate) fn holding(token: &RefreshToken, secure: bool) -> HeaderValue {
    written(&token.reveal(), SESSION_DAYS * 24 * 60 * 60, secure)
}

/// Takes the token from the device.
pub(crate) fn cleared(secure: bool) -> HeaderValue {
    written("", 0, secure)
}

/// The path is `/`: the routes are below `/api` in one process, and at the root of the service behind a gateway.
fn written(value: &str, seconds: i64, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let mut value = HeaderValue::from_str(&text).expect("base64url, digits and names");
    // So that nothing that prints headers prints this one.
    value.set_sensitive(true);
    value
}
