#![doc = include_str!("../README.md")]

mod change_capacity;
mod check;
mod combiner;
mod commit;
mod create_ticket_type;
mod door;
mod error;
mod exports;
mod follow_events;
mod http;
mod insight;
mod items;
mod keys;
mod model;
mod pay_order;
mod place_order;
mod read_offer;
mod read_orders;
mod release_order;
mod settings;
mod sweep_holds;
mod ticketing;
mod waitlist;

pub use check::{Report, check};
pub use http::{internal_routes, routes};
pub use settings::Settings;
pub use ticketing::{TABLE, Ticketing};
