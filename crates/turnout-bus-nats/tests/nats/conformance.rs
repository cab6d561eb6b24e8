//! The suite that every bus passes, against a real server.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use turnout_bus::Bus;
use turnout_bus::conformance::Fixture;

use crate::server::{Process, Server};

/// A stream of its own on the server that all tests share.
struct OwnStream {
    server: Arc<Server>,
    prefix: String,
    processes: Mutex<Vec<Process>>,
}

impl OwnStream {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let prefix = format!("suite{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Self {
            server: Server::shared(),
            prefix,
            processes: Mutex::default(),
        }
    }
}

#[async_trait]
impl Fixture for OwnStream {
    async fn handle(&self) -> Arc<dyn Bus> {
        let process = Process::start(self.server.config().prefix(self.prefix.as_str())).await;
        let bus = process.bus.clone();
        self.processes.lock().expect("no panic before").push(process);
        Arc::new(bus)
    }

    async fn end_processes(&self) -> bool {
        let processes = std::mem::take(&mut *self.processes.lock().expect("no panic before"));
        for process in processes {
            process.end().await;
        }
        true
    }
}

turnout_bus::bus_conformance_suite!(OwnStream::new());
