//! The live feed: topics, the sockets that subscribe to them, and where their data comes from.
//!
//! What reaches a client is always a snapshot and what changed since, under one rising sequence a topic. A frame is
//! written once and shared by every socket of its topic; a socket whose queue is full misses frames and is given a fresh
//! snapshot once it has caught up, so it slows nobody.

mod command;
mod frames;
mod hub;
mod listen;
mod members;
mod peered;
mod ring;
mod session;
mod socket;
mod topic;
mod topic_name;
mod wanted;

#[cfg(test)]
mod tests;

pub(crate) use hub::Hub;
pub(crate) use listen::start;
pub(crate) use peered::Peered;
pub(crate) use socket::{FRAME_BYTES_MAX, serve};
