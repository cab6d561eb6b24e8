//! Gate links: what pairs a phone with a door, without an account.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use turnout_domain::{EventId, GateLinkId};

/// What the phone may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GateRole {
    /// To scan.
    Scan,
    /// To take back scans and to admit against the rules of the list as well.
    Supervisor,
}

/// A gate link, as it is kept: without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GateLink {
    pub id: GateLinkId,
    pub event_id: EventId,
    /// Whose phone it is, in the organizer's words.
    pub name: String,
    /// The list it admits at.
    pub list_id: String,
    /// The gate it stands at.
    pub gate: String,
    pub role: GateRole,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
    #[serde(default)]
    pub last_used_at: Option<Timestamp>,
    /// SHA-256 of the secret, base64url. The secret has 256 random bits, so a slow hash would add nothing.
    pub secret_hash: String,
}

/// Whether a link opens its door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GateState {
    Open,
    Revoked,
    Expired,
}

impl GateLink {
    /// Where it stands at `now`.
    pub fn state(&self, now: Timestamp) -> GateState {
        match self.revoked_at {
            Some(_) => GateState::Revoked,
            None if now >= self.expires_at => GateState::Expired,
            None => GateState::Open,
        }
    }

    /// Whether this is its secret; takes the same time whatever is wrong.
    pub fn opens(&self, secret: &str) -> bool {
        self.secret_hash.as_bytes().ct_eq(hash(secret).as_bytes()).into()
    }
}

/// What a phone shows: the link's id and its secret, `gat_….…`. It travels in the fragment of a URL, which a browser
/// sends to no server, and then in the header `Authorization: Gate …`.
pub(crate) struct Credential {
    pub link: GateLinkId,
    pub secret: String,
}

impl Credential {
    /// The credential of a new link.
    pub fn new(link: GateLinkId, secret: [u8; 32]) -> Self {
        let secret = BASE64_URL_SAFE_NO_PAD.encode(secret);
        Self { link, secret }
    }

    /// What is kept of its secret.
    pub fn secret_hash(&self) -> String {
        hash(&self.secret)
    }

    /// Reads a credential; `None` if it is not one.
    pub fn read(text: &str) -> Option<Self> {
        let (link, secret) = text.split_once('.')?;
        (secret.len() <= 64).then_some(())?;
        Some(Self {
            link: link.parse().ok()?,
            secret: secret.to_owned(),
        })
    }
}

impl std::fmt::Display for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.link, self.secret)
    }
}

fn hash(secret: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ulid::Ulid;

    #[test]
    fn a_credential_is_read_as_it_is_written_and_opens_its_link_alone() {
        let [one, other] =
            [[3; 32], [4; 32]].map(|secret| Credential::new(GateLinkId::from_ulid(Ulid(7)), secret));
        let read = Credential::read(&one.to_string()).unwrap();
        assert_eq!((read.link, &read.secret), (one.link, &one.secret));
        let now = Timestamp::UNIX_EPOCH;
        let link = GateLink {
            id: one.link,
            event_id: EventId::from_ulid(Ulid(1)),
            name: "North".into(),
            list_id: "main".into(),
            gate: "North".into(),
            role: GateRole::Scan,
            created_at: now,
            expires_at: now,
            revoked_at: None,
            last_used_at: None,
            secret_hash: one.secret_hash(),
        };
        assert!(link.opens(&one.secret) && !link.opens(&other.secret) && !link.opens(""));
        assert!(!serde_json::to_string(&link).unwrap().contains(&one.secret));
        for text in ["", ".", "gat_.", "evt_00000000000000000000000007.x", "x"] {
            assert!(Credential::read(text).is_none(), "{text}");
        }
    }
}
