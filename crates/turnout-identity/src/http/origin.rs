//! Requests that another site made a browser send.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{StatusCode, Uri, header};
use turnout_http::Problem;

/// The request does not come from a page of another host. `SameSite=Strict` keeps the cookie from other sites, but not
/// from other hosts of the same site, such as `blog.example.org` for `tickets.example.org`. Clients that are no
/// browsers send no `Origin` and have no cookies of others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SameOrigin;

impl<S: Send + Sync> FromRequestParts<S> for SameOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(origin) = parts.headers.get(header::ORIGIN) else {
            return Ok(Self);
        };
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        // HTTP/2 names the host in the request's target.
        let host = host.or_else(|| parts.uri.authority().map(Authority::as_str));
        if is_of_host(origin.to_str().unwrap_or_default(), host.unwrap_or_default()) {
            Ok(Self)
        } else {
            Err(Problem::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "Not allowed",
                "This can only be asked by pages of this host.",
            ))
        }
    }
}

/// Whether `origin` (such as `https://tickets.example.org`) is a page of `host` (such as `tickets.example.org:443`).
fn is_of_host(origin: &str, host: &str) -> bool {
    let (Ok(origin), Ok(host)) = (origin.parse::<Uri>(), host.parse::<Authority>()) else {
        return false;
    };
    let port_default = match origin.scheme_str() {
        Some("https") => 443,
        Some("http") => 80,
        _ => return false,
    };
    origin.authority().is_some_and(|page| {
        page.host().eq_ignore_ascii_case(host.host())
            && page.port_u16().unwrap_or(port_default) == host.port_u16().unwrap_or(port_default)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_same_host_is_let_in() {
        assert!(is_of_host("https://tickets.example.org", "tickets.example.org"));
        assert!(is_of_host(
            "https://Tickets.example.org",
            "tickets.example.org:443"
        ));
        assert!(is_of_host("http://localhost:3000", "localhost:3000"));
        assert!(is_of_host("http://[::1]:3000", "[::1]:3000"));
    }

    #[test]
    fn pages_of_others_and_of_nowhere_are_not() {
        for origin in [
            "https://blog.example.org",
            "https://tickets.example.org:8443",
            "https://tickets.example.org.evil.example",
            "null",
            "",
        ] {
            assert!(!is_of_host(origin, "tickets.example.org"), "{origin}");
        }
        assert!(!is_of_host("https://tickets.example.org", ""));
        assert!(!is_of_host("http://localhost:5173", "localhost:3000"));
    }
}
