//! Where the bus is, and what it keeps.

use std::time::Duration;

use async_nats::jetstream::stream::{Config as StreamConfig, StorageType};

/// How long the server recognises a message that is published again.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(2);

/// How to reach the bus.
#[derive(Clone)]
pub struct NatsConfig {
    /// The servers, by commas: `nats://host:4222` or `tls://user:password@host:4222`.
    pub url: String,
    /// The stream's name and the first part of every subject: ASCII letters, digits and hyphens.
    pub prefix: String,
    /// How many servers of a cluster keep each message: 1, 3 or 5. Counts when the stream is made.
    pub replicas: usize,
    /// How long messages are kept. A group that is away for longer misses some. Counts when the stream is made.
    pub retention: Duration,
}

impl NatsConfig {
    /// The bus at `url`, with the stream `turnout`, kept once for a week.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            prefix: "turnout".to_owned(),
            replicas: 1,
            retention: Duration::from_hours(7 * 24),
        }
    }

    /// With another stream.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Kept by so many servers.
    pub fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// The subject of messages of a kind.
    pub(crate) fn subject(&self, kind: &str) -> String {
        format!("{}.{kind}", self.prefix)
    }

    /// The kind of messages of a subject.
    pub(crate) fn kind<'a>(&self, subject: &'a str) -> Option<&'a str> {
        subject.strip_prefix(self.prefix.as_str())?.strip_prefix('.')
    }

    pub(crate) fn servers(&self) -> Vec<&str> {
        self.url.split(',').map(str::trim).collect()
    }

    pub(crate) fn stream(&self) -> StreamConfig {
        StreamConfig {
            name: self.prefix.clone(),
            subjects: vec![format!("{}.>", self.prefix)],
            storage: StorageType::File,
            num_replicas: self.replicas,
            max_age: self.retention,
            duplicate_window: DUPLICATE_WINDOW.min(self.retention),
            ..StreamConfig::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_from_its_subject_and_from_no_other() {
        let config = NatsConfig::at("nats://localhost").prefix("turnout");
        assert_eq!(
            config.subject("ticketing.order_held"),
            "turnout.ticketing.order_held"
        );
        assert_eq!(
            config.kind("turnout.ticketing.order_held"),
            Some("ticketing.order_held")
        );
        assert_eq!(config.kind("turnout2.ticketing.order_held"), None);
        assert_eq!(config.kind("other.ticketing.order_held"), None);
    }
}
