//! The service itself: what holds its ports.

use std::sync::Arc;

use axum::extract::FromRef;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turnout_bus::{Bus, BusError, Group};
use turnout_domain::messages::{EventChange, OrderConfirmed, TicketsCancelled};
use turnout_domain::{Clock, Envelope, EventId, Ids, Message, MessageId};
use turnout_http::Edge;
use turnout_store::{Change, CommitError, Committed, Read, Store, StoreError};

use crate::count_participants::Participants;
use crate::follow_cancellations::Cancellations;
use crate::items;
use crate::model::{CountedEvent, Event};

/// How often a change is decided anew because what it was based on had changed.
pub(crate) const COMMIT_ATTEMPTS_MAX: usize = 3;
/// How often a change is sent again because its answer was lost.
const ANSWER_TRIES_MAX: usize = 3;

/// Counts participants as orders are confirmed.
const PARTICIPANTS: Group = Group {
    name: "registration-participants",
    kinds: &[OrderConfirmed::KIND],
};
/// The group that hears of cancelled tickets.
const CANCELLATIONS: Group = Group {
    name: "registration-cancellations",
    kinds: &[TicketsCancelled::KIND],
};

/// Event registration: events and who takes part in them. A clone is another handle on the same service.
#[derive(Clone)]
pub struct Registration {
    ports: Arc<Ports>,
}

struct Ports {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    edge: Edge,
}

impl Registration {
    /// The service on these ports.
    pub fn new(
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        edge: Edge,
    ) -> Self {
        let ports = Ports {
            store,
            bus,
            clock,
            ids,
            edge,
        };
        Self {
            ports: Arc::new(ports),
        }
    }

    /// Joins the service's groups of the bus. What goes on behind them is spawned on `tasks`; it ends after `shutdown`,
    /// once what was taken is done.
    ///
    /// # Errors
    /// If the bus cannot be joined.
    pub async fn start(&self, tasks: &TaskTracker, shutdown: CancellationToken) -> Result<(), BusError> {
        let (participants, counting) = Participants::counting(self.clone(), shutdown);
        tasks.spawn(counting);
        self.ports.bus.join(PARTICIPANTS, Arc::new(participants)).await?;
        let cancellations = Cancellations(self.clone());
        self.ports.bus.join(CANCELLATIONS, Arc::new(cancellations)).await
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.ports.store
    }

    pub(crate) fn edge(&self) -> &Edge {
        &self.ports.edge
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    pub(crate) fn event_id(&self, now: Timestamp) -> EventId {
        EventId::from_ulid(self.ports.ids.ulid(now))
    }

    /// The event and its count, as they stand after every commit that was answered.
    pub(crate) async fn event(&self, id: EventId) -> Result<Option<CountedEvent>, StoreError> {
        let keys = [items::event_key(id), items::count_key(id)];
        let found = self.store().get_many(&keys, Read::Consistent).await?;
        items::counted_event(&found)
    }

    /// The message that tells of the event as it stands after `change`.
    pub(crate) fn told(&self, event: &Event, change: EventChange) -> Envelope {
        let id = MessageId::from_ulid(self.ports.ids.ulid(event.updated_at));
        Envelope::new(id, event.updated_at, &event.told(change))
    }

    /// Puts the event in place of the version before, and tells of it.
    pub(crate) async fn commit_changed(
        &self,
        event: &Event,
        change: EventChange,
    ) -> Result<Committed, CommitError> {
        let message = self.told(event, change);
        self.commit(items::replace(event).emit(message)).await
    }

    /// Commits the change; asks again when the answer was lost, so that we know.
    pub(crate) async fn commit(&self, change: Change) -> Result<Committed, CommitError> {
        let mut tries = 1;
        loop {
            match self.store().commit(change.clone()).await {
                Err(CommitError::Unknown { .. }) if tries < ANSWER_TRIES_MAX => tries += 1,
                answer => return answer,
            }
        }
    }
}

impl FromRef<Registration> for Edge {
    fn from_ref(registration: &Registration) -> Self {
        registration.edge().clone()
    }
}
