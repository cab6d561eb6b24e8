//! Signing up.

use turnout_domain::{Email, UserId};
use turnout_store::{Change, CommitError, Expect, Read, StoreError};

use crate::Identity;
use crate::error::Unable;
use crate::items::{TABLE, email_item, email_key, session_item, user_item};
use crate::log_in::SignedInDevice;
use crate::model::{Password, PersonName, User};

/// Someone wants an account. No `Debug`, because of the address.
pub(crate) struct SignUp {
    pub(crate) email: Email,
    pub(crate) password: Password,
    pub(crate) name: PersonName,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SignUpError {
    #[error("the address has an account already")]
    EmailTaken,
    #[error(transparent)]
    Unable(#[from] Unable),
}

impl Identity {
    /// Opens an account and signs its first device in: both or neither.
    pub(crate) async fn sign_up(&self, command: SignUp) -> Result<SignedInDevice, SignUpError> {
        // Asked first, because a hash costs more than a read. What decides is the insert below.
        if self.email_is_taken(&command.email).await.map_err(Unable::from)? {
            return Err(SignUpError::EmailTaken);
        }
        let password = self
            .passwords()
            .hash(command.password, self.ids().secret())
            .await?;
        let now = self.clock().now();
        let user = User {
            id: UserId::from_ulid(self.ids().ulid(now)),
            email: command.email,
            name: command.name,
            password,
            created_at: now,
        };
        let (session, refresh) = self.begin_session(user.id);
        // Before the commit: once the account stands, nothing may fail any more.
        let access = self.issue_token(user.id, session.id).await?;
        let change = Change::of(TABLE)
            .put(email_item(&user), Expect::Absent)
            .put(user_item(&user), Expect::Absent)
            .put(session_item(&session), Expect::Absent);
        match self.commit(change).await {
            Ok(()) => {}
            // The ids are new, so it is the address that stands already.
            Err(CommitError::Refused(_)) => return Err(SignUpError::EmailTaken),
            Err(error) => return Err(Unable::from(error).into()),
        }
        tracing::info!(user.id = %user.id, "Opened account `{}`", user.id);
        Ok(SignedInDevice {
            user,
            access,
            refresh,
        })
    }

    async fn email_is_taken(&self, email: &Email) -> Result<bool, StoreError> {
        Ok(self
            .store()
            .get(&email_key(email), Read::Consistent)
            .await?
            .is_some())
    }
}
