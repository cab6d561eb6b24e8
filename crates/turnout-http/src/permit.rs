//! Permission as a value: what changes or shows an organizer's affairs takes a [`Permit`], and only the check makes one.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, GateLinkId, OrganizerId, UserId};
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

/// To see check-in lists and how many are in.
#[derive(Debug, Clone, Copy)]
pub struct SeeDoor;

/// To say that an order was paid, to cancel tickets and to give money back.
#[derive(Debug, Clone, Copy)]
pub struct Refund;

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

impl Action for SeeDoor {
    fn allowed(role: Role) -> bool {
        match role {
            Role::Owner | Role::Manager | Role::BoxOffice | Role::Door | Role::Viewer => true,
        }
    }
}

impl Action for Refund {
    fn allowed(role: Role) -> bool {
        matches!(role, Role::Owner | Role::Manager | Role::BoxOffice)
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

/// An action that takes an account: a gate link never covers it.
pub trait MembersOnly: Action {}

impl MembersOnly for Manage {}
impl MembersOnly for SeeSales {}
impl MembersOnly for SeeDoor {}
impl MembersOnly for Refund {}

/// Proof that its holder may do `A` for `organizer`.
#[derive(Debug)]
pub struct Permit<A: Action> {
    holder: Holder,
    organizer: OrganizerId,
    action: PhantomData<A>,
}

/// Who may do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A member of the organizer.
    Member {
        /// Who.
        user: UserId,
        /// As what.
        role: Role,
    },
    /// Whoever holds a gate link.
    Gate(GatePass),
}

/// What a gate link allows: to admit at one list of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatePass {
    /// The link.
    pub link: GateLinkId,
    /// Of which event.
    pub event: EventId,
    /// At which list.
    pub list: String,
    /// At which gate, in the organizer's words.
    pub gate: String,
    /// Whether it also covers taking back scans and admitting against the rules of the list.
    pub supervisor: bool,
}

impl<A: Action> Permit<A> {
    /// For whom.
    pub fn organizer(&self) -> OrganizerId {
        self.organizer
    }
}

impl<A: MembersOnly> Permit<A> {
    /// Who.
    ///
    /// # Panics
    /// Never: only a member gets one.
    pub fn user(&self) -> UserId {
        match &self.holder {
            Holder::Member { user, .. } => *user,
            Holder::Gate(_) => unreachable!("a gate link covers admission alone"),
        }
    }
}

impl Permit<Admit> {
    /// Proof that whoever holds this pass may admit at its list, for the organizer of its event. A pass comes from
    /// the service that keeps gate links and has just checked the credential of one.
    pub fn at_gate(pass: GatePass, organizer: OrganizerId) -> Self {
        Self {
            holder: Holder::Gate(pass),
            organizer,
            action: PhantomData,
        }
    }

    /// Who.
    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    /// Whether it also covers taking back others' scans and admitting against the rules of a list.
    pub fn supervises(&self) -> bool {
        match &self.holder {
            Holder::Member { role, .. } => match role {
                Role::Owner | Role::Manager | Role::BoxOffice => true,
                Role::Door | Role::Viewer => false,
            },
            Holder::Gate(pass) => pass.supervisor,
        }
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
                holder: Holder::Member { user, role },
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
