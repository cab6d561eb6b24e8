//! One socket, from its first frame to its last.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::command::{Command, unreadable};
use super::frames;
use super::hub::SocketQueue;
use super::session::Session;
use crate::Engagement;

/// The longest message of a client: room for 50 topics and their sequences.
pub(crate) const FRAME_BYTES_MAX: usize = 16 * 1024;
/// How many messages a client may send within a second.
const MESSAGES_A_SECOND_MAX: usize = 20;
/// How many topics a client may subscribe to within a second: each may cost a look at another service.
const TOPICS_A_SECOND_MAX: usize = 100;
/// How many answers may wait for a client before it is not listened to.
const REPLIES_MAX: usize = 16;
/// How often the client is shown that the line is alive.
const PING_EVERY: Duration = Duration::from_secs(20);
/// After so long without a word from the client, the answers to pings included, the line is dead.
const SILENCE_MAX: Duration = Duration::from_mins(1);
/// How long a client may be here without subscribing to anything.
const IDLE_MAX: Duration = Duration::from_mins(2);
/// How long a frame may take to go out.
const SEND_MAX: Duration = Duration::from_mins(1);
/// How long a closing socket has for its last word and the client's.
const CLOSE_MAX: Duration = Duration::from_secs(2);

/// Why a socket ends; `None` if the client is gone already.
type End = Option<(u16, &'static str)>;

/// Serves a socket that the request with this id opened.
pub(crate) async fn serve(engagement: Engagement, socket: WebSocket, request: String) {
    let hub = Arc::clone(engagement.hub());
    // Shutdown waits until this is dropped.
    let _tracked = hub.tracked();
    let open = metrics::gauge!("turnout_sockets_open");
    open.increment(1.0);
    let (mut sink, mut stream) = socket.split();
    let (queue, frames) = hub.open_queue(request);
    let (replies_sender, replies) = mpsc::channel(REPLIES_MAX);
    let mut session = Session::new(engagement.clone(), Arc::clone(&queue), replies_sender);
    let writer = Writer {
        engagement,
        queue,
        frames,
        replies,
    };
    let end = tokio::select! {
        end = read(&mut stream, &mut session) => end,
        end = writer.write(&mut sink) => end,
        () = hub.closing().cancelled() => Some((close_code::RESTART, "The service restarts; connect again.")),
    };
    session.leave();
    if let Some((code, reason)) = end {
        let close = Message::Close(Some(CloseFrame {
            code,
            reason: Utf8Bytes::from_static(reason),
        }));
        // Its answer is waited for: a connection that is closed over unread data takes the last word with it. A client
        // that does not take it is gone or will be.
        let _ = timeout(CLOSE_MAX, async {
            sink.send(close).await?;
            while stream.next().await.is_some_and(|message| message.is_ok()) {}
            Ok::<_, axum::Error>(())
        })
        .await;
    }
    open.decrement(1.0);
}

/// Reads what the client sends, until it has to end.
async fn read(stream: &mut SplitStream<WebSocket>, session: &mut Session) -> End {
    let mut heard = Instant::now();
    let mut subscribed = heard;
    // Of the second that is counted now: its beginning, and the messages and topics in it.
    let (mut second, mut messages, mut topics) = (heard, 0, 0);
    loop {
        if !session.is_idle() {
            subscribed = Instant::now();
        }
        let silent = heard + SILENCE_MAX;
        let idle = subscribed + IDLE_MAX;
        let expires = session.until();
        let wake = expires.map_or(silent, |at| at.min(silent)).min(idle);
        let message = tokio::select! {
            message = stream.next() => message,
            () = sleep_until(wake) => {
                let now = Instant::now();
                if expires.is_some_and(|at| at <= now) {
                    session.expire().await;
                } else if silent <= now {
                    return Some((close_code::POLICY, "Nothing was heard from you for a minute."));
                } else if session.is_idle() && idle <= now {
                    return Some((close_code::POLICY, "You subscribed to nothing."));
                }
                continue;
            }
        };
        heard = Instant::now();
        let text = match message {
            // The frame itself was answered by the library.
            Some(Ok(Message::Close(_))) | None => return None,
            Some(Err(error)) => {
                tracing::debug!(%error, "A socket broke");
                return Some((close_code::SIZE, "The message is too long or not one at all."));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Text(text))) => Some(text),
            Some(Ok(Message::Binary(_))) => None,
        };
        if heard - second >= Duration::from_secs(1) {
            (second, messages, topics) = (heard, 0, 0);
        }
        messages += 1;
        if messages > MESSAGES_A_SECOND_MAX {
            return Some((close_code::POLICY, "You send more than 20 messages a second."));
        }
        let command = text
            .ok_or_else(|| unreadable("this is a binary one"))
            .and_then(|text| Command::read(&text));
        match command {
            Ok(command) => {
                topics += command.subscribe.len();
                if topics > TOPICS_A_SECOND_MAX {
                    return Some((
                        close_code::POLICY,
                        "You subscribe to more than 100 topics a second.",
                    ));
                }
                // Boxed, so that the thousands who only listen do not carry the room for it.
                Box::pin(session.obey(command)).await;
            }
            Err(problem) => session.tell(None, &problem).await,
        }
    }
}

/// Sends what waits for the client.
struct Writer {
    engagement: Engagement,
    queue: Arc<SocketQueue>,
    frames: mpsc::Receiver<Utf8Bytes>,
    replies: mpsc::Receiver<Utf8Bytes>,
}

impl Writer {
    async fn write(mut self, sink: &mut SplitSink<WebSocket, Message>) -> End {
        let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let sent = tokio::select! {
                biased;
                Some(reply) = self.replies.recv() => send(sink, reply).await,
                // Before frames: a client that only reads is heard through its answers to pings.
                _ = pings.tick() => self.ping(sink).await,
                Some(frame) = self.frames.recv() => send(sink, frame).await,
                () = self.queue.missed(), if self.frames.is_empty() => self.catch_up(sink).await,
            };
            if let Err(end) = sent {
                return end;
            }
        }
    }

    /// The queue is drained: what was missed is made good by a snapshot.
    async fn catch_up(&self, sink: &mut SplitSink<WebSocket, Message>) -> Result<(), End> {
        for topic in self.queue.take_behind() {
            send(sink, frames::resync(topic)).await?;
            if let Some(snapshot) = self.engagement.hub().catch_up(topic, self.queue.id()) {
                send(sink, snapshot).await?;
            }
        }
        Ok(())
    }

    /// One frame that a page can see and one that its browser answers.
    async fn ping(&self, sink: &mut SplitSink<WebSocket, Message>) -> Result<(), End> {
        send(sink, frames::ping(self.engagement.now())).await?;
        give(sink, Message::Ping(axum::body::Bytes::new())).await
    }
}

async fn send(sink: &mut SplitSink<WebSocket, Message>, frame: Utf8Bytes) -> Result<(), End> {
    give(sink, Message::Text(frame)).await
}

async fn give(sink: &mut SplitSink<WebSocket, Message>, message: Message) -> Result<(), End> {
    match timeout(SEND_MAX, sink.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(None),
        Err(_) => Err(Some((close_code::POLICY, "You read too slowly."))),
    }
}
