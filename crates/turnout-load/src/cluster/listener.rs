//! Someone who looks at an event over the WebSocket, at one process.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

/// Before it connects again.
const PAUSE: Duration = Duration::from_millis(200);
/// The server says something every 20 s.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// What is shown at this moment.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// How many places the event has left.
    pub available: Option<i64>,
    /// How many are confirmed, by the desk.
    pub confirmed: Option<i64>,
    /// How often the desk told of each order, on one line of connection.
    pub told: BTreeMap<String, u32>,
    /// How often it connected.
    pub connections: u32,
}

/// A listener at one process. A clone is the same.
#[derive(Clone)]
pub struct Listener {
    /// The process.
    pub address: SocketAddr,
    shown: Arc<Mutex<Shown>>,
}

impl Listener {
    /// Listens to an event and its desk until the program ends, connecting again whenever the line is gone.
    pub fn at(address: SocketAddr, event: &str, token: &str) -> Self {
        let listener = Self {
            address,
            shown: Arc::default(),
        };
        let (listening, event, token) = (listener.clone(), event.to_owned(), token.to_owned());
        tokio::spawn(async move {
            loop {
                let _gone = listening.listen(&event, &token).await;
                sleep(PAUSE).await;
            }
        });
        listener
    }

    /// What it shows.
    pub fn shown(&self) -> Shown {
        self.lock(|shown| shown.clone())
    }

    /// Forgets which orders it was told of.
    pub fn forget_orders(&self) {
        self.lock(|shown| shown.told.clear());
    }

    fn lock<T>(&self, read: impl FnOnce(&mut Shown) -> T) -> T {
        read(&mut self.shown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn listen(&self, event: &str, token: &str) -> anyhow::Result<()> {
        let url = format!("ws://{}/ws", self.address);
        let (mut socket, _) = timeout(Duration::from_secs(5), connect_async(url)).await??;
        self.lock(|shown| shown.connections += 1);
        let topics = [format!("event:{event}"), format!("desk:{event}")];
        let command = json!({ "authenticate": token, "subscribe": topics });
        socket.send(Message::text(command.to_string())).await?;
        loop {
            let message = timeout(SILENCE_MAX, socket.next())
                .await?
                .context("the line ended")??;
            if let Message::Text(text) = message {
                let frame: Value = serde_json::from_str(&text)?;
                anyhow::ensure!(frame["type"] != "error", "{frame}");
                self.lock(|shown| shown.take(&frame));
            }
        }
    }
}

impl Shown {
    fn take(&mut self, frame: &Value) {
        let data = &frame["data"];
        if let Some(available) = data["event_available"].as_i64() {
            self.available = Some(available);
        }
        if let Some(confirmed) = data["sales"]["confirmed"].as_i64() {
            self.confirmed = Some(confirmed);
        }
        if let (Some(order), "delta") = (
            data["entry"]["order_id"].as_str(),
            frame["type"].as_str().unwrap_or_default(),
        ) {
            *self.told.entry(order.to_owned()).or_default() += 1;
        }
    }
}
