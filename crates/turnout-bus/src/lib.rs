//! The event bus port. Messages are past tense and whole; they are committed with their cause, relayed from the
//! outbox and delivered at least once to every group that listens.

mod bus;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod deliver;
mod memory;
mod relay;

pub use bus::{Bus, BusError, Group, Handler, HandlerError, Listener};
pub use deliver::{HANDLER_SECONDS_MAX, LISTENER_MESSAGES_MAX, deliver, pause, pause_longest};
pub use memory::MemoryBus;
pub use relay::relay;
