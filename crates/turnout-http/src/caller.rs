//! Who is calling.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use subtle::ConstantTimeEq;
use turnout_domain::{SessionId, UserId};

use crate::access_token::TokenError;
use crate::{Edge, Problem};

/// Who is calling: someone signed in, or a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Nobody we know.
    Guest,
    /// Someone signed in.
    Person(SignedIn),
}

/// Someone signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// On which device.
    pub session: SessionId,
}

impl Caller {
    /// Who, if signed in.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Guest => None,
            Self::Person(person) => Some(person.user),
        }
    }
}

fn bearer<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (given, credentials) = value.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| credentials.trim())
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    Edge: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Some(token) = bearer(&parts.headers, "Bearer") else {
            return Ok(Self::Guest);
        };
        Edge::from_ref(state).signed_in(token).await.map(Self::Person)
    }
}

/// Who is at a door: someone signed in, a guest, or whoever holds the credential of a gate link.
#[derive(Clone, PartialEq, Eq)]
pub enum DoorCaller {
    /// A caller as everywhere else.
    Caller(Caller),
    /// `Authorization: Gate …`, not yet checked. Not to be logged.
    Gate(String),
}

impl<S: Send + Sync> FromRequestParts<S> for DoorCaller
where
    Edge: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if let Some(credential) = bearer(&parts.headers, "Gate") {
            return Ok(Self::Gate(credential.to_owned()));
        }
        Caller::from_request_parts(parts, state).await.map(Self::Caller)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    Edge: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Caller::from_request_parts(parts, state).await? {
            Caller::Person(person) => Ok(person),
            Caller::Guest => Err(Problem::unauthenticated()),
        }
    }
}

impl Edge {
    /// Who holds this access token.
    ///
    /// # Errors
    /// 401 if it is not valid (any more); 503 if the keys cannot be had.
    pub async fn signed_in(&self, token: &str) -> Result<SignedIn, Problem> {
        match self.keys().verify(token, self.clock().now()).await {
            Ok(token) => Ok(SignedIn {
                user: token.user,
                session: token.session,
            }),
            Err(TokenError::Invalid) => Err(Problem::unauthenticated()),
            Err(TokenError::Unavailable(error)) => {
                tracing::warn!(%error, "The keys of access tokens could not be fetched");
                Err(Problem::unavailable())
            }
        }
    }
}

/// Another service of ours is calling. Routes under `/internal` take one, and are 404 to everyone else.
#[derive(Debug, Clone, Copy)]
pub struct PeerCaller(());

impl<S: Send + Sync> FromRequestParts<S> for PeerCaller
where
    Edge: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let edge = Edge::from_ref(state);
        let given = bearer(&parts.headers, "Peer").unwrap_or_default();
        let same: bool = given.as_bytes().ct_eq(edge.peers().secret().as_bytes()).into();
        if same {
            Ok(Self(()))
        } else {
            Err(Problem::not_found())
        }
    }
}
