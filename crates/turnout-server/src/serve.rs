//! `turnout serve`: from settings to a process that answers, and back down without losing anything.

use std::future::ready;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::Response;
use axum::serve::ListenerExt;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turnout_http::{IDLE_MAX, observed};

use crate::config::{Config, Role, VERSION};
use crate::health::{self, BusHealth, Health};
use crate::services::{Services, Wiring};
use crate::{demo, gateway, logging, openapi, ports, web};

/// Connections that may wait to be accepted in a rush.
const BACKLOG: u32 = 4096;
/// How long a role that is told to end goes on before it closes connections that wait for a request. Meanwhile it says that it
/// is not ready, and closes each connection with its next answer: whoever is in front of it goes elsewhere without
/// having lost a request. Longer than [`IDLE_MAX`].
const LAST_REQUESTS: Duration = Duration::from_secs(2);
const _: () = assert!(LAST_REQUESTS.as_millis() > IDLE_MAX.as_millis());
/// How long requests that are being answered are waited for, that time included.
const DRAIN_SECONDS_MAX: u64 = 25;
/// How long work in the background is waited for after that.
const STOP_SECONDS_MAX: u64 = 10;
/// Bounds of the histograms of request durations, in seconds.
const DURATION_BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Serves until SIGTERM or SIGINT.
pub async fn run(config: Config) -> anyhow::Result<()> {
    logging::start(config.log_format);
    let metrics = PrometheusBuilder::new()
        .set_buckets(&DURATION_BUCKETS)?
        .install_recorder()?;
    let listener = listen(&config)?;
    let tasks = TaskTracker::new();
    // First `draining`: nothing new is accepted. Then `stopping`: the work in the background ends.
    let (draining, stopping) = (CancellationToken::new(), CancellationToken::new());
    tokio::spawn(drain_on_signal(draining.clone()));

    let health = |store, bus| Health {
        store,
        bus,
        draining: draining.clone(),
        metrics: metrics.clone(),
    };
    let mut closing = Vec::new();
    let app = if config.role == Role::Web {
        let wiring = wiring(&config)?;
        let app = gateway::routes(&wiring.peers).nest("/api", openapi::routes());
        let app = app.merge(web::routes(&config, wiring.peers.clone()));
        app.merge(health::routes(health(None, None)))
    } else {
        let adapters = ports::open(&config, &stopping).await?;
        let foundation = adapters.foundation;
        closing = adapters.closing;
        let wiring = wiring(&config)?;
        let services = Services::new(config.role, &foundation, &wiring, &config.service_settings());
        services
            .start(&tasks, &stopping)
            .await
            .context("cannot join the message bus")?;
        let public = services.public.clone().merge(openapi::routes());
        let mut app = Router::new().nest("/api", public.clone());
        if config.role == Role::All {
            app = app.merge(web::routes(&config, wiring.peers.clone()));
            if config.demo {
                demo::fill(&public)
                    .await
                    .context("cannot fill in the demo season")?;
            }
        } else {
            app = app.merge(public).merge(services.internal.clone());
        }
        let bus = BusHealth::watch(config.role, foundation.bus, stopping.clone()).await;
        app.merge(health::routes(health(Some(foundation.store), Some(bus))))
    };

    announce(&config, listener.local_addr()?.port());
    let (told_to_end, role, told) = (draining.clone(), config.role, draining.clone());
    let app = app.layer(map_response(move |response| ready(close_after(&told, response))));
    let served = axum::serve(
        listener.tap_io(|connection| {
            let _ = connection.set_nodelay(true);
        }),
        observed(app),
    )
    .with_graceful_shutdown(async move {
        told_to_end.cancelled().await;
        // One process alone has nobody to send its clients to.
        if role != Role::All {
            tokio::time::sleep(LAST_REQUESTS).await;
        }
    });
    tokio::select! {
        served = served => served?,
        () = give_up(&draining) => tracing::warn!("Some requests took too long to end and were cut off"),
    }
    stopping.cancel();
    tasks.close();
    let stopped = async {
        tasks.wait().await;
        for closed in closing {
            closed.await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(STOP_SECONDS_MAX), stopped)
        .await
        .is_err()
    {
        tracing::warn!("Some work in the background took too long to end; it goes on at the next start");
    }
    tracing::info!("Stopped");
    Ok(())
}

fn wiring(config: &Config) -> anyhow::Result<Wiring> {
    let secret = match &config.peer_secret {
        Some(secret) => secret.clone(),
        // Only this process calls itself.
        None => {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).context("the operating system gave no random numbers")?;
            BASE64_URL_SAFE_NO_PAD.encode(bytes)
        }
    };
    Ok(Wiring::new(config.role, &secret, |service| match service {
        Role::Identity => config.identity_url.clone(),
        Role::Registration => config.registration_url.clone(),
        Role::Ticketing => config.ticketing_url.clone(),
        _ => config.engagement_url.clone(),
    }))
}

fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let socket = if config.listen.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(config.listen).with_context(|| {
        format!(
            "cannot listen on {}: is something else there? Choose another address with --listen",
            config.listen
        )
    })?;
    Ok(socket.listen(BACKLOG)?)
}

/// Tells a person where the product is and where its data lies.
fn announce(config: &Config, port: u16) {
    let url = if config.public_url.ends_with(":0") {
        format!("http://localhost:{port}")
    } else {
        config.public_url.clone()
    };
    tracing::info!(version = VERSION, role = ?config.role, listen = %config.listen, "Serving");
    if config.role == Role::All {
        let data = std::path::absolute(&config.data).unwrap_or_else(|_| config.data.clone());
        println!(
            "\n  Turnout is running.\n\n    Open   {url}\n    Data   {}\n    Stop   Ctrl+C\n",
            data.display()
        );
    }
}

async fn drain_on_signal(draining: CancellationToken) {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("Signals cannot be heard; the process can only be killed");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("Draining: answering what was asked; the next requests go elsewhere");
    draining.cancel();
    // Whoever asks twice means it.
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    std::process::exit(130);
}

/// Has the client open its next connection elsewhere.
fn close_after(draining: &CancellationToken, mut response: Response) -> Response {
    if draining.is_cancelled() && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn give_up(draining: &CancellationToken) {
    draining.cancelled().await;
    tokio::time::sleep(Duration::from_secs(DRAIN_SECONDS_MAX)).await;
}
