//! What one can subscribe to.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use turnout_domain::{EventId, UserId};

/// How long a topic rests between two looks at what others own, however much happens meanwhile: at most four a second.
const REST: Duration = Duration::from_millis(250);

/// A topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum TopicName {
    /// What everyone sees of an event.
    Event(EventId),
    /// A person's notifications.
    Me(UserId),
    /// What an event's desk shows to members.
    Desk(EventId),
}

/// A topic as a client asks for it: whose `me` is meant follows from who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskedTopic {
    Event(EventId),
    Me,
    Desk(EventId),
}

impl TopicName {
    /// Whether only those who are signed in may see it.
    pub(crate) fn is_private(self) -> bool {
        match self {
            Self::Event(_) => false,
            Self::Me(_) | Self::Desk(_) => true,
        }
    }

    /// How long it rests after it was fetched.
    pub(crate) fn rest(self) -> Duration {
        match self {
            Self::Event(_) | Self::Desk(_) => REST,
            // One person's, from our own store.
            Self::Me(_) => Duration::ZERO,
        }
    }
}

/// As clients write it.
impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(event) => write!(f, "event:{event}"),
            Self::Me(_) => f.write_str("me"),
            Self::Desk(event) => write!(f, "desk:{event}"),
        }
    }
}

/// The text names no topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoSuchTopic;

impl FromStr for AskedTopic {
    type Err = NoSuchTopic;

    fn from_str(text: &str) -> Result<Self, NoSuchTopic> {
        if text == "me" {
            return Ok(Self::Me);
        }
        let (kind, id) = text.split_once(':').ok_or(NoSuchTopic)?;
        let event = id.parse().map_err(|_| NoSuchTopic)?;
        match kind {
            "event" => Ok(Self::Event(event)),
            "desk" => Ok(Self::Desk(event)),
            _ => Err(NoSuchTopic),
        }
    }
}
