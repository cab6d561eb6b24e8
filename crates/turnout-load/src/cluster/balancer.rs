//! What stands in front of the processes of a role in a cluster: one address, and the connections of whoever does not
//! answer are cut. As an ingress does it, and a Service with readiness probes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::api::Api;

/// How often each process is asked whether it is ready.
const PROBE_INTERVAL: Duration = Duration::from_millis(200);
/// How long it may take to say so. Two busy processors answer late.
const PROBE_PATIENCE: Duration = Duration::from_millis(1_500);
/// So often in a row it may not.
const SILENT_MAX: u32 = 2;
const CONNECT_PATIENCE: Duration = Duration::from_millis(500);

/// A process behind a balancer. A clone is the same.
#[derive(Clone)]
pub struct Backend {
    address: SocketAddr,
    /// Whether it answers: connections of one that does not are cut.
    answers: watch::Sender<bool>,
    /// Whether it says that it is ready: gets new connections.
    ready: watch::Sender<bool>,
    /// Told to end: gets no new connections, and keeps those it has.
    leaving: Arc<AtomicBool>,
}

/// One address for all processes of a role.
pub struct Balancer {
    /// Where it listens.
    pub address: SocketAddr,
    /// Those behind it.
    pub backends: Vec<Backend>,
}

impl Backend {
    fn at(address: SocketAddr) -> Self {
        Self {
            address,
            answers: watch::Sender::new(false),
            ready: watch::Sender::new(false),
            leaving: Arc::default(),
        }
    }

    /// Takes it out of turn, or back in.
    pub fn set_leaving(&self, leaving: bool) {
        self.leaving.store(leaving, Ordering::SeqCst);
    }

    /// Waits until it is ready, or until it is not.
    pub async fn becomes(&self, ready: bool, within: Duration) -> anyhow::Result<()> {
        let mut state = self.ready.subscribe();
        timeout(within, state.wait_for(|is| *is == ready))
            .await
            .with_context(|| format!("{} is not {} after {within:?}", self.address, words(ready)))??;
        Ok(())
    }

    fn may_be_chosen(&self) -> bool {
        *self.ready.borrow() && !self.leaving.load(Ordering::SeqCst)
    }

    /// Whether anybody is there, which takes the process nothing to say.
    async fn probe_answers(self) {
        let api = Api::at(&format!("http://{}", self.address));
        let mut silent = 0;
        loop {
            match timeout(PROBE_PATIENCE, api.text("/healthz")).await {
                Ok(Ok(_)) => {
                    silent = 0;
                    self.answers.send_replace(true);
                }
                // Nobody listens there: that is certain at once.
                Ok(Err(_)) => silent = SILENT_MAX,
                Err(_) => silent += 1,
            }
            if silent >= SILENT_MAX {
                self.ready.send_replace(false);
                self.answers.send_replace(false);
            }
            // Not a wait for anything: how often to look.
            sleep(PROBE_INTERVAL).await;
        }
    }

    /// Whether it can do anything, which it may have to ask others for.
    async fn probe_ready(self) {
        let api = Api::at(&format!("http://{}", self.address));
        let mut answers = self.answers.subscribe();
        loop {
            let _ = answers.wait_for(|answers| *answers).await;
            if let Ok(answer) = api.get("/readyz", &[]).await {
                self.ready.send_replace(answer.status.is_success());
            }
            sleep(PROBE_INTERVAL).await;
        }
    }
}

fn words(ready: bool) -> &'static str {
    if ready { "ready" } else { "gone" }
}

impl Balancer {
    /// Listens for processes at these addresses, which need not be there yet.
    pub async fn before(addresses: &[SocketAddr]) -> anyhow::Result<Self> {
        let backends: Vec<Backend> = addresses.iter().copied().map(Backend::at).collect();
        for backend in &backends {
            tokio::spawn(backend.clone().probe_answers());
            tokio::spawn(backend.clone().probe_ready());
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (behind, turn) = (backends.clone(), Arc::new(AtomicUsize::new(0)));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(
                    client,
                    behind.clone(),
                    turn.fetch_add(1, Ordering::Relaxed),
                ));
            }
        });
        Ok(Self { address, backends })
    }
}

/// Carries one connection to whoever is next and takes it.
async fn carry(mut client: TcpStream, backends: Vec<Backend>, turn: usize) {
    let _ = client.set_nodelay(true);
    let in_turn = (0..backends.len()).map(|place| &backends[(turn + place) % backends.len()]);
    for backend in in_turn.filter(|backend| backend.may_be_chosen()) {
        let Ok(Ok(mut service)) = timeout(CONNECT_PATIENCE, TcpStream::connect(backend.address)).await else {
            continue;
        };
        let _ = service.set_nodelay(true);
        let mut answers = backend.answers.subscribe();
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut client, &mut service) => {}
            _ = answers.wait_for(|answers| !answers) => {}
        }
        return;
    }
}
