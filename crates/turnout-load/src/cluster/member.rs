//! A process of the cluster, and what can befall it.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use tokio::time::{Instant, sleep};

use super::balancer::Backend;

/// How long a process may take to be ready, or to end when told.
pub const START_MAX: Duration = Duration::from_secs(45);
const END_MAX: Duration = Duration::from_secs(45);
/// Below the range from which the system takes ports for outgoing connections.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// One process of one role; killed when it is dropped.
pub struct Member {
    /// The role.
    pub role: &'static str,
    /// The role and a number.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// What stands in front of it.
    pub backend: Backend,
    program: PathBuf,
    log: PathBuf,
    variables: Vec<(String, String)>,
    child: Option<Child>,
}

impl Member {
    /// A process that is not started yet.
    pub fn new(
        role: &'static str,
        number: usize,
        backend: Backend,
        address: SocketAddr,
        program: PathBuf,
        folder: &std::path::Path,
        variables: Vec<(String, String)>,
    ) -> Self {
        let name = format!("{role}{number}");
        let log = folder.join(format!("{name}.log"));
        Self {
            role,
            name,
            address,
            backend,
            program,
            log,
            variables,
            child: None,
        }
    }

    /// Starts it; not ready yet.
    pub fn start(&mut self) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let child = Command::new(&self.program)
            .args([
                "serve",
                "--role",
                self.role,
                "--listen",
                &self.address.to_string(),
            ])
            .args(["--store", "dynamodb", "--bus", "nats"])
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        self.child = Some(child);
        Ok(())
    }

    /// Waits until it is ready.
    pub async fn ready(&self) -> anyhow::Result<()> {
        self.backend
            .becomes(true, START_MAX)
            .await
            .with_context(|| format!("{} does not start; see {}", self.name, self.log.display()))
    }

    /// Sends it a signal: `KILL`, `STOP`, `CONT`, `TERM`.
    pub fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let child = self.child.as_ref().context("it runs")?;
        let status = Command::new("kill")
            .args(["-s", signal, &child.id().to_string()])
            .status()?;
        anyhow::ensure!(status.success(), "{} could not be sent {signal}", self.name);
        Ok(())
    }

    /// Waits until it has ended, and says whether of its own will.
    pub async fn ended(&mut self) -> anyhow::Result<bool> {
        let child = self.child.as_mut().context("it runs")?;
        let began = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                self.child = None;
                return Ok(status.success());
            }
            anyhow::ensure!(began.elapsed() < END_MAX, "{} does not end", self.name);
            sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// An address that nobody has at the moment and that was not given out before.
pub fn free_address(given: &mut Vec<SocketAddr>) -> anyhow::Result<SocketAddr> {
    let first = std::process::id() % u32::from(PORTS.end - PORTS.start);
    let offset = u16::try_from(first).context("a port")?;
    let ports = (PORTS.start + offset..PORTS.end).chain(PORTS.start..PORTS.start + offset);
    for port in ports {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if !given.contains(&address) && TcpListener::bind(address).is_ok() {
            given.push(address);
            return Ok(address);
        }
    }
    anyhow::bail!("no port is free")
}
