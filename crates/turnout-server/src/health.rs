//! What orchestrators and collectors ask.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;
use turnout_bus::Bus;
use turnout_store::Store;

/// What readiness hangs on.
#[derive(Clone)]
pub struct Health {
    /// None where the role has no data of its own.
    pub store: Option<Arc<dyn Store>>,
    /// None where the role exchanges no messages.
    pub bus: Option<Arc<dyn Bus>>,
    /// Cancelled once the process is told to end.
    pub draining: CancellationToken,
    /// The figures.
    pub metrics: PrometheusHandle,
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
        Ok(()) => (StatusCode::OK, String::from("ready")),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why),
    };
    (status, words + "\n")
}

impl Health {
    /// Why requests should go elsewhere, if they should.
    async fn ready(&self) -> Result<(), String> {
        if self.draining.is_cancelled() {
            return Err("draining".to_owned());
        }
        if let Some(store) = &self.store {
            store.ready().await.map_err(|error| error.to_string())?;
        }
        if let Some(bus) = &self.bus {
            bus.ready().await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

async fn metrics(State(health): State<Health>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        health.metrics.render(),
    )
}
