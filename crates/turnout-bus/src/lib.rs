//! The event bus port. Messages are past tense and whole; they are committed with their cause, relayed from the
//! outbox and delivered at least once to every group that listens.

mod bus;
#[cfg(feature = "conformance")]
pub mod conformance;
mod memory;
mod relay;

pub use bus::{Bus, BusError, Group, Handler, HandlerError, Listener};
pub use memory::MemoryBus;
pub use relay::relay;
