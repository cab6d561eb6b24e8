//! What orchestrators and collectors ask.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use turnout_bus::Bus;
use turnout_store::Store;

use crate::config::Role;

/// How often the bus is asked whether it is there.
const BUS_INTERVAL: Duration = Duration::from_secs(1);
/// How long the store and the bus may take to say so: a probe does not wait much longer.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// What readiness hangs on.
#[derive(Clone)]
pub struct Health {
    /// None where the role has no data of its own.
    pub store: Option<Arc<dyn Store>>,
    /// None where the role exchanges no messages.
    pub bus: Option<BusHealth>,
    /// Cancelled once the process is told to end.
    pub draining: CancellationToken,
    /// The figures.
    pub metrics: PrometheusHandle,
}

/// What is known of the bus. A process is not ready before it was there once, and stays so when it goes: everything can
/// still be sold and read, and what is to be told waits in the outbox. To answer 503 then, in all processes at once, would
/// stop the sale.
#[derive(Clone)]
pub struct BusHealth {
    state: Arc<Mutex<BusState>>,
    /// What does not work meanwhile, in words.
    without: &'static str,
}

#[derive(Debug)]
struct BusState {
    was_there: bool,
    /// Why it is not there now.
    gone: Option<String>,
}

impl BusHealth {
    /// Asks `bus` now, and from now on again and again until `stopping` is cancelled.
    pub async fn watch(role: Role, bus: Arc<dyn Bus>, stopping: CancellationToken) -> Self {
        metrics::describe_gauge!(
            "turnout_bus_available",
            "1 while messages can be exchanged, 0 while they wait"
        );
        let health = Self {
            state: Arc::new(Mutex::new(BusState {
                was_there: false,
                gone: None,
            })),
            without: match role {
                Role::Engagement => "sockets hear nothing new until it is back",
                _ => "messages wait in the outbox",
            },
        };
        health.ask(&*bus).await;
        let watching = health.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    () = sleep(BUS_INTERVAL) => watching.ask(&*bus).await,
                }
            }
        });
        health
    }

    async fn ask(&self, bus: &dyn Bus) {
        let gone = match timeout(ANSWER_MAX, bus.ready()).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("the bus does not answer".to_owned()),
        };
        metrics::gauge!("turnout_bus_available").set(u8::from(gone.is_none()));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.was_there |= gone.is_none();
        state.gone = gone;
    }

    /// What is to be said about it, if something is; or why the process is not ready.
    fn judged(&self) -> Result<Option<String>, String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.gone {
            None => Ok(None),
            Some(why) if state.was_there => Ok(Some(format!("{why}; {}", self.without))),
            Some(why) => Err(why.clone()),
        }
    }
}

/// `/healthz`: alive. `/readyz`: able to answer now. `/metrics`: figures for Prometheus.
pub fn routes(health: Health) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(health)
}

async fn ready(State(health): State<Health>) -> (StatusCode, String) {
    let (status, words) = match health.ready().await {
        Ok(None) => (StatusCode::OK, String::from("ready")),
        Ok(Some(degraded)) => (StatusCode::OK, format!("ready, degraded: {degraded}")),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why),
    };
    (status, words + "\n")
}

impl Health {
    /// What works less well, if something does; or why requests should go elsewhere.
    async fn ready(&self) -> Result<Option<String>, String> {
        if self.draining.is_cancelled() {
            return Err("draining".to_owned());
        }
        if let Some(store) = &self.store {
            timeout(ANSWER_MAX, store.ready())
                .await
                .map_err(|_| "the store does not answer".to_owned())?
                .map_err(|error| error.to_string())?;
        }
        self.bus.as_ref().map_or(Ok(None), BusHealth::judged)
    }
}

async fn metrics(State(health): State<Health>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        health.metrics.render(),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use async_trait::async_trait;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use turnout_bus::{BusError, Group, Handler, Listener, MemoryBus};
    use turnout_domain::Envelope;
    use turnout_store::{FaultyStore, MemoryStore};

    use super::*;

    /// A bus that can be reached while a test says so.
    struct Switched(MemoryBus, AtomicBool);

    #[async_trait]
    impl Bus for Switched {
        async fn publish(&self, messages: &[Envelope]) -> Result<(), BusError> {
            self.0.publish(messages).await
        }

        async fn join(&self, group: Group, handler: Arc<dyn Handler>) -> Result<(), BusError> {
            self.0.join(group, handler).await
        }

        async fn listen(&self, kinds: &'static [&'static str]) -> Result<Listener, BusError> {
            self.0.listen(kinds).await
        }

        async fn ready(&self) -> Result<(), BusError> {
            if self.1.load(Ordering::SeqCst) {
                Ok(())
            } else {
                Err(BusError::Unavailable("unplugged".to_owned()))
            }
        }
    }

    struct Surroundings {
        store: FaultyStore<MemoryStore>,
        bus: Arc<Switched>,
        health: Health,
    }

    async fn surroundings(role: Role, bus_is_there: bool) -> Surroundings {
        let store = FaultyStore::new(MemoryStore::new());
        let bus = Arc::new(Switched(MemoryBus::new(), AtomicBool::new(bus_is_there)));
        let stopping = CancellationToken::new();
        let health = Health {
            store: Some(Arc::new(store.clone())),
            bus: Some(BusHealth::watch(role, bus.clone(), stopping).await),
            draining: CancellationToken::new(),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
        };
        Surroundings { store, bus, health }
    }

    async fn answer(health: &Health) -> (u16, String) {
        let (status, words) = ready(State(health.clone())).await;
        (status.as_u16(), words)
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_without_its_bus_is_not_ready_until_the_bus_was_there_once() {
        let Surroundings { bus, health, .. } = surroundings(Role::Ticketing, false).await;
        let (status, words) = answer(&health).await;
        assert_eq!(status, 503);
        assert!(words.contains("unplugged"), "{words}");
        bus.1.store(true, Ordering::SeqCst);
        sleep(2 * BUS_INTERVAL).await;
        assert_eq!(answer(&health).await, (200, "ready\n".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_loses_its_bus_stays_ready_and_says_what_does_not_work() {
        for (role, without) in [
            (Role::Ticketing, "messages wait in the outbox"),
            (Role::Engagement, "sockets hear nothing new"),
        ] {
            let Surroundings { bus, health, .. } = surroundings(role, true).await;
            bus.1.store(false, Ordering::SeqCst);
            sleep(2 * BUS_INTERVAL).await;
            let (status, words) = answer(&health).await;
            assert_eq!(status, 200);
            assert!(
                words.starts_with("ready, degraded: ") && words.contains(without),
                "{words}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_without_its_store_or_that_drains_is_not_ready() {
        let Surroundings { store, health, .. } = surroundings(Role::Ticketing, true).await;
        store.begin_outage();
        assert_eq!(answer(&health).await.0, 503);
        store.end_outage();
        assert_eq!(answer(&health).await.0, 200);
        health.draining.cancel();
        assert_eq!(answer(&health).await, (503, "draining\n".to_owned()));
    }
}
