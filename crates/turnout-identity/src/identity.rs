//! The service, with the ports it stands on.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::FromRef;
use tokio::sync::OnceCell;
use turnout_domain::{Clock, Ids};
use turnout_http::{Edge, RateLimit, SigningKey};
use turnout_store::{Change, CommitError, Store};

use crate::passwords::Passwords;

/// How often a change is committed whose answer gets lost.
const COMMIT_ATTEMPTS_MAX: usize = 3;
/// Tries to sign in or up, for one address, a minute: enough for a forgetful person, hopeless for a guesser.
const TRIES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not nought");

/// The identity service. A clone is another handle on the same one.
#[derive(Clone)]
pub struct Identity {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    edge: Edge,
    passwords: Passwords,
    signing_keys: OnceCell<Vec<SigningKey>>,
    log_in_limit: RateLimit,
    sign_up_limit: RateLimit,
    cookies_secure: bool,
}

impl Identity {
    /// The service on these ports. `cookies_secure` says that the public address is `https`, so that the cookie is
    /// never sent in the clear.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        edge: Edge,
        cookies_secure: bool,
    ) -> Self {
        let inner = Inner {
            store,
            clock,
            ids,
            edge,
            passwords: Passwords::new(),
            signing_keys: OnceCell::new(),
            log_in_limit: RateLimit::per_minute(TRIES_PER_MINUTE),
            sign_up_limit: RateLimit::per_minute(TRIES_PER_MINUTE),
            cookies_secure,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.inner.store
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    pub(crate) fn ids(&self) -> &dyn Ids {
        &*self.inner.ids
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    pub(crate) fn signing_keys_cell(&self) -> &OnceCell<Vec<SigningKey>> {
        &self.inner.signing_keys
    }

    /// Throttles guessing of passwords, by canonical address.
    pub(crate) fn log_in_limit(&self) -> &RateLimit {
        &self.inner.log_in_limit
    }

    /// Throttles asking whether an address has an account, by canonical address.
    pub(crate) fn sign_up_limit(&self) -> &RateLimit {
        &self.inner.sign_up_limit
    }

    pub(crate) fn cookies_secure(&self) -> bool {
        self.inner.cookies_secure
    }

    /// Commits, and asks again when the answer gets lost: the token lets the store answer as it did the first time.
    pub(crate) async fn commit(&self, change: Change) -> Result<(), CommitError> {
        let mut attempts = 1;
        loop {
            match self.store().commit(change.clone()).await {
                Err(CommitError::Unknown { .. }) if attempts < COMMIT_ATTEMPTS_MAX => attempts += 1,
                outcome => return outcome.map(|_| ()),
            }
        }
    }
}

impl FromRef<Identity> for Edge {
    fn from_ref(identity: &Identity) -> Self {
        identity.inner.edge.clone()
    }
}
