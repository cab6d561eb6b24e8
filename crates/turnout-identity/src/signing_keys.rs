//! The keys that access tokens are signed with.

use jiff::Timestamp;
use turnout_domain::{SessionId, UserId};
use turnout_http::{AccessToken, PublicKeys, SigningKey};
use turnout_store::{Change, CommitError, Direction, Expect, Query, Read, SortRange, Source};

use crate::Identity;
use crate::error::Unable;
use crate::items::{SIGNING_KEYS, TABLE, read_signing_key, signing_key_item};

/// How long an access token is good for: as long as one that was stolen can do harm.
const ACCESS_TOKEN_TTL_SECONDS: i64 = 15 * 60;
/// The most keys that are good at a time: the newest signs, those before it are for tokens still about.
const KEYS_MAX: usize = 4;

/// An access token, ready to be sent. No `Debug`: it opens doors.
pub(crate) struct IssuedToken {
    pub(crate) text: String,
    pub(crate) expires_at: Timestamp,
}

impl Identity {
    /// What others check access tokens with.
    pub(crate) async fn list_signing_keys(&self) -> Result<PublicKeys, Unable> {
        let keys = self.signing_keys().await?;
        Ok(PublicKeys {
            keys: keys.iter().map(SigningKey::public).collect(),
        })
    }

    /// An access token for the user on this device, from now on.
    pub(crate) async fn issue_token(&self, user: UserId, session: SessionId) -> Result<IssuedToken, Unable> {
        let newest = &self.signing_keys().await?[0];
        // A token knows whole seconds only, and what is said of it has to be what it says.
        let issued_at = self.clock().now().as_second();
        let expires_at = issued_at + ACCESS_TOKEN_TTL_SECONDS;
        let text = newest.sign(&AccessToken {
            user,
            session,
            issued_at,
            expires_at,
        });
        Ok(IssuedToken {
            text,
            expires_at: Timestamp::from_second(expires_at).unwrap_or(Timestamp::MAX),
        })
    }

    /// The keys, the newest first; never empty. Read or made once a process.
    async fn signing_keys(&self) -> Result<&[SigningKey], Unable> {
        let keys = self.signing_keys_cell().get_or_try_init(async || {
            let keys = self.read_signing_keys().await?;
            if !keys.is_empty() {
                return Ok(keys);
            }
            let first = signing_key_item(1, &self.ids().secret(), self.clock().now());
            let change = Change::of(TABLE).put(first, Expect::Absent);
            match self.commit(change).await {
                // Another process was faster: its key stands.
                Ok(()) | Err(CommitError::Refused(_)) => self.read_signing_keys().await,
                Err(error) => Err(error.into()),
            }
        });
        keys.await.map(Vec::as_slice)
    }

    async fn read_signing_keys(&self) -> Result<Vec<SigningKey>, Unable> {
        let query = Query {
            table: TABLE,
            source: Source::Partition(SIGNING_KEYS.to_owned()),
            range: SortRange::All,
            direction: Direction::Backward,
            limit: KEYS_MAX,
            cursor: None,
            read: Read::Consistent,
        };
        let items = self.store().query(query).await?.items;
        let secrets = items.iter().map(read_signing_key);
        Ok(secrets
            .map(|secret| secret.map(|secret| SigningKey::from_secret(&secret)))
            .collect::<Result<_, _>>()?)
    }
}
