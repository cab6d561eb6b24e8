#![doc = include_str!("../README.md")]

mod cancel_order;
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
mod mark_paid;
mod model;
mod pay_order;
mod payment_options;
mod payments;
mod place_order;
mod read_offer;
mod read_orders;
mod receive_webhook;
mod release_order;
mod run_errands;
mod settings;
mod settle_payment;
mod sweep_holds;
mod ticketing;
mod waitlist;
mod write_order;

pub use check::{Report, check};
pub use http::{internal_routes, routes};
pub use settings::{Settings, StripeSettings};
pub use ticketing::{TABLE, Ticketing};
