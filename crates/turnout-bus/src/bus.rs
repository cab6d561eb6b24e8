//! The port itself.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::broadcast;
use turnout_domain::Envelope;

/// Carries messages between services.
///
/// # Contract
/// - [`publish`](Bus::publish) answers once the messages are safe: every message that it accepted reaches every
///   [`Group`] that was ever joined, at least once, through a crash of any process. An error means that some or all
///   may not have been accepted: publish them again, under the same ids.
/// - Each message goes to one handler of a group, however many processes joined the group. A handler that fails, or
///   whose process dies, is given the message again, after a growing pause.
/// - No order is promised. A reader that needs one looks at the versions in the messages.
/// - A [`listen`](Bus::listen)er hears what is published while it listens, in every process. It is for showing, not for
///   keeping: a slow one loses the oldest messages and is told how many ([`broadcast::error::RecvError::Lagged`]).
/// - Handlers and listeners end with the process, or when the shutdown that the adapter was made with is cancelled.
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// Publishes messages. At most 1,000 at once.
    async fn publish(&self, messages: &[Envelope]) -> Result<(), BusError>;

    /// Joins `group`: from now on `handler` gets its share of the messages of the group's kinds. A group that was
    /// joined before goes on where it was.
    async fn join(&self, group: Group, handler: Arc<dyn Handler>) -> Result<(), BusError>;

    /// Hears all messages of these kinds from now on; a kind is `service.past_tense`.
    async fn listen(&self, kinds: &'static [&'static str]) -> Result<Listener, BusError>;

    /// Whether messages can be published at this moment, for the readiness probe.
    async fn ready(&self) -> Result<(), BusError>;
}

/// Those who share the work of one subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Its name, the same in every process: `service-purpose`, ASCII letters and hyphens.
    pub name: &'static str,
    /// The kinds of message it takes, `service.past_tense` each.
    pub kinds: &'static [&'static str],
}

/// Takes messages of a group.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Takes one message: returns once its effect is committed. Delivered twice, it takes effect once.
    async fn handle(&self, message: &Envelope) -> Result<(), HandlerError>;
}

/// What a listener hears.
pub type Listener = broadcast::Receiver<Arc<Envelope>>;

/// Why a handler could not take a message; it will be given it again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HandlerError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

impl HandlerError {
    /// Wraps what went wrong.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

/// Why the bus did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The bus cannot be reached; the same call may go through later.
    #[error("the bus is not available: {0}")]
    Unavailable(String),
    /// A handler in this process failed, so its group's message is not safe yet.
    #[error("group {group} could not take a message")]
    Handler {
        /// The group.
        group: &'static str,
        /// What the handler said.
        source: HandlerError,
    },
}
