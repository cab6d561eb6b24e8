//! A `DynamoDB`-compatible server on loopback, for tests and for trying Turnout's split layout on one machine.
//!
//! It is dynoxide, in this process. It keeps to `DynamoDB`'s rules of transactions, conditions and bounds; it never
//! throttles, its reads are never stale, and it forgets tokens when it restarts.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), String>>,
}

impl Server {
    /// Serves at `listen`, where port 0 means any that is free. Without a file all is in memory, and gone in the end.
    ///
    /// # Errors
    /// If the address is taken or the file is no database.
    pub async fn start(listen: SocketAddr, file: Option<&Path>) -> io::Result<Self> {
        let database = match file {
            Some(file) => Database::new(&file.to_string_lossy()),
            None => Database::memory(),
        };
        let database = database.map_err(io::Error::other)?;
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, async {
            // Dropped counts as told.
            let _ = stopped.await;
        }));
        Ok(Self { address, stop, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as clients want it.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more requests, ends those that run, and returns when the file is whole.
    ///
    /// # Errors
    /// If the server had failed.
    pub async fn stop(self) -> io::Result<()> {
        let _ = self.stop.send(());
        match self.task.await {
            Ok(served) => served.map_err(io::Error::other),
            Err(panicked) => Err(io::Error::other(panicked)),
        }
    }
}
