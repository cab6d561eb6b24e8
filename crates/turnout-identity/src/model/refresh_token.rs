//! Refresh tokens: what a device keeps in its cookie to stay signed in.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use turnout_domain::SessionId;

use crate::model::Secret;

/// Names a session and proves to be its device. Written `ses_….` and 32 bytes in base64url.
#[derive(Debug, Clone)]
pub(crate) struct RefreshToken {
    pub(crate) session: SessionId,
    pub(crate) secret: TokenSecret,
}

/// The proof: 32 bytes nobody can guess.
#[derive(Debug, Clone)]
pub(crate) struct TokenSecret(Secret<[u8; 32]>);

/// All that is kept of a proof. A plain hash is enough: there is nothing to guess from.
#[derive(Debug, Clone)]
pub(crate) struct TokenHash(pub(crate) [u8; 32]);

impl RefreshToken {
    /// Reads what a cookie holds.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (session, secret) = text.split_once('.')?;
        let secret = BASE64.decode(secret).ok()?.try_into().ok()?;
        Some(Self {
            session: session.parse().ok()?,
            secret: TokenSecret::new(secret),
        })
    }

    /// What the cookie holds.
    pub(crate) fn reveal(&self) -> String {
        format!("{}.{}", self.session, BASE64.encode(self.secret.0.reveal()))
    }
}

impl TokenSecret {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.reveal()).into())
    }

    /// The proof that follows this one. Only who has both this one and the session's key can tell it, and it comes out
    /// the same however often it is asked for.
    pub(crate) fn next(&self, rotation_key: &[u8; 32]) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(rotation_key).expect("HMAC takes keys of any length");
        mac.update(self.0.reveal());
        Self::new(mac.finalize().into_bytes().into())
    }
}

impl TokenHash {
    /// Compares in constant time.
    pub(crate) fn is_of(&self, secret: &TokenSecret) -> bool {
        self.0.ct_eq(&secret.hash().0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_is_written_and_not_shown() {
        let text = format!("ses_00000000000000000000000007.{}", BASE64.encode([9; 32]));
        let token = RefreshToken::parse(&text).unwrap();
        assert_eq!(token.reveal(), text);
        assert!(format!("{token:?}").contains("[hidden]"));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in [
            "",
            ".",
            "ses_00000000000000000000000007",
            "ses_00000000000000000000000007.AAAA",
        ] {
            assert!(RefreshToken::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_next_proof_hangs_on_the_key_and_on_this_one() {
        let [one, other] = [TokenSecret::new([1; 32]), TokenSecret::new([2; 32])];
        assert!(one.next(&[7; 32]).hash().is_of(&one.next(&[7; 32])));
        assert!(!one.next(&[7; 32]).hash().is_of(&one.next(&[8; 32])));
        assert!(!one.next(&[7; 32]).hash().is_of(&other.next(&[7; 32])));
    }
}
