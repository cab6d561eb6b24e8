//! What identity knows, and its rules: plain types and pure functions.

mod organizer;
mod password;
mod refresh_token;
mod secret;
mod session;
mod user;

pub(crate) use organizer::{Membership, Organizer, OrganizerName};
pub(crate) use password::{Password, PasswordHash};
pub(crate) use refresh_token::{RefreshToken, TokenHash, TokenSecret};
pub(crate) use secret::Secret;
pub(crate) use session::{Previous, SESSION_DAYS, Session, Verdict};
pub(crate) use user::{PersonName, User};
