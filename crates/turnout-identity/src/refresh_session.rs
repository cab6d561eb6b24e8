//! Staying signed in.

use turnout_domain::SessionId;
use turnout_store::{Change, CommitError, Condition, Expect, Read, StoreError};

use crate::Identity;
use crate::error::Unable;
use crate::items::{TABLE, read_session, session_item, session_key};
use crate::log_in::SignedInDevice;
use crate::model::{RefreshToken, Session, Verdict};

/// How often a session is read again that another tab changed in between. Each time but the last there was another
/// tab: more than a few at one moment is no person.
const COMMIT_ATTEMPTS_MAX: usize = 5;

#[derive(Debug, thiserror::Error)]
pub(crate) enum RefreshError {
    /// No session has this token (any more).
    #[error("the refresh token is not valid")]
    Invalid,
    #[error(transparent)]
    Unable(#[from] Unable),
}

impl Identity {
    /// Takes a refresh token and gives the next one, with a new access token. A token that was used before ends the
    /// session: either it was stolen, or its thief came first.
    pub(crate) async fn refresh_session(&self, token: RefreshToken) -> Result<SignedInDevice, RefreshError> {
        let (session, refresh) = self.rotate(token).await?;
        let user = self.user(session.user).await.map_err(Unable::from)?;
        let user = user.ok_or(RefreshError::Invalid)?;
        let access = self.issue_token(user.id, session.id).await?;
        Ok(SignedInDevice {
            user,
            access,
            refresh,
        })
    }

    async fn rotate(&self, token: RefreshToken) -> Result<(Session, RefreshToken), RefreshError> {
        let mut attempts = 1;
        loop {
            let standing = self.session(token.session).await.map_err(Unable::from)?;
            let (session, version) = standing.ok_or(RefreshError::Invalid)?;
            let next = RefreshToken {
                session: session.id,
                secret: session.next_secret(&token.secret),
            };
            let now = self.clock().now();
            match session.judge(&token.secret, now) {
                Verdict::Invalid => return Err(RefreshError::Invalid),
                Verdict::DeviceAgain => return Ok((session, next)),
                Verdict::Reused => {
                    tracing::warn!(
                        session.id = %session.id, user.id = %session.user,
                        "A refresh token was used twice; session `{}` is ended", session.id
                    );
                    self.end_session(session.id).await?;
                    return Err(RefreshError::Invalid);
                }
                Verdict::Device => {
                    let rotated = session.rotated(&token.secret, now);
                    let put = Change::of(TABLE).put(session_item(&rotated), Expect::Version(version));
                    match self.commit(put).await {
                        Ok(()) => return Ok((rotated, next)),
                        Err(CommitError::Refused(_)) if attempts < COMMIT_ATTEMPTS_MAX => attempts += 1,
                        Err(error) => return Err(Unable::from(error).into()),
                    }
                }
            }
        }
    }

    /// The session with this id, and its version in the store.
    pub(crate) async fn session(&self, id: SessionId) -> Result<Option<(Session, u64)>, StoreError> {
        let item = self.store().get(&session_key(id), Read::Consistent).await?;
        item.map(|item| Ok((read_session(id, &item)?, item.version)))
            .transpose()
    }

    /// Ends a session, if it is not over already.
    pub(crate) async fn end_session(&self, id: SessionId) -> Result<(), Unable> {
        let change = Change::of(TABLE).delete(session_key(id), Condition::Exists);
        match self.commit(change).await {
            Ok(()) | Err(CommitError::Refused(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
