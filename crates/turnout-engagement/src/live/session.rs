//! What a socket's client may see, and what it asked to see.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;
use turnout_domain::EventId;
use turnout_http::{AccessToken, Admit, Caller, Problem, SeeSales, SignedIn};

use super::command::Command;
use super::frames;
use super::hub::SocketQueue;
use super::topic_name::{AskedTopic, TopicName};
use crate::Engagement;

/// The most topics of one socket: a page shows a few, a wall of screens some dozens.
const TOPICS_MAX: usize = 50;

/// One client.
pub(super) struct Session {
    engagement: Engagement,
    queue: Arc<SocketQueue>,
    /// Answers to what the client asks. Waits if it is full: whoever does not read is not listened to.
    replies: mpsc::Sender<Utf8Bytes>,
    person: Option<Person>,
    topics: BTreeSet<TopicName>,
}

struct Person {
    signed_in: SignedIn,
    /// When the access token ends.
    until: Instant,
}

impl Session {
    /// A guest's, without topics.
    pub(super) fn new(
        engagement: Engagement,
        queue: Arc<SocketQueue>,
        replies: mpsc::Sender<Utf8Bytes>,
    ) -> Self {
        Self {
            engagement,
            queue,
            replies,
            person: None,
            topics: BTreeSet::new(),
        }
    }

    /// Does what the client asks.
    pub(super) async fn obey(&mut self, command: Command) {
        if let Some(token) = &command.authenticate {
            self.authenticate(token).await;
        }
        for topic in &command.unsubscribe {
            self.unsubscribe(topic);
        }
        for topic in &command.subscribe {
            if let Err(problem) = self.subscribe(topic, command.since.get(topic)).await {
                self.tell(Some(topic), &problem).await;
            }
        }
    }

    /// Tells the client of a problem.
    pub(super) async fn tell(&self, topic: Option<&str>, problem: &Problem) {
        self.reply(frames::error(topic, problem, self.queue.request()))
            .await;
    }

    /// Whether the client subscribes to anything.
    pub(super) fn is_idle(&self) -> bool {
        self.topics.is_empty()
    }

    /// When the access token ends, if there is one.
    pub(super) fn until(&self) -> Option<Instant> {
        self.person.as_ref().map(|person| person.until)
    }

    /// The access token has ended: what is private is no longer shown.
    pub(super) async fn expire(&mut self) {
        self.person = None;
        self.close_private().await;
    }

    /// Ends all subscriptions.
    pub(super) fn leave(&mut self) {
        for topic in std::mem::take(&mut self.topics) {
            self.engagement.hub().leave(topic, self.queue.id());
        }
    }

    /// Takes a new token. What is private stays only if it is the same person's, and still allowed.
    async fn authenticate(&mut self, token: &str) {
        let signed_in = match self.engagement.edge().signed_in(token).await {
            Ok(signed_in) => signed_in,
            Err(problem) => return self.tell(None, &problem).await,
        };
        let now = self.engagement.now();
        let expires_at = expires_at(token).unwrap_or(now);
        let left = Duration::try_from(expires_at.duration_since(now)).unwrap_or_default();
        let before = self.person.replace(Person {
            signed_in,
            until: Instant::now() + left,
        });
        self.reply(frames::authenticated(signed_in.user, expires_at))
            .await;
        let same = before.is_none_or(|before| before.signed_in.user == signed_in.user);
        if !same {
            self.close_private().await;
        }
        for topic in self.topics.clone() {
            if let TopicName::Desk(event) = topic
                && let Err(problem) = self.permit_desk(event).await
            {
                self.close(topic, &problem).await;
            }
        }
    }

    async fn subscribe(&mut self, asked: &str, since: Option<&String>) -> Result<(), Problem> {
        let topic = match asked.parse().map_err(|_| Problem::not_found())? {
            AskedTopic::Event(event) => TopicName::Event(event),
            AskedTopic::Me => TopicName::Me(self.signed_in()?.user),
            AskedTopic::Desk(event) => {
                self.permit_desk(event).await?;
                TopicName::Desk(event)
            }
        };
        if self.topics.len() >= TOPICS_MAX && !self.topics.contains(&topic) {
            let detail = format!("A socket has at most {TOPICS_MAX} topics. Unsubscribe from one first.");
            return Err(Problem::conflict(detail));
        }
        self.topics.insert(topic);
        let queue = Arc::clone(&self.queue);
        self.engagement
            .hub()
            .join(topic, queue, since.map(String::as_str));
        Ok(())
    }

    fn unsubscribe(&mut self, asked: &str) {
        let topics: Vec<TopicName> = self
            .topics
            .iter()
            .filter(|topic| topic.to_string() == asked)
            .copied()
            .collect();
        for topic in topics {
            self.topics.remove(&topic);
            self.engagement.hub().leave(topic, self.queue.id());
        }
    }

    /// Whether the client may see an event's desk.
    async fn permit_desk(&self, event: EventId) -> Result<(), Problem> {
        let caller = Caller::Person(self.signed_in()?);
        let known = self
            .engagement
            .event(event)
            .await?
            .ok_or_else(Problem::not_found)?;
        let edge = self.engagement.edge();
        if edge.permit::<SeeSales>(&caller, known.organizer).await.is_ok() {
            return Ok(());
        }
        edge.permit::<Admit>(&caller, known.organizer).await.map(|_| ())
    }

    fn signed_in(&self) -> Result<SignedIn, Problem> {
        let person = self.person.as_ref().ok_or_else(Problem::unauthenticated)?;
        Ok(person.signed_in)
    }

    async fn close_private(&mut self) {
        for topic in self.topics.clone() {
            if topic.is_private() {
                self.close(topic, &Problem::unauthenticated()).await;
            }
        }
    }

    async fn close(&mut self, topic: TopicName, problem: &Problem) {
        self.topics.remove(&topic);
        self.engagement.hub().leave(topic, self.queue.id());
        self.tell(Some(&topic.to_string()), problem).await;
    }

    async fn reply(&self, frame: Utf8Bytes) {
        // Fails if the socket is gone, which its other half finds out.
        let _ = self.replies.send(frame).await;
    }
}

/// When a token that was checked ends.
fn expires_at(token: &str) -> Option<Timestamp> {
    let claims = token.split('.').nth(1)?;
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
    let token: AccessToken = serde_json::from_slice(&claims).ok()?;
    Timestamp::from_second(token.expires_at).ok()
}
