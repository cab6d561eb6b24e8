//! `GET /internal/users/{user_id}`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use turnout_domain::UserId;
use turnout_http::{Path, PeerCaller, Problem};

use crate::Identity;

/// A person, as the other services may know them. No `Debug`, because of the address.
#[derive(Serialize)]
pub(crate) struct UserSummary {
    id: UserId,
    email: String,
    name: String,
}

/// Whom a message goes to.
pub(crate) async fn find_user(
    State(identity): State<Identity>,
    _: PeerCaller,
    Path(user): Path<UserId>,
) -> Result<Json<UserSummary>, Problem> {
    let user = identity.user(user).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(UserSummary {
        id: user.id,
        email: user.email.into(),
        name: user.name.into(),
    }))
}
