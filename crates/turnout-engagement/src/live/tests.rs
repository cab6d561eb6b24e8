//! The hub and its topics, against a source that a test holds in its hands.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::ws::Utf8Bytes;
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;
use turnout_domain::EventId;
use ulid::Ulid;

use super::hub::{FetchError, Hub, SOCKET_FRAMES_MAX, Source};
use super::members::{Fetched, members};
use super::topic_name::TopicName;
use super::wanted::Wanted;

const TOPIC: TopicName = TopicName::Event(EventId::from_ulid(Ulid(1)));
const PATIENCE: Duration = Duration::from_secs(10);

/// A fetch that waits for its answer.
type Asked = (Wanted, tokio::sync::oneshot::Sender<Result<Fetched, FetchError>>);

/// Passes every fetch to the test.
struct Held {
    asked: mpsc::UnboundedSender<Asked>,
}

#[async_trait]
impl Source for Held {
    async fn fetch(&self, _topic: TopicName, wanted: &Wanted) -> Result<Fetched, FetchError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let asked = self.asked.send((wanted.clone(), answer));
        asked.map_err(|_| FetchError::Unavailable("the test is over".to_owned()))?;
        answered
            .await
            .map_err(|_| FetchError::Unavailable("the test did not answer".to_owned()))?
    }
}

/// A hub, and the fetches it asks for.
struct Bench {
    hub: Arc<Hub>,
    asked: Mutex<mpsc::UnboundedReceiver<Asked>>,
}

fn bench() -> Bench {
    let (sender, asked) = mpsc::unbounded_channel();
    Bench {
        hub: Arc::new(Hub::new("e".to_owned(), Arc::new(Held { asked: sender }))),
        asked: Mutex::new(asked),
    }
}

impl Bench {
    async fn asked(&self) -> Asked {
        let mut asked = self.asked.lock().await;
        timeout(PATIENCE, asked.recv())
            .await
            .expect("a fetch in time")
            .expect("the hub lives")
    }

    /// Time stands still while anything can go on, so a second is enough for whatever would be asked.
    async fn nothing_is_asked(&self) -> bool {
        let mut asked = self.asked.lock().await;
        timeout(Duration::from_secs(1), asked.recv()).await.is_err()
    }

    fn join(&self) -> mpsc::Receiver<Utf8Bytes> {
        let (queue, frames) = self.hub.open_queue(String::new());
        self.hub.join(TOPIC, queue, None);
        frames
    }

    /// A subscriber that has its snapshot.
    async fn joined(&self) -> mpsc::Receiver<Utf8Bytes> {
        let mut frames = self.join();
        let (_, answer) = self.asked().await;
        answer.send(Ok(whole(0))).unwrap();
        assert_eq!(frame(&mut frames).await["type"], "snapshot");
        frames
    }
}

fn whole(left: u32) -> Fetched {
    Fetched::Whole(members(json!({ "event_available": left })))
}

fn part(left: u32) -> Fetched {
    Fetched::Event(members(json!({ "event_available": left })))
}

fn tickets() -> Wanted {
    Wanted {
        tickets: true,
        ..Wanted::default()
    }
}

