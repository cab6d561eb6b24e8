//! People.

use jiff::Timestamp;
use turnout_domain::{Email, Text, UserId};

use crate::model::PasswordHash;

/// What a person is called.
pub(crate) type PersonName = Text<1, 100>;

/// A person with an account. No `Debug`, because of the address.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) email: Email,
    pub(crate) name: PersonName,
    pub(crate) password: PasswordHash,
    pub(crate) created_at: Timestamp,
}
