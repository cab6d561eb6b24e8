//! A NATS server for tests.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio_util::sync::CancellationToken;
use turnout_bus_nats::{NatsBus, NatsConfig};

/// Where Debian puts it, which is not on everyone's path.
const DEBIAN: &str = "/usr/sbin/nats-server";

/// A server on a port and a folder of its own. It ends with this value.
pub struct Server {
    port: u16,
    folder: PathBuf,
    child: Mutex<Option<Child>>,
}

impl Server {
    /// A server that is not started yet.
    pub fn stopped() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.expect("a free port").port();
        let name = format!(
            "nats-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).expect("a folder for the server");
        Self {
            port,
            folder,
            child: Mutex::new(None),
        }
    }

    pub fn started() -> Self {
        let server = Self::stopped();
        server.start();
        server
    }

    /// The server that all tests share which run at the same time. It ends with the last of them.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::started());
            *shared = Arc::downgrade(&server);
            server
        })
    }

    pub fn start(&self) {
        let child = ["nats-server", DEBIAN]
            .iter()
            .find_map(|program| self.command(program).spawn().ok());
        let child =
            child.expect("install nats-server (apt-get install nats-server): these tests need a server");
        *self.child.lock().expect("no panic before") = Some(child);
    }

    /// Ends the server as a crash would, with SIGKILL.
    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().unwrap_or_else(PoisonError::into_inner).take() {
            child
                .kill()
                .and_then(|()| child.wait())
                .expect("the server was running");
        }
    }

    pub fn config(&self) -> NatsConfig {
        NatsConfig::at(format!("nats://127.0.0.1:{}", self.port))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .args(["--addr", "127.0.0.1", "--jetstream", "--port"])
            .arg(self.port.to_string());
        command
            .arg("--store_dir")
            .arg(&self.folder)
            .arg("--log")
            .arg(self.folder.join("log"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        // A test may look into a folder that could not be removed.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A bus as one process has it.
pub struct Process {
    pub bus: NatsBus,
    pub shutdown: CancellationToken,
}

impl Process {
    pub async fn start(config: NatsConfig) -> Self {
        let shutdown = CancellationToken::new();
        let bus = NatsBus::connect(config, shutdown.clone())
            .await
            .expect("the address is right");
        Self { bus, shutdown }
    }

    pub async fn end(self) {
        self.shutdown.cancel();
        self.bus.closed().await;
    }
}
