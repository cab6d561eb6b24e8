//! Messages between services.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::MessageId;

/// What happened, as it travels: committed with the change that caused it, delivered at least once.
///
/// A subscriber records [`Envelope::id`] with the effect, so that a message delivered twice takes effect once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// Names the message; the same whenever it is delivered.
    pub id: MessageId,
    /// What happened: `service.past_tense`, as in `ticketing.order_confirmed`.
    pub kind: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The message itself, as JSON.
    pub body: Box<RawValue>,
}

/// A message of a kind. Past tense, and whole: a reader needs no call back. Fields are added with `#[serde(default)]`,
/// never renamed; what cannot be said so is a new kind.
pub trait Message: Serialize + DeserializeOwned + Send + Sync {
    /// What happened: `service.past_tense`.
    const KIND: &'static str;
}

impl Envelope {
    /// Puts a message into its envelope.
    ///
    /// # Panics
    /// If the message cannot be written as JSON: messages are plain records with text keys.
    pub fn new<M: Message>(id: MessageId, occurred_at: Timestamp, message: &M) -> Self {
        let body = serde_json::value::to_raw_value(message).expect("a message is a plain record");
        Self {
            id,
            kind: M::KIND.to_owned(),
            occurred_at,
            body,
        }
    }

    /// The message, if it is of kind `M`.
    ///
    /// # Errors
    /// If the kind is right and the body is not a message of it.
    pub fn open<M: Message>(&self) -> Result<Option<M>, serde_json::Error> {
        if self.kind == M::KIND {
            serde_json::from_str(self.body.get()).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl PartialEq for Envelope {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.kind == other.kind
            && self.occurred_at == other.occurred_at
            && self.body.get() == other.body.get()
    }
}
