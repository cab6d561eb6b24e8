//! Whether the line is alive. Time is the tests' own here: it passes only while everyone waits.

use std::time::Duration;

use axum::serve::Listener;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio::time::{Instant, advance, timeout};
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::house::{House, open};

/// Lines within the process.
struct Lines(mpsc::UnboundedReceiver<DuplexStream>);

impl Listener for Lines {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(line) => (line, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<()> {
        Ok(())
    }
}

type Line = WebSocketStream<DuplexStream>;

async fn line(house: &House) -> Line {
    let (sender, lines) = mpsc::unbounded_channel();
    let router = house.router.clone();
    tokio::spawn(async move {
        axum::serve(Lines(lines), router).await?;
        Ok::<_, std::io::Error>(())
    });
    let (client, server) = duplex(64 * 1024);
    sender.send(server).unwrap();
    client_async("ws://turnout/ws", client).await.unwrap().0
}

async fn subscribe(house: &House, line: &mut Line) {
    let event = house.event_id();
    house
        .app
        .registration()
        .answers(&format!("/events/{event}"), json!({ "id": event }));
    let subscribe = json!({ "subscribe": [format!("event:{event}")] });
    line.send(Frame::text(subscribe.to_string())).await.unwrap();
}

/// The frames up to the one that closes the line, and its code.
async fn rest(line: &mut Line) -> (Vec<Value>, Option<u16>) {
    let mut frames = Vec::new();
    // Ten minutes of the tests' time are over in a moment.
    while let Some(Ok(frame)) = timeout(Duration::from_mins(10), line.next())
        .await
        .expect("an end")
    {
        match frame {
            Frame::Text(text) => frames.push(serde_json::from_str(&text).unwrap()),
            Frame::Close(frame) => return (frames, frame.map(|frame| frame.code.into())),
            _ => {}
        }
    }
    (frames, None)
}

#[tokio::test(start_paused = true)]
async fn a_client_that_only_reads_is_shown_every_twenty_seconds_that_the_line_is_alive() {
    let house = open().await;
    let mut line = line(&house).await;
    subscribe(&house, &mut line).await;
    let began = Instant::now();
    let mut pings = Vec::new();
    while pings.len() < 10 {
        if let Frame::Text(text) = line.next().await.unwrap().unwrap() {
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["type"] == "ping" {
                assert_eq!(frame["at"], house.app.now().to_string());
                pings.push(began.elapsed().as_secs());
            }
        }
    }
    assert_eq!(pings, (1..=10).map(|ping| ping * 20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_silent_for_a_minute_is_let_go() {
    let house = open().await;
    let mut line = line(&house).await;
    subscribe(&house, &mut line).await;
    let snapshot = line.next().await.unwrap().unwrap();
    assert!(snapshot.is_text(), "{snapshot:?}");
    // While it does not read, it does not answer pings either.
    for seconds in [20, 20, 20, 1] {
        advance(Duration::from_secs(seconds)).await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    let began = Instant::now();
    let (frames, code) = rest(&mut line).await;
    assert_eq!(code, Some(1008));
    let pings = frames.iter().filter(|frame| frame["type"] == "ping").count();
    assert!(pings >= 2, "{frames:?}");
    assert!(began.elapsed() < Duration::from_secs(1), "it was closed already");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_subscribes_to_nothing_is_let_go_after_two_minutes() {
    let house = open().await;
    let mut line = line(&house).await;
    let began = Instant::now();
    let (_, code) = rest(&mut line).await;
    assert_eq!(code, Some(1008));
    assert_eq!(began.elapsed().as_secs(), 120);
}
