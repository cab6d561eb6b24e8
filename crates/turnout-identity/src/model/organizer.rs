//! Those who run events.

use jiff::Timestamp;
use turnout_domain::{OrganizerId, Text};
use turnout_http::Role;

/// What an organizer is called.
pub(crate) type OrganizerName = Text<1, 100>;

/// Who runs events: a club, a venue, a company.
#[derive(Debug, Clone)]
pub(crate) struct Organizer {
    pub(crate) id: OrganizerId,
    pub(crate) name: OrganizerName,
    pub(crate) created_at: Timestamp,
}

/// An organizer, as one of its members sees it.
#[derive(Debug, Clone)]
pub(crate) struct Membership {
    pub(crate) organizer: Organizer,
    pub(crate) role: Role,
}
