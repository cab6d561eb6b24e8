//! The service: the ports it holds, and its work in the background.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::FromRef;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turnout_bus::{Bus, BusError};
use turnout_domain::{Clock, Envelope, Ids, Message, MessageId};
use turnout_http::{Edge, RateLimit};
use turnout_store::{Store, Table};

use crate::combiner::Combiner;
use crate::door::{GateAttempts, Rosters};
use crate::find_code::Guesses;
use crate::keys::Keys;
use crate::next_release::NextReleases;
use crate::payments::Providers;
use crate::{Settings, follow_events, insight, run_errands, sweep_holds, waitlist};

/// The table that only this service writes.
pub const TABLE: Table = Table("tickets");

/// How many webhooks without a signature of their provider are answered a minute.
const UNSIGNED_WEBHOOKS_A_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("sixty is not zero");

/// The ticketing service. A clone is another handle on it.
#[derive(Clone)]
pub struct Ticketing {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) edge: Edge,
    pub(crate) combiner: Combiner,
    pub(crate) keys: Keys,
    pub(crate) waitlists: waitlist::Locks,
    pub(crate) views: insight::Views,
    pub(crate) settings: Settings,
    pub(crate) gate_attempts: GateAttempts,
    pub(crate) rosters: Rosters,
    pub(crate) providers: Providers,
    /// Webhooks that nobody signed: each costs us an HMAC and a line of the log.
    pub(crate) unsigned_webhooks: RateLimit,
    pub(crate) guesses: Guesses,
    pub(crate) next_releases: NextReleases,
}

impl Ticketing {
    /// The service on these ports.
    pub fn new(
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        edge: Edge,
    ) -> Self {
        let keys = Keys::new(store.clone(), ids.clone());
        let combiner = Combiner::new(store.clone(), clock.clone(), ids.clone());
        let settings = Settings::default();
        let providers = Providers::new(&store, &keys, &clock, &settings);
        Self {
            store,
            bus,
            clock,
            ids,
            edge,
            combiner,
            keys,
            waitlists: waitlist::Locks::default(),
            views: insight::Views::default(),
            gate_attempts: GateAttempts::default(),
            rosters: Rosters::default(),
            settings,
            providers,
            unsigned_webhooks: RateLimit::per_minute(UNSIGNED_WEBHOOKS_A_MINUTE),
            guesses: Guesses::default(),
            next_releases: NextReleases::default(),
        }
    }

    /// The same with other settings.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        let providers = Providers::new(&self.store, &self.keys, &self.clock, &settings);
        Self {
            settings,
            providers,
            ..self
        }
    }

    /// Starts what runs in the background: following registration's events, and giving back holds whose time is up,
    /// asking providers how payments ended. Ends when `shutdown` is cancelled.
    ///
    /// # Errors
    /// If the bus cannot be joined.
    pub async fn start(&self, tasks: &TaskTracker, shutdown: CancellationToken) -> Result<(), BusError> {
        follow_events::join(self).await?;
        waitlist::follow(self).await?;
        insight::follow(self, tasks, shutdown.clone()).await?;
        tasks.spawn(self.clone().keep_views(shutdown.clone()));
        tasks.spawn(sweep_holds::run(self.clone(), shutdown.clone()));
        tasks.spawn(run_errands::run(self.clone(), shutdown));
        Ok(())
    }

    /// A message in its envelope.
    pub(crate) fn envelope<M: Message>(&self, message: &M) -> Envelope {
        envelope(&*self.clock, &*self.ids, message)
    }
}

pub(crate) fn envelope<M: Message>(clock: &dyn Clock, ids: &dyn Ids, message: &M) -> Envelope {
    let now = clock.now();
    Envelope::new(MessageId::from_ulid(ids.ulid(now)), now, message)
}

impl FromRef<Ticketing> for Edge {
    fn from_ref(ticketing: &Ticketing) -> Self {
        ticketing.edge.clone()
    }
}
