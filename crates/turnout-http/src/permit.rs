//! Permission as a value: what changes or shows an organizer's affairs takes a [`Permit`], and only the check makes one.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use turnout_domain::{OrganizerId, UserId};
use utoipa::ToSchema;

use crate::{Caller, Edge, PeerError, Problem};

/// What a member of an organizer is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    Owner,
    /// Runs events.
    Manager,
    /// Sells, refunds and admits.
    BoxOffice,
    /// Admits.
    Door,
    /// Looks on.
    Viewer,
}

/// Something that takes permission.
pub trait Action: Send + Sync + 'static {
    /// Whether a member of this role may do it.
    fn allowed(role: Role) -> bool;
}

/// To change events, ticket types and what attendees are told.
#[derive(Debug, Clone, Copy)]
pub struct Manage;

/// To see drafts, orders and figures.
#[derive(Debug, Clone, Copy)]
pub struct SeeSales;

/// To admit people.
#[derive(Debug, Clone, Copy)]
pub struct Admit;

impl Action for Manage {
    fn allowed(role: Role) -> bool {
        matches!(role, Role::Owner | Role::Manager)
    }
}

impl Action for SeeSales {
    fn allowed(role: Role) -> bool {
        match role {
            Role::Owner | Role::Manager | Role::BoxOffice | Role::Viewer => true,
            Role::Door => false,
        }
    }
}

impl Action for Admit {
    fn allowed(role: Role) -> bool {
        match role {
            Role::Owner | Role::Manager | Role::BoxOffice | Role::Door => true,
            Role::Viewer => false,
        }
    }
}

/// Proof that `user` may do `A` for `organizer`.
#[derive(Debug)]
pub struct Permit<A: Action> {
    user: UserId,
    organizer: OrganizerId,
    action: PhantomData<A>,
}

impl<A: Action> Permit<A> {
    /// Who.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// For whom.
    pub fn organizer(&self) -> OrganizerId {
        self.organizer
    }
}

/// The answer of identity's `/internal/organizers/{organizer_id}/members/{user_id}`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberRole {
    /// The member's role.
    pub role: Role,
}

impl Edge {
    /// Proof that the caller may do `A` for `organizer`. Identity is asked every time: a role that was taken away is
    /// gone at once.
    ///
    /// # Errors
    /// 401 for a guest; 404 for someone who is no member, to whom even its existence is private; 403 for a member
    /// whose role does not cover it.
    pub async fn permit<A: Action>(
        &self,
        caller: &Caller,
        organizer: OrganizerId,
    ) -> Result<Permit<A>, Problem> {
        let Some(user) = caller.user() else {
            return Err(Problem::unauthenticated());
        };
        match self.role(user, organizer).await? {
            None => Err(Problem::not_found()),
            Some(role) if A::allowed(role) => Ok(Permit {
                user,
                organizer,
                action: PhantomData,
            }),
            Some(_) => Err(Problem::forbidden()),
        }
    }

    /// The user's role at the organizer, if a member.
    ///
    /// # Errors
    /// 503 if identity does not answer.
    pub async fn role(&self, user: UserId, organizer: OrganizerId) -> Result<Option<Role>, Problem> {
        let path = format!("/internal/organizers/{organizer}/members/{user}");
        match self.peers().identity.get::<MemberRole>(&path).await {
            Ok(member) => Ok(Some(member.role)),
            Err(PeerError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl From<PeerError> for Problem {
    fn from(error: PeerError) -> Self {
        match error {
            PeerError::NotFound(_) => Self::not_found(),
            PeerError::Refused { .. } => {
                tracing::error!(%error, "A service refused what another asked of it");
                Self::internal()
            }
            PeerError::Unavailable { .. } => {
                tracing::warn!(%error, "A service did not answer another");
                Self::unavailable()
            }
        }
    }
}
