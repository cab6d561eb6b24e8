//! The services of a role: made, wired to each other, started.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turnout_bus::{Bus, relay};
use turnout_domain::{Clock, Ids};
use turnout_engagement::Engagement;
use turnout_http::{Edge, LocalRouter, Peers, Target};
use turnout_identity::Identity;
use turnout_registration::Registration;
use turnout_store::{Store, Table, keep_cursor_key};
use turnout_ticketing::Ticketing;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::config::Role;

/// How long is waited before the key of cursors is asked for again.
const CURSOR_KEY_PAUSE: Duration = Duration::from_secs(2);

/// What the services stand on.
#[derive(Clone)]
pub struct Foundation {
    pub store: Arc<dyn Store>,
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

/// How the services of a process reach each other and those elsewhere.
pub struct Wiring {
    pub peers: Peers,
    local: Vec<(Role, LocalRouter)>,
}

/// The tables that the services of a role own.
pub fn tables(role: Role) -> Vec<Table> {
    let all = [
        (Role::Identity, turnout_identity::TABLE),
        (Role::Registration, turnout_registration::TABLE),
        (Role::Ticketing, turnout_ticketing::TABLE),
        (Role::Engagement, turnout_engagement::TABLE),
    ];
    all.into_iter()
        .filter(|(owner, _)| role.has(*owner))
        .map(|(_, table)| table)
        .collect()
}

impl Role {
    /// Whether a process of this role runs `service`.
    pub fn has(self, service: Self) -> bool {
        self == Self::All || self == service
    }
}

impl Wiring {
    /// The wiring of a process of `role`; services elsewhere are at the base that `url` gives.
    pub fn new(role: Role, secret: &str, url: impl Fn(Role) -> String) -> Self {
        let mut local = Vec::new();
        let peers = Peers::new(secret, |name| {
            let service = match name {
                "identity" => Role::Identity,
                "registration" => Role::Registration,
                "ticketing" => Role::Ticketing,
                _ => Role::Engagement,
            };
            if role.has(service) {
                let slot = LocalRouter::default();
                local.push((service, slot.clone()));
                Target::Local(slot)
            } else {
                Target::remote(&url(service))
            }
        });
        Self { peers, local }
    }

    fn put(&self, service: Role, router: Router) {
        if let Some((_, slot)) = self.local.iter().find(|(owner, _)| *owner == service) {
            slot.set(router).expect("a service is built once");
        }
    }
}

/// What an operator may choose for the services.
#[derive(Debug, Clone, Default)]
pub struct ServiceSettings {
    /// Whether cookies are only sent over TLS.
    pub cookies_secure: bool,
    pub ticketing: turnout_ticketing::Settings,
}

/// The services of one process.
pub struct Services {
    role: Role,
    foundation: Foundation,
    registration: Option<Registration>,
    ticketing: Option<Ticketing>,
    engagement: Option<Engagement>,
    /// What clients may call.
    pub public: Router,
    /// What only other services may call.
    pub internal: Router,
    /// The description of what clients may call.
    pub openapi: OpenApi,
}

impl Services {
    /// Builds the services of `role`.
    pub fn new(role: Role, foundation: &Foundation, wiring: &Wiring, settings: &ServiceSettings) -> Self {
        let Foundation {
            store,
            bus,
            clock,
            ids,
        } = foundation.clone();
        let edge = Edge::new(clock.clone(), wiring.peers.clone());
        let mut public = OpenApiRouter::new();
        let mut internal = Router::new();
        let mut add = |service: Role, routes: OpenApiRouter, internals: Router| {
            let (router, _) = routes.clone().split_for_parts();
            wiring.put(service, router.merge(internals.clone()));
            public = std::mem::take(&mut public).merge(routes);
            internal = std::mem::take(&mut internal).merge(internals);
        };
        if role.has(Role::Identity) {
            let identity = Identity::new(
                store.clone(),
                clock.clone(),
                ids.clone(),
                edge.clone(),
                settings.cookies_secure,
            );
            add(
                Role::Identity,
                turnout_identity::routes(identity.clone()),
                turnout_identity::internal_routes(identity),
            );
        }
        let mut registration = None;
        if role.has(Role::Registration) {
            let service = Registration::new(
                store.clone(),
                bus.clone(),
                clock.clone(),
                ids.clone(),
                edge.clone(),
            );
            let (routes, internals) = (
                turnout_registration::routes(service.clone()),
                turnout_registration::internal_routes(service.clone()),
            );
            add(Role::Registration, routes, internals);
            registration = Some(service);
        }
        let mut ticketing = None;
        if role.has(Role::Ticketing) {
            let service = Ticketing::new(
                store.clone(),
                bus.clone(),
                clock.clone(),
                ids.clone(),
                edge.clone(),
            )
            .with_settings(settings.ticketing.clone());
            let (routes, internals) = (
                turnout_ticketing::routes(service.clone()),
                turnout_ticketing::internal_routes(service.clone()),
            );
            add(Role::Ticketing, routes, internals);
            ticketing = Some(service);
        }
        let mut engagement = None;
        if role.has(Role::Engagement) {
            let service = Engagement::new(store, bus, clock, ids, edge);
            let (routes, internals) = (
                turnout_engagement::routes(service.clone()),
                turnout_engagement::internal_routes(service.clone()),
            );
            add(Role::Engagement, routes, internals);
            engagement = Some(service);
        }
        let (public, openapi) = public.split_for_parts();
        Self {
            role,
            foundation: foundation.clone(),
            registration,
            ticketing,
            engagement,
            public,
            internal,
            openapi,
        }
    }

    /// Starts what runs in the background: listening to messages, sending them, sweeping. It ends when `shutdown` is
    /// cancelled.
    pub async fn start(
        &self,
        tasks: &TaskTracker,
        shutdown: &CancellationToken,
    ) -> Result<(), turnout_bus::BusError> {
        for table in tables(self.role) {
            let store = self.foundation.store.clone();
            if let Err(error) = keep_cursor_key(&*store, table).await {
                tracing::warn!(%error, "The key of cursors could not be read; trying again");
                tasks.spawn(keep_trying(store, table, shutdown.clone()));
            }
        }
        if let Some(registration) = &self.registration {
            registration.start(tasks, shutdown.clone()).await?;
        }
        if let Some(ticketing) = &self.ticketing {
            ticketing.start(tasks, shutdown.clone()).await?;
        }
        if let Some(engagement) = &self.engagement {
            engagement.start(tasks, shutdown.clone()).await?;
        }
        // The outboxes last: every group of this process has joined before the first message goes out.
        for table in tables(self.role) {
            let (store, bus) = (self.foundation.store.clone(), self.foundation.bus.clone());
            tasks.spawn(relay(store, bus, table, shutdown.clone()));
        }
        Ok(())
    }
}

/// Cursors of a process that started without its store are its own until the key can be read.
async fn keep_trying(store: Arc<dyn Store>, table: Table, shutdown: CancellationToken) {
    while keep_cursor_key(&*store, table).await.is_err() {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(CURSOR_KEY_PAUSE) => {}
        }
    }
}
