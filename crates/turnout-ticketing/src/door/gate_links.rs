//! Makes, shows and revokes gate links, and checks the credentials of those who come with one.

use std::num::NonZeroU32;

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use turnout_domain::{EventId, GateLinkId};
use turnout_http::{GatePass, Manage, Permit, Problem, RateLimit};
use turnout_store::{Change, CommitError, Cursor, Expect, Item, Page, Query, Read};

use super::error::DoorError;
use super::gate_link::{Credential, GateLink, GateRole, GateState};
use super::list::ListId;
use super::records;
use crate::commit::commit;
use crate::{TABLE, Ticketing};

/// The most gate links of an event that work at a time.
pub(crate) const GATE_LINKS_MAX: usize = 200;
/// How often a revocation is tried again when the link was used in between.
const COMMIT_ATTEMPTS_MAX: usize = 8;
/// How exactly it is known when a link was last used: a write for every scan would say no more that anyone needs.
const LAST_USED_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// How many wrong secrets a minute are answered for one link; the right one is always let through.
const WRONG_PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("more than none");
/// How many credentials a minute are looked up that name no link: all of them together.
const UNKNOWN_PER_MINUTE: NonZeroU32 = NonZeroU32::new(600).expect("more than none");

/// Bounds on the guessing of credentials.
#[derive(Clone)]
pub(crate) struct GateAttempts {
    wrong: RateLimit,
    unknown: RateLimit,
}

impl Default for GateAttempts {
    fn default() -> Self {
        Self {
            wrong: RateLimit::per_minute(WRONG_PER_MINUTE),
            unknown: RateLimit::per_minute(UNKNOWN_PER_MINUTE),
        }
    }
}

/// A gate link to make.
#[derive(Debug, Clone)]
pub(crate) struct NewGateLink {
    pub name: String,
    pub list: ListId,
    pub gate: String,
    pub role: GateRole,
    pub expires_at: Timestamp,
}

impl Ticketing {
    /// Makes a gate link; also its credential, which is never shown again.
    pub(crate) async fn create_gate_link(
        &self,
        event: EventId,
        new: NewGateLink,
        _by: &Permit<Manage>,
    ) -> Result<(GateLink, String), DoorError> {
        self.check_in_list(event, &new.list).await?;
        let now = self.clock.now();
        if self.open_gate_links(event, now).await? >= GATE_LINKS_MAX {
            return Err(DoorError::TooManyGateLinks);
        }
        let id = GateLinkId::from_ulid(self.ids.ulid(now));
        let credential = Credential::new(id, self.ids.secret());
        let link = GateLink {
            id,
            event_id: event,
            name: new.name,
            list_id: new.list.as_str().to_owned(),
            gate: new.gate,
            role: new.role,
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
            last_used_at: None,
            secret_hash: credential.secret_hash(),
        };
        let change = || Change::of(TABLE).put(records::gate_link_item(&link), Expect::Absent);
        commit(&*self.store, change).await?;
        Ok((link, credential.to_string()))
    }

    async fn open_gate_links(&self, event: EventId, now: Timestamp) -> Result<usize, DoorError> {
        // The newest thousand, revoked ones among them: more than can be open.
        let query = records::gate_links_query(event).limit(Query::LIMIT_MAX);
        let mut open = 0;
        for item in self.store.query(query).await?.items {
            open += usize::from(item.parse::<GateLink>()?.state(now) == GateState::Open);
        }
        Ok(open)
    }

    /// An event's gate links, the newest first.
    pub(crate) async fn gate_links(
        &self,
        event: EventId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<GateLink>, Option<Cursor>), DoorError> {
        let query = records::gate_links_query(event).limit(limit).after(cursor);
        let Page { items, next } = self.store.query(query).await?;
        let links = items.iter().map(Item::parse).collect::<Result<_, _>>()?;
        Ok((links, next))
    }

    /// Revokes a gate link: the next request that comes with it is refused.
    pub(crate) async fn revoke_gate_link(
        &self,
        event: EventId,
        id: GateLinkId,
        _by: &Permit<Manage>,
    ) -> Result<(), DoorError> {
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let found = self.gate_link(id).await?;
            let Some((mut link, version)) = found.filter(|(link, _)| link.event_id == event) else {
                return Err(DoorError::Unknown);
            };
            if link.revoked_at.is_some() {
                return Ok(());
            }
            link.revoked_at = Some(self.clock.now());
            let change = || Change::of(TABLE).put(records::gate_link_item(&link), Expect::Version(version));
            match commit(&*self.store, change).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DoorError::KeptChanging)
    }

    async fn gate_link(&self, id: GateLinkId) -> Result<Option<(GateLink, u64)>, DoorError> {
        let item = self
            .store
            .get(&records::gate_link_key(id), Read::Consistent)
            .await?;
        item.map(|item| Ok((item.parse()?, item.version))).transpose()
    }

    /// Notes that the link was used, once a minute at most. Not knowing that is no reason to keep a door shut.
    async fn note_use(&self, link: &GateLink, version: u64) {
        let now = self.clock.now();
        if link
            .last_used_at
            .is_some_and(|last| now.duration_since(last) < LAST_USED_EVERY)
        {
            return;
        }
        let used = GateLink {
            last_used_at: Some(now),
            ..link.clone()
        };
        let change = Change::of(TABLE).put(records::gate_link_item(&used), Expect::Version(version));
        if let Err(error) = self.store.commit(change).await
            && !matches!(error, CommitError::Refused(_))
        {
            tracing::warn!(%error, gate_link = %link.id, "The use of a gate link could not be noted");
        }
    }
}

impl Ticketing {
    /// What a credential allows now.
    ///
    /// # Errors
    /// 401 if it is not one, was revoked or has expired; 429 after too many wrong ones; 503 if that cannot be told.
    pub(crate) async fn pass(&self, credential: &str) -> Result<GatePass, Problem> {
        let Some(given) = Credential::read(credential) else {
            self.gate_attempts.unknown.check("")?;
            return Err(Problem::unauthenticated());
        };
        let Some((link, version)) = self.gate_link(given.link).await? else {
            self.gate_attempts.unknown.check("")?;
            return Err(Problem::unauthenticated());
        };
        if !link.opens(&given.secret) {
            self.gate_attempts.wrong.check(&link.id.to_string())?;
            return Err(Problem::unauthenticated());
        }
        match link.state(self.clock.now()) {
            GateState::Open => {}
            GateState::Revoked => return Err(revoked()),
            GateState::Expired => return Err(expired()),
        }
        self.note_use(&link, version).await;
        Ok(GatePass {
            link: link.id,
            event: link.event_id,
            list: link.list_id,
            gate: link.gate,
            supervisor: link.role == GateRole::Supervisor,
        })
    }
}

fn revoked() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "gate-link-revoked",
        "This phone is not paired any more",
        "The organizer revoked this gate link. Ask for a new one and scan it.",
    )
}

fn expired() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "gate-link-expired",
        "The gate link has expired",
        "This gate link was valid for a time that is over. Ask the organizer for a new one and scan it.",
    )
}