async fn frame(frames: &mut mpsc::Receiver<Utf8Bytes>) -> Value {
    let frame = timeout(PATIENCE, frames.recv()).await.expect("a frame in time");
    serde_json::from_str(&frame.expect("the topic lives")).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_change_during_a_fetch_is_fetched_by_another_that_begins_after_it() {
    let bench = bench();
    let mut frames = bench.joined().await;
    bench.hub.heard(TOPIC, tickets());
    let (wanted, answer) = bench.asked().await;
    assert_eq!(wanted, tickets());
    // Whatever this fetch sees, it may be older than this change.
    bench.hub.heard(TOPIC, tickets());
    answer.send(Ok(part(4))).unwrap();
    assert_eq!(frame(&mut frames).await["data"]["event_available"], 4);
    let (_, answer) = bench.asked().await;
    answer.send(Ok(part(3))).unwrap();
    assert_eq!(frame(&mut frames).await["data"]["event_available"], 3);
}

#[tokio::test(start_paused = true)]
async fn many_changes_are_one_fetch_and_a_second_has_four_at_most() {
    let bench = bench();
    let _frames = bench.joined().await;
    let began = tokio::time::Instant::now();
    for _ in 0..8 {
        for _ in 0..1_000 {
            bench.hub.heard(TOPIC, tickets());
        }
        let (_, answer) = bench.asked().await;
        answer.send(Ok(part(1))).unwrap();
    }
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(bench.nothing_is_asked().await);
}

#[tokio::test(start_paused = true)]
async fn those_who_come_during_the_first_fetch_share_it() {
    let bench = bench();
    let mut first = bench.join();
    let (_, answer) = bench.asked().await;
    let mut second = bench.join();
    answer.send(Ok(whole(5))).unwrap();
    assert_eq!(frame(&mut first).await, frame(&mut second).await);
    let mut third = bench.join();
    assert_eq!(frame(&mut third).await["type"], "snapshot");
    assert!(bench.nothing_is_asked().await);
}

#[tokio::test(start_paused = true)]
async fn a_failed_fetch_is_tried_again_with_what_changed_meanwhile() {
    let bench = bench();
    let mut frames = bench.joined().await;
    bench.hub.heard(TOPIC, tickets());
    let (_, answer) = bench.asked().await;
    let down = Err(FetchError::Unavailable("down".to_owned()));
    bench.hub.heard(
        TOPIC,
        Wanted {
            event: true,
            ..Wanted::default()
        },
    );
    assert!(answer.send(down).is_ok());
    let (wanted, answer) = bench.asked().await;
    assert!(wanted.tickets && wanted.event);
    answer.send(Ok(part(2))).unwrap();
    assert_eq!(frame(&mut frames).await["data"]["event_available"], 2);
}

#[tokio::test(start_paused = true)]
async fn after_lost_messages_everyone_gets_a_snapshot_of_a_new_life() {
    let bench = bench();
    let mut frames = bench.joined().await;
    bench.hub.lost();
    let (wanted, answer) = bench.asked().await;
    assert!(wanted.whole);
    answer.send(Ok(whole(1))).unwrap();
    let snapshot = frame(&mut frames).await;
    assert_eq!(snapshot["type"], "snapshot");
    assert_eq!(snapshot["data"]["event_available"], 1);
    assert_ne!(snapshot["sequence"], "e.1.0-0");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_fetched_when_nobody_looks() {
    let bench = bench();
    let (queue, mut frames) = bench.hub.open_queue(String::new());
    let socket = queue.id();
    bench.hub.join(TOPIC, queue, None);
    bench.asked().await.1.send(Ok(whole(5))).unwrap();
    frame(&mut frames).await;
    bench.hub.leave(TOPIC, socket);
    bench.hub.heard(TOPIC, tickets());
    assert!(bench.nothing_is_asked().await);
    let _late = bench.join();
    assert!(
        bench.asked().await.0.whole,
        "whoever comes next sees what stands then"
    );
}

#[tokio::test(start_paused = true)]
async fn one_who_does_not_read_catches_up_with_a_snapshot_and_others_miss_nothing() {
    let bench = bench();
    let (slow, mut slow_frames) = bench.hub.open_queue(String::new());
    bench.hub.join(TOPIC, Arc::clone(&slow), None);
    bench.asked().await.1.send(Ok(whole(0))).unwrap();
    frame(&mut slow_frames).await;
    let mut quick = bench.join();
    frame(&mut quick).await;
    let changes = u32::try_from(SOCKET_FRAMES_MAX).unwrap() + 10;
    for left in 1..=changes {
        bench.hub.heard(TOPIC, tickets());
        bench.asked().await.1.send(Ok(part(left))).unwrap();
        assert_eq!(frame(&mut quick).await["data"]["event_available"], left);
    }
    slow.missed().await;
    assert_eq!(slow.take_behind().into_iter().collect::<Vec<_>>(), [TOPIC]);
    for left in 1..=SOCKET_FRAMES_MAX {
        assert_eq!(frame(&mut slow_frames).await["data"]["event_available"], left);
    }
    let snapshot = bench.hub.catch_up(TOPIC, slow.id()).expect("the topic lives");
    let snapshot: Value = serde_json::from_str(&snapshot).unwrap();
    assert_eq!(snapshot["data"]["event_available"], changes);
    bench.hub.heard(TOPIC, tickets());
    bench.asked().await.1.send(Ok(part(0))).unwrap();
    assert_eq!(frame(&mut slow_frames).await["type"], "delta");
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_is_gone_is_told_and_let_go() {
    let bench = bench();
    let mut frames = bench.joined().await;
    bench.hub.heard(TOPIC, tickets());
    assert!(bench.asked().await.1.send(Err(FetchError::NotFound)).is_ok());
    let error = frame(&mut frames).await;
    assert_eq!(
        (&error["type"], &error["problem"]["status"]),
        (&json!("error"), &json!(404))
    );
    bench.hub.heard(TOPIC, tickets());
    assert!(bench.nothing_is_asked().await);
}
