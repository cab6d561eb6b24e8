//! `GET /auth/keys`

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, header};
use turnout_http::{Problem, ProblemView, PublicKeys};

use crate::Identity;

/// How long others may keep the keys without asking. One that meets a key it does not know asks at once.
const CACHE_CONTROL: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "public, max-age=300")];

/// The keys to check access tokens with (RFC 7517).
#[utoipa::path(
    get, path = "/auth/keys", operation_id = "list_signing_keys", tag = "identity",
    responses(
        (status = 200, description = "All keys that are good now.", body = PublicKeys),
        (status = 503, description = "`unavailable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_signing_keys(
    State(identity): State<Identity>,
) -> Result<([(HeaderName, &'static str); 1], Json<PublicKeys>), Problem> {
    Ok((CACHE_CONTROL, Json(identity.list_signing_keys().await?)))
}
