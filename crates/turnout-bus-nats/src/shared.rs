//! What a bus, its members and its listeners have in common.

use std::fmt::Display;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::Context;
use async_nats::jetstream::stream::Info;
use async_nats::{Client, Event};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};
use turnout_bus::{BusError, pause, pause_longest};

use crate::NatsConfig;
use crate::tail::Tail;

/// How long the server may take to answer.
pub(crate) const ANSWER_MAX: Duration = Duration::from_secs(5);

/// One process' end of the bus.
pub(crate) struct Shared {
    pub(crate) config: NatsConfig,
    pub(crate) client: Client,
    pub(crate) jetstream: Context,
    pub(crate) shutdown: CancellationToken,
    /// All that runs for this bus: members, their handlers, the tail.
    pub(crate) tasks: TaskTracker,
    pub(crate) tail: Tail,
    connections: watch::Receiver<u64>,
    /// Subscriptions that do not stand yet.
    joining: AtomicUsize,
}

impl Shared {
    pub(crate) async fn connect(config: NatsConfig, shutdown: CancellationToken) -> Result<Self, BusError> {
        let (connected, mut connections) = watch::channel(0);
        let options = async_nats::ConnectOptions::new()
            .name("turnout")
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(|attempts| pause(u32::try_from(attempts).unwrap_or(u32::MAX)))
            .event_callback(move |event| {
                note(&event, &connected);
                std::future::ready(())
            });
        if config.servers().contains(&"") {
            // The client would take the machine it runs on.
            return Err(unavailable("the address of NATS is empty"));
        }
        let client = options.connect(config.servers()).await.map_err(unavailable)?;
        if timeout(ANSWER_MAX, connections.changed()).await.is_err() {
            warn!("NATS does not answer yet; trying on");
        }
        let mut jetstream = async_nats::jetstream::new(client.clone());
        jetstream.set_timeout(ANSWER_MAX);
        let (tasks, tail, joining) = (TaskTracker::new(), Tail::default(), AtomicUsize::new(0));
        Ok(Self {
            config,
            client,
            jetstream,
            shutdown,
            tasks,
            tail,
            connections,
            joining,
        })
    }

    /// Fails at once while there is no connection, where the client would wait.
    pub(crate) fn check_connected(&self) -> Result<(), BusError> {
        match self.client.connection_state() {
            State::Connected => Ok(()),
            State::Pending | State::Disconnected => Err(unavailable("there is no connection to NATS")),
        }
    }

    /// The stream as it stands. It is made if it is not there.
    pub(crate) async fn stream(&self) -> Result<Info, BusError> {
        self.check_connected()?;
        let stream = self
            .jetstream
            .get_or_create_stream(self.config.stream())
            .await
            .map_err(unavailable)?;
        Ok(stream.cached_info().clone())
    }

    /// Tells of every new connection from now on.
    pub(crate) fn connections(&self) -> watch::Receiver<u64> {
        let mut connections = self.connections.clone();
        connections.mark_unchanged();
        connections
    }

    /// Makes the stream, and again whenever the server comes back without it.
    pub(crate) async fn keep_stream(&self) {
        let mut retry = Retry::new("keep the stream");
        while !self.shutdown.is_cancelled() {
            let mut connections = self.connections();
            match self.stream().await {
                Ok(_) => {
                    retry.succeeded();
                    tokio::select! {
                        _ = connections.changed() => {}
                        () = self.shutdown.cancelled() => {}
                    }
                }
                Err(error) => retry.failed(self, &error).await,
            }
        }
    }

    pub(crate) fn begin_joining(&self) {
        self.joining.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn end_joining(&self) {
        self.joining.fetch_sub(1, Ordering::SeqCst);
    }

    pub(crate) fn check_joined(&self) -> Result<(), BusError> {
        match self.joining.load(Ordering::SeqCst) {
            0 => Ok(()),
            some => Err(unavailable(format!("{some} subscriptions do not stand yet"))),
        }
    }
}

fn note(event: &Event, connected: &watch::Sender<u64>) {
    match event {
        Event::Connected => {
            info!("Connected to NATS");
            connected.send_modify(|connections| *connections += 1);
        }
        Event::Disconnected => warn!("Lost the connection to NATS"),
        other => warn!(event = %other, "NATS says: {other}"),
    }
}

pub(crate) fn unavailable(why: impl Display) -> BusError {
    BusError::Unavailable(why.to_string())
}

/// Something that is tried until it succeeds.
pub(crate) struct Retry {
    what: &'static str,
    failures: u32,
}

impl Retry {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, failures: 0 }
    }

    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Waits for the next attempt, which comes at once with a new connection. One line in the log for each step that
    /// the pause grows by.
    pub(crate) async fn failed(&mut self, shared: &Shared, error: &(dyn Display + Sync)) {
        self.failures = self.failures.saturating_add(1);
        let failures = self.failures;
        if failures == 1 || pause_longest(failures) > pause_longest(failures - 1) {
            warn!(failures, error = %error, "Could not {} at NATS; trying on", self.what);
        }
        let mut connections = shared.connections();
        tokio::select! {
            () = sleep(pause(failures)) => {}
            _ = connections.changed() => {}
            () = shared.shutdown.cancelled() => {}
        }
    }
}
