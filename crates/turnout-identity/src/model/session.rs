//! Signed-in devices.

use jiff::{SignedDuration, Timestamp};
use turnout_domain::{SessionId, UserId};

use crate::model::{Secret, TokenHash, TokenSecret};

/// How long a device stays signed in without a visit.
pub(crate) const SESSION_DAYS: i64 = 30;
/// How long a token that was used is still taken: for two tabs that refresh at once, and for a lost answer.
const REUSE_GRACE: SignedDuration = SignedDuration::from_secs(10);

/// One signed-in device of a person.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// Of the token that is to be used next.
    pub(crate) token: TokenHash,
    /// The one used last, remembered to notice when it is used again.
    pub(crate) previous: Option<Previous>,
    /// With which the next token is made from the one presented.
    pub(crate) rotation_key: Secret<[u8; 32]>,
}

/// A token that was used.
#[derive(Debug, Clone)]
pub(crate) struct Previous {
    pub(crate) token: TokenHash,
    pub(crate) used_at: Timestamp,
}

/// What a token says of whoever presents it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the device.
    Device,
    /// It is the device, a moment after it was given the next token.
    DeviceAgain,
    /// Someone has a token that was used before: the device, or a thief, or the device after a thief.
    Reused,
    /// It is not of this session, or the session is over.
    Invalid,
}

impl Session {
    /// A device that signs in now. Its first token has `secret`.
    pub(crate) fn begin(
        id: SessionId,
        user: UserId,
        secret: &TokenSecret,
        rotation_key: [u8; 32],
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            user,
            created_at: now,
            expires_at: now + SignedDuration::from_hours(24 * SESSION_DAYS),
            token: secret.hash(),
            previous: None,
            rotation_key: Secret::new(rotation_key),
        }
    }

    /// Judges a token that is presented now.
    pub(crate) fn judge(&self, secret: &TokenSecret, now: Timestamp) -> Verdict {
        if now >= self.expires_at {
            return Verdict::Invalid;
        }
        if self.token.is_of(secret) {
            return Verdict::Device;
        }
        match &self.previous {
            Some(previous) if previous.token.is_of(secret) => {
                if now.duration_since(previous.used_at) <= REUSE_GRACE {
                    Verdict::DeviceAgain
                } else {
                    Verdict::Reused
                }
            }
            _ => Verdict::Invalid,
        }
    }

    /// The token that follows `secret`.
    pub(crate) fn next_secret(&self, secret: &TokenSecret) -> TokenSecret {
        secret.next(self.rotation_key.reveal())
    }

    /// The session once `secret`, its current one, was used.
    pub(crate) fn rotated(&self, secret: &TokenSecret, now: Timestamp) -> Self {
        Self {
            expires_at: now + SignedDuration::from_hours(24 * SESSION_DAYS),
            token: self.next_secret(secret).hash(),
            previous: Some(Previous {
                token: secret.hash(),
                used_at: now,
            }),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> (Session, TokenSecret, Timestamp) {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let secret = TokenSecret::new([1; 32]);
        let id = SessionId::from_ulid(7_u128.into());
        let user = UserId::from_ulid(8_u128.into());
        (Session::begin(id, user, &secret, [2; 32], now), secret, now)
    }

    #[test]
    fn a_token_is_used_once_and_forgiven_for_ten_seconds() {
        let (session, first, now) = session();
        assert_eq!(session.judge(&first, now), Verdict::Device);
        let rotated = session.rotated(&first, now);
        assert_eq!(rotated.judge(&session.next_secret(&first), now), Verdict::Device);
        let soon = now + SignedDuration::from_secs(10);
        assert_eq!(rotated.judge(&first, soon), Verdict::DeviceAgain);
        let late = now + SignedDuration::from_secs(11);
        assert_eq!(rotated.judge(&first, late), Verdict::Reused);
    }

    #[test]
    fn a_foreign_token_and_one_past_its_time_are_nothing() {
        let (session, first, now) = session();
        assert_eq!(session.judge(&TokenSecret::new([9; 32]), now), Verdict::Invalid);
        assert_eq!(session.judge(&first, session.expires_at), Verdict::Invalid);
    }

    #[test]
    fn every_visit_adds_thirty_days() {
        let (session, first, now) = session();
        let later = now + SignedDuration::from_hours(24 * 29);
        let rotated = session.rotated(&first, later);
        assert_eq!(rotated.expires_at, later + SignedDuration::from_hours(24 * 30));
        assert_eq!(rotated.created_at, now);
    }
}
