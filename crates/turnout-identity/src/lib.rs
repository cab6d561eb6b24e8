#![doc = include_str!("../README.md")]

mod create_organizer;
mod error;
mod find_member;
mod get_me;
mod http;
mod identity;
mod items;
mod list_organizers;
mod log_in;
mod log_out;
mod model;
mod passwords;
mod refresh_session;
mod sign_up;
mod signing_keys;

pub use http::{internal_routes, routes};
pub use identity::Identity;
pub use items::TABLE;
