#![doc = include_str!("../README.md")]

mod cancel_event;
mod check;
mod count_participants;
mod create_event;
mod follow_cancellations;
mod get_event;
mod http;
mod items;
mod list_events;
mod model;
mod publish_event;
mod registration;
mod update_event;

pub use check::{Report, check};
pub use http::{internal_routes, routes};
pub use items::TABLE;
pub use registration::Registration;
