//! The struct that holds the ports.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::FromRef;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turnout_bus::{Bus, BusError};
use turnout_domain::{Clock, Envelope, Ids, Message, MessageId};
use turnout_http::{Edge, RateLimit};
use turnout_store::Store;

use crate::live::{Hub, Peered};
use crate::{fan_out, groups, live};

/// How many messages one organizer's member may send a minute: enough for anyone who writes, too few to flood.
const NOTIFY_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// The engagement service. A clone is another handle on the same.
#[derive(Clone)]
pub struct Engagement {
    parts: Arc<Parts>,
}

struct Parts {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    edge: Edge,
    hub: Arc<Hub>,
    peered: Arc<Peered>,
    fan_outs: Notify,
    notify_limit: RateLimit,
}

impl Engagement {
    /// The service on these ports. Its routes answer at once; [`start`](Self::start) makes it listen as well.
    pub fn new(
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        edge: Edge,
    ) -> Self {
        let peered = Arc::new(Peered::new(Arc::clone(&store), edge.clone()));
        // Never the same in two processes or two runs, so that a sequence of another is known as such.
        let epoch = ids.ulid(clock.now()).to_string();
        let hub = Arc::new(Hub::new(epoch, peered.clone()));
        Self {
            parts: Arc::new(Parts {
                store,
                bus,
                clock,
                ids,
                edge,
                hub,
                peered,
                fan_outs: Notify::new(),
                notify_limit: RateLimit::per_minute(NOTIFY_PER_MINUTE),
            }),
        }
    }

    /// Joins the bus, and starts the live feed and what works in the background. All of it ends once `shutdown` is
    /// cancelled; `tasks` has then ended when the last socket is closed.
    ///
    /// # Errors
    /// If the bus cannot be joined.
    pub async fn start(&self, tasks: &TaskTracker, shutdown: CancellationToken) -> Result<(), BusError> {
        // Listening comes first: what is heard is shown, and nothing may be shown later than it is kept.
        live::start(self, tasks, &shutdown).await?;
        groups::join(self).await?;
        tasks.spawn(fan_out::run(self.clone(), shutdown));
        Ok(())
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    pub(crate) fn shared_store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.parts.store)
    }

    pub(crate) fn bus(&self) -> &dyn Bus {
        &*self.parts.bus
    }

    pub(crate) fn ids(&self) -> &dyn Ids {
        &*self.parts.ids
    }

    pub(crate) fn edge(&self) -> &Edge {
        &self.parts.edge
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// The live topics.
    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.parts.hub
    }

    /// Where the live topics' data comes from.
    pub(crate) fn peered(&self) -> &Peered {
        &self.parts.peered
    }

    /// Is notified when a fan-out is waiting.
    pub(crate) fn fan_outs(&self) -> &Notify {
        &self.parts.fan_outs
    }

    /// Bounds what one person may send to others.
    pub(crate) fn notify_limit(&self) -> &RateLimit {
        &self.parts.notify_limit
    }

    /// Puts a message of ours into its envelope.
    pub(crate) fn envelope<M: Message>(&self, message: &M) -> Envelope {
        let now = self.now();
        Envelope::new(MessageId::from_ulid(self.ids().ulid(now)), now, message)
    }
}

impl FromRef<Engagement> for Edge {
    fn from_ref(engagement: &Engagement) -> Self {
        engagement.edge().clone()
    }
}
