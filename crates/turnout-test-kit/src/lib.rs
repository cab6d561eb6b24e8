#![doc = include_str!("../README.md")]

mod app;
mod client;
mod stand_in;

pub use app::{Ports, TestApp};
pub use client::{Client, Reply};
pub use stand_in::{Call, StandIn};
