//! Signing in.

use turnout_domain::{Email, SessionId, UserId};
use turnout_store::{Change, Expect, Read, StoreError};

use crate::Identity;
use crate::error::Unable;
use crate::items::{TABLE, email_key, read_email, read_user, session_item, user_key};
use crate::model::{Password, RefreshToken, Session, TokenSecret, User};
use crate::signing_keys::IssuedToken;

/// Someone says who they are. No `Debug`, because of the address.
pub(crate) struct LogIn {
    pub(crate) email: Email,
    pub(crate) password: Password,
}

/// A device that is signed in, with the tokens it is given. No `Debug`, because of the address and the tokens.
pub(crate) struct SignedInDevice {
    pub(crate) user: User,
    pub(crate) access: IssuedToken,
    pub(crate) refresh: RefreshToken,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LogInError {
    /// No such account, or another password: which of the two is not told.
    #[error("the address and the password do not belong together")]
    InvalidCredentials,
    #[error(transparent)]
    Unable(#[from] Unable),
}

impl Identity {
    /// Signs a device in.
    pub(crate) async fn log_in(&self, command: LogIn) -> Result<SignedInDevice, LogInError> {
        let user = self.user_with(&command.email).await.map_err(Unable::from)?;
        let hash = user.as_ref().map(|user| user.password.clone());
        // Also without a user, so that it takes as long.
        let right = self.passwords().verify(command.password, hash).await?;
        let user = user.filter(|_| right).ok_or(LogInError::InvalidCredentials)?;
        let (session, refresh) = self.begin_session(user.id);
        let access = self.issue_token(user.id, session.id).await?;
        let change = Change::of(TABLE).put(session_item(&session), Expect::Absent);
        self.commit(change).await.map_err(Unable::from)?;
        Ok(SignedInDevice {
            user,
            access,
            refresh,
        })
    }

    /// A new device of the user, and its first refresh token.
    pub(crate) fn begin_session(&self, user: UserId) -> (Session, RefreshToken) {
        let now = self.clock().now();
        let id = SessionId::from_ulid(self.ids().ulid(now));
        let secret = TokenSecret::new(self.ids().secret());
        let session = Session::begin(id, user, &secret, self.ids().secret(), now);
        (session, RefreshToken { session: id, secret })
    }

    async fn user_with(&self, email: &Email) -> Result<Option<User>, StoreError> {
        match self.store().get(&email_key(email), Read::Consistent).await? {
            Some(item) => self.user(read_email(&item)?).await,
            None => Ok(None),
        }
    }

    /// The user with this id.
    pub(crate) async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let item = self.store().get(&user_key(id), Read::Consistent).await?;
        item.map(|item| read_user(id, &item)).transpose()
    }
}
