//! What every service's handlers need of the edge.

use std::sync::Arc;

use turnout_domain::Clock;

use crate::{KeyRing, Peers};

/// Part of every service's state: checks access tokens, asks the other services, tells the time.
#[derive(Clone)]
pub struct Edge {
    clock: Arc<dyn Clock>,
    keys: KeyRing,
    peers: Peers,
}

impl Edge {
    /// An edge that reaches the other services through `peers`.
    pub fn new(clock: Arc<dyn Clock>, peers: Peers) -> Self {
        Self {
            clock,
            keys: KeyRing::new(peers.identity.clone()),
            peers,
        }
    }

    /// The time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The other services.
    pub fn peers(&self) -> &Peers {
        &self.peers
    }

    pub(crate) fn keys(&self) -> &KeyRing {
        &self.keys
    }
}
