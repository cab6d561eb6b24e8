//! The bus within one process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::{Semaphore, broadcast};
use turnout_domain::Envelope;

use crate::{Bus, BusError, Group, Handler, LISTENER_MESSAGES_MAX, Listener, deliver};

/// The most messages that handlers of one group work on at a time. Enough for the store to merge their commits into
/// one, and a bound of each group's own, so that a slow one takes no turns from the others.
const GROUP_IN_FLIGHT_MAX: usize = 64;

/// Carries messages within the process. A clone is another handle on the same bus.
///
/// [`publish`](Bus::publish) answers when every group has handled every message: until then the outbox keeps them, and
/// so they survive a crash. A group must therefore be joined before the relay of its messages starts.
#[derive(Clone, Default)]
pub struct MemoryBus {
    /// Replaced whole by the rare join or listen, so that a publish only clones an `Arc`.
    routes: Arc<RwLock<Arc<Routes>>>,
}

#[derive(Clone, Default)]
struct Routes {
    groups: Vec<Arc<Members>>,
    listeners: Vec<Audience>,
    /// Where the messages of a kind go, as places in the lists above.
    by_kind: HashMap<&'static str, Readers>,
}

#[derive(Clone, Default)]
struct Readers {
    groups: Vec<usize>,
    listeners: Vec<usize>,
}

/// A group and those who share its work.
struct Members {
    group: Group,
    handlers: Vec<Arc<dyn Handler>>,
    /// Whose turn it is.
    turn: AtomicUsize,
    slots: Arc<Semaphore>,
}

#[derive(Clone)]
struct Audience {
    kinds: &'static [&'static str],
    sender: broadcast::Sender<Arc<Envelope>>,
}

impl MemoryBus {
    /// A bus that nobody has joined.
    pub fn new() -> Self {
        Self::default()
    }

    fn routes(&self) -> Arc<Routes> {
        Arc::clone(&self.routes.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Routes)) {
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let mut changed = Routes::clone(&routes);
        change(&mut changed);
        changed.sort_by_kind();
        *routes = Arc::new(changed);
    }
}

#[async_trait]
impl Bus for MemoryBus {
    async fn publish(&self, messages: &[Envelope]) -> Result<(), BusError> {
        let routes = self.routes();
        let mut deliveries = FuturesUnordered::new();
        for message in messages {
            let Some(readers) = routes.by_kind.get(message.kind.as_str()) else {
                continue;
            };
            if !readers.listeners.is_empty() {
                let heard = Arc::new(message.clone());
                for &listener in &readers.listeners {
                    // Fails if the listener is gone, which is its own affair.
                    let _ = routes.listeners[listener].sender.send(Arc::clone(&heard));
                }
            }
            deliveries.extend(
                readers
                    .groups
                    .iter()
                    .map(|&group| routes.groups[group].handle(message)),
            );
        }
        // All are tried even if some fail: one that fails must not keep the others from their messages.
        let mut outcome = Ok(());
        while let Some(one) = deliveries.next().await {
            outcome = outcome.and(one);
        }
        outcome
    }

    async fn join(&self, group: Group, handler: Arc<dyn Handler>) -> Result<(), BusError> {
        self.change(|routes| {
            let place = routes
                .groups
                .iter()
                .position(|members| members.group.name == group.name);
            let known = place.map(|place| routes.groups.swap_remove(place));
            let mut handlers = known
                .as_ref()
                .map_or_else(Vec::new, |members| members.handlers.clone());
            handlers.push(handler);
            let slots = known.map_or_else(
                || Arc::new(Semaphore::new(GROUP_IN_FLIGHT_MAX)),
                |members| Arc::clone(&members.slots),
            );
            routes.groups.push(Arc::new(Members {
                group,
                handlers,
                turn: AtomicUsize::new(0),
                slots,
            }));
        });
        Ok(())
    }

    async fn listen(&self, kinds: &'static [&'static str]) -> Result<Listener, BusError> {
        let (sender, listener) = broadcast::channel(LISTENER_MESSAGES_MAX);
        self.change(|routes| {
            routes
                .listeners
                .retain(|audience| audience.sender.receiver_count() > 0);
            routes.listeners.push(Audience { kinds, sender });
        });
        Ok(listener)
    }

    async fn ready(&self) -> Result<(), BusError> {
        Ok(())
    }
}

impl Routes {
    fn sort_by_kind(&mut self) {
        self.by_kind.clear();
        for (place, members) in self.groups.iter().enumerate() {
            for kind in members.group.kinds {
                self.by_kind.entry(kind).or_default().groups.push(place);
            }
        }
        for (place, audience) in self.listeners.iter().enumerate() {
            for kind in audience.kinds {
                self.by_kind.entry(kind).or_default().listeners.push(place);
            }
        }
        for readers in self.by_kind.values_mut() {
            // A kind that is named twice is still one subscription.
            readers.groups.dedup();
            readers.listeners.dedup();
        }
    }
}

impl Members {
    async fn handle(&self, message: &Envelope) -> Result<(), BusError> {
        let _slot = self.slots.acquire().await;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.handlers.len();
        deliver(self.handlers[turn].as_ref(), message)
            .await
            .map_err(|source| BusError::Handler {
                group: self.group.name,
                source,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::Fixture;

    #[async_trait]
    impl Fixture for MemoryBus {
        async fn handle(&self) -> Arc<dyn Bus> {
            Arc::new(self.clone())
        }
    }

    crate::bus_conformance_suite!(MemoryBus::new());
}
