//! The event bus port on NATS JetStream.
