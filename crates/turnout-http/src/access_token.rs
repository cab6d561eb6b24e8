//! Access tokens: short-lived JSON Web Tokens (RFC 7519) signed with Ed25519 (RFC 8037), which every service can check
//! alone. One algorithm and no choice of it, so there is nothing to negotiate and little to get wrong.

use std::num::NonZeroU32;
use std::sync::{Arc, RwLock};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use ed25519_dalek::{Signer, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::{SessionId, UserId};
use utoipa::ToSchema;

use crate::{Peer, PeerError, RateLimit};

/// How often a minute identity is asked for keys. A new key is used at once where there are tries left, and within
/// seconds where there are not.
const FETCHES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("more than none");

/// What a token says: who, since when, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    /// Who is signed in.
    #[serde(rename = "sub")]
    pub user: UserId,
    /// On which device.
    #[serde(rename = "sid")]
    pub session: SessionId,
    /// When it was made, in Unix seconds.
    #[serde(rename = "iat")]
    pub issued_at: i64,
    /// When it ends, in Unix seconds.
    #[serde(rename = "exp")]
    pub expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// Signs tokens. Only identity has one.
#[derive(Clone)]
pub struct SigningKey {
    key: Arc<ed25519_dalek::SigningKey>,
    id: String,
}

/// A key to check tokens with, as a JSON Web Key (RFC 7517, RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicKey {
    /// Always `OKP`.
    pub kty: String,
    /// Always `Ed25519`.
    pub crv: String,
    /// Names the key in a token's header.
    pub kid: String,
    /// The key, base64url.
    pub x: String,
}

/// The keys that tokens may be signed with now, as a JSON Web Key Set.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PublicKeys {
    /// The keys.
    pub keys: Vec<PublicKey>,
}

impl SigningKey {
    /// The key made from 32 secret bytes.
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(secret);
        let id = BASE64.encode(&key.verifying_key().as_bytes()[..6]);
        Self {
            key: Arc::new(key),
            id,
        }
    }

    /// What others check its tokens with.
    pub fn public(&self) -> PublicKey {
        let x = BASE64.encode(self.key.verifying_key().as_bytes());
        PublicKey {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            kid: self.id.clone(),
            x,
        }
    }

    /// The signed token, in the compact form.
    ///
    /// # Panics
    /// Never: header and claims are plain records.
    pub fn sign(&self, token: &AccessToken) -> String {
        let header = Header {
            alg: "EdDSA".into(),
            typ: "JWT".into(),
            kid: self.id.clone(),
        };
        let header = BASE64.encode(serde_json::to_vec(&header).expect("a plain record"));
        let claims = BASE64.encode(serde_json::to_vec(token).expect("a plain record"));
        let signed = format!("{header}.{claims}");
        let signature = BASE64.encode(self.key.sign(signed.as_bytes()).to_bytes());
        format!("{signed}.{signature}")
    }
}

/// The public keys, fetched from identity when a token names one that is not known yet.
#[derive(Clone)]
pub struct KeyRing {
    identity: Peer,
    known: Arc<RwLock<Vec<(String, VerifyingKey)>>>,
    fetches: RateLimit,
}

/// Why a token does not show who is calling.
pub(crate) enum TokenError {
    Invalid,
    Unavailable(PeerError),
}

impl KeyRing {
    /// A ring that fetches keys from `identity`.
    pub fn new(identity: Peer) -> Self {
        Self {
            identity,
            known: Arc::default(),
            fetches: RateLimit::per_minute(FETCHES_PER_MINUTE),
        }
    }

    pub(crate) async fn verify(&self, text: &str, now: Timestamp) -> Result<AccessToken, TokenError> {
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenError::Invalid)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Invalid)?;
        let header: Header = decode(header)?;
        if header.alg != "EdDSA" {
            return Err(TokenError::Invalid);
        }
        let key = self.key(&header.kid).await?.ok_or(TokenError::Invalid)?;
        let signature = BASE64.decode(signature).map_err(|_| TokenError::Invalid)?;
        let signature = ed25519_dalek::Signature::from_slice(&signature).map_err(|_| TokenError::Invalid)?;
        key.verify_strict(signed.as_bytes(), &signature)
            .map_err(|_| TokenError::Invalid)?;
        let token: AccessToken = decode(claims)?;
        if token.expires_at <= now.as_second() {
            Err(TokenError::Invalid)
        } else {
            Ok(token)
        }
    }

    async fn key(&self, id: &str) -> Result<Option<VerifyingKey>, TokenError> {
        if let Some(key) = self.known(id) {
            return Ok(Some(key));
        }
        if self.fetches.check("keys").is_err() {
            // Tokens with made-up keys must not make every request a call to identity.
            return Ok(None);
        }
        let fetched: PublicKeys = self
            .identity
            .get("/auth/keys")
            .await
            .map_err(TokenError::Unavailable)?;
        let keys = fetched
            .keys
            .iter()
            .filter_map(|key| Some((key.kid.clone(), verifying_key(key)?)))
            .collect();
        *self
            .known
            .write()
            .expect("nothing panics while it holds the keys") = keys;
        Ok(self.known(id))
    }

    fn known(&self, id: &str) -> Option<VerifyingKey> {
        let known = self.known.read().expect("nothing panics while it holds the keys");
        known.iter().find(|(known, _)| known == id).map(|(_, key)| *key)
    }
}

fn verifying_key(key: &PublicKey) -> Option<VerifyingKey> {
    let bytes = BASE64.decode(&key.x).ok()?;
    VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let bytes = BASE64.decode(part).map_err(|_| TokenError::Invalid)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Invalid)
}
