//! A few connections that read, beside the writer.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;
use turnout_store::StoreError;

/// The connections that nobody uses at the moment, and a permit for each.
#[derive(Debug)]
pub(crate) struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

/// A connection in use; it goes back when it is dropped, also by a panic.
struct Borrowed<'r> {
    readers: &'r Readers,
    connection: Option<Connection>,
}

impl Readers {
    pub(crate) fn new(connections: Vec<Connection>) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(connections.len()));
        Arc::new(Self {
            idle: Mutex::new(connections),
            permits,
        })
    }

    /// Runs `work` on a connection, on a thread that may block. Reads are bounded, so each ends soon: a long one would
    /// keep the log from beginning anew.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| closed())?;
        let readers = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let answer = readers.borrow().and_then(|borrowed| match &borrowed.connection {
                Some(connection) => work(connection),
                None => Err(closed()),
            });
            drop(permit);
            answer
        });
        done.await.unwrap_or_else(|error| {
            Err(StoreError::Unavailable {
                why: error.to_string(),
            })
        })
    }

    /// Turns readers away from now on, and closes the connections that are idle.
    pub(crate) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn borrow(&self) -> Result<Borrowed<'_>, StoreError> {
        let connection = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .ok_or_else(closed)?;
        Ok(Borrowed {
            readers: self,
            connection: Some(connection),
        })
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self
            .connection
            .take()
            .filter(|_| !self.readers.permits.is_closed())
        {
            self.readers
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
        }
    }
}

pub(crate) fn closed() -> StoreError {
    StoreError::Unavailable {
        why: "the store is closed".to_owned(),
    }
}
