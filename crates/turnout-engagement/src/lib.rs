#![doc = include_str!("../README.md")]

mod announce;
mod check;
mod commit;
mod desk;
mod engagement;
mod error;
mod events;
mod fan_out;
mod follow_event;
mod follow_money;
mod groups;
mod http;
mod items;
mod list_notifications;
mod live;
mod model;
mod notify;
mod read_notification;
mod remember_holder;
mod store_notifications;
mod tell_of_offer;

pub use check::{Report, check};
pub use engagement::Engagement;
pub use http::{internal_routes, routes};

use turnout_store::Table;

/// The service's table.
pub const TABLE: Table = Table("notifications");
