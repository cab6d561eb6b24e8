//! What several operations answer with.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use turnout_domain::{OrganizerId, UserId};
use turnout_http::Role;
use utoipa::ToSchema;

use crate::http::cookie;
use crate::log_in::SignedInDevice;
use crate::model::{Membership, User};

// No `Debug`, because of the address.
/// A person with an account.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    /// Names the person.
    #[schema(value_type = String, example = "usr_01KEZ4S8HBF8S2Z8M0WJ1T2V3X")]
    id: UserId,
    /// The address, as it was typed.
    #[schema(format = Email)]
    email: String,
    /// What the person is called.
    name: String,
    /// When the account was opened.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

// No `Debug`: it opens doors.
/// A signed-in device. The refresh token is in the cookie `turnout_refresh`, out of reach of scripts.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// To be sent as `Authorization: Bearer …`.
    access_token: String,
    /// When the access token ends; refresh the session shortly before.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Who is signed in.
    user: UserView,
}

/// Who runs events, as one of its members sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organizer)]
pub(crate) struct OrganizerView {
    /// Names the organizer.
    #[schema(value_type = String, example = "org_01KEZ4S8HBF8S2Z8M0WJ1T2V3X")]
    id: OrganizerId,
    /// What it is called.
    name: String,
    /// What the caller is there for.
    role: Role,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email.into(),
            name: user.name.into(),
            created_at: user.created_at,
        }
    }
}

impl From<Membership> for OrganizerView {
    fn from(membership: Membership) -> Self {
        Self {
            id: membership.organizer.id,
            name: membership.organizer.name.into(),
            role: membership.role,
            created_at: membership.organizer.created_at,
        }
    }
}

/// What a device that is signed in gets: the session, and the cookie.
pub(crate) fn signed_in(status: StatusCode, device: SignedInDevice, cookies_secure: bool) -> Response {
    let cookie = cookie::holding(&device.refresh, cookies_secure);
    let session = SessionView {
        access_token: device.access.text,
        expires_at: device.access.expires_at,
        user: device.user.into(),
    };
    (status, [(header::SET_COOKIE, cookie), no_store()], Json(session)).into_response()
}

/// Tokens are not for caches.
pub(crate) fn no_store() -> (HeaderName, HeaderValue) {
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
