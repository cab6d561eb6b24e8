#![doc = include_str!("../README.md")]

mod bus;
mod config;
mod member;
mod shared;
mod tail;

pub use bus::NatsBus;
pub use config::NatsConfig;
