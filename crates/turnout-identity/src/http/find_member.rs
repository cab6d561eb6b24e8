//! `GET /internal/organizers/{organizer_id}/members/{user_id}`

use axum::Json;
use axum::extract::State;
use turnout_domain::{OrganizerId, UserId};
use turnout_http::{MemberRole, Path, PeerCaller, Problem};

use crate::Identity;

/// The member's role; 404 for someone who is none.
pub(crate) async fn find_member(
    State(identity): State<Identity>,
    _: PeerCaller,
    Path((organizer, user)): Path<(OrganizerId, UserId)>,
) -> Result<Json<MemberRole>, Problem> {
    let role = identity.find_member(organizer, user).await?;
    let role = role.ok_or_else(Problem::not_found)?;
    Ok(Json(MemberRole { role }))
}
