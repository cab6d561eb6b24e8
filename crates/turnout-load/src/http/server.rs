//! A server under test: pinned to a processor of its own, and asked what it costs.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::time::sleep;

/// The processor that servers run on; the load runs on another.
const CORE: &str = "0";
const START_MAX: Duration = Duration::from_secs(30);
const STOP_MAX: Duration = Duration::from_mins(1);
/// How long what goes on behind the answers is waited for.
const QUIET_MAX: Duration = Duration::from_mins(3);
/// The server is quiet when it used less than this share of its processor for a while.
const QUIET_SHARE: f64 = 0.06;
const QUIET_PERIOD: Duration = Duration::from_millis(500);

/// A running server; it ends with this value.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts a program that is told where to listen by its last argument; returns when it accepts connections.
    pub async fn start(program: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let address = free_address()?;
        let child = Command::new("taskset")
            .args(["-c", CORE, program])
            .args(arguments)
            .args(["--listen", &address.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .env("RUST_LOG", "warn")
            .spawn()
            .with_context(|| format!("cannot start {program} with taskset"))?;
        let mut server = Self { child, address };
        let began = Instant::now();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            anyhow::ensure!(server.child.try_wait()?.is_none(), "{program} ended at once");
            anyhow::ensure!(began.elapsed() < START_MAX, "{program} did not start");
            sleep(Duration::from_millis(50)).await;
        }
        Ok(server)
    }

    /// The processor time it had so far, in all its threads, those that ended included.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
        // utime and stime, the 14th and 15th of all fields, in hundredths of a second.
        let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<u64>().ok());
        let ticks = ticks(11)
            .zip(ticks(12))
            .context("no times in the process' state")?;
        Ok(Duration::from_millis((ticks.0 + ticks.1) * 10))
    }

    /// Waits until the messages of what was sold are delivered. Answers how long that took.
    pub async fn quiet(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        loop {
            let before = self.cpu()?;
            sleep(QUIET_PERIOD).await;
            let used = self.cpu()?.saturating_sub(before);
            if used.as_secs_f64() < QUIET_SHARE * QUIET_PERIOD.as_secs_f64() {
                return Ok(began.elapsed().saturating_sub(QUIET_PERIOD));
            }
            anyhow::ensure!(began.elapsed() < QUIET_MAX, "the server does not come to rest");
        }
    }

    /// Stops it in peace.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        let began = Instant::now();
        while self.child.try_wait()?.is_none() {
            anyhow::ensure!(began.elapsed() < STOP_MAX, "the server does not stop");
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already, unless the benchmark failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> anyhow::Result<SocketAddr> {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(probe.local_addr()?)
}
