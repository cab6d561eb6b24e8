//! What ticketing needs to know of an event.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use turnout_domain::messages::{EventChanged, EventStatus};
use turnout_domain::{Currency, EventId, OrganizerId, PlannedTime, TicketTypeId};

/// An event as registration told it, and what all its ticket types share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct EventCopy {
    pub event_id: EventId,
    pub organizer_id: OrganizerId,
    /// The version of registration's record; it only rises.
    pub told_version: u64,
    pub status: EventStatus,
    pub title: String,
    /// When it begins; an older copy does not know.
    #[serde(default)]
    pub starts_at: Option<PlannedTime>,
    pub ends_at: PlannedTime,
    /// The currency of all its prices, from the first ticket type on.
    pub currency: Option<Currency>,
    /// How many ticket types there are.
    pub ticket_types: u32,
    /// How many shared pools there are.
    #[serde(default)]
    pub pools: u32,
    /// How many questions are asked.
    #[serde(default)]
    pub questions: u32,
    /// The ticket types that someone on the waitlist waits for: newcomers cannot have them. The offer's version changes
    /// with it, so no sale is made that does not know.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub waited_for: BTreeSet<TicketTypeId>,
    /// How many promo codes there are.
    #[serde(default)]
    pub promo_codes: u32,
}

impl EventCopy {
    /// The first copy of an event.
    pub fn of(told: &EventChanged) -> Self {
        Self {
            event_id: told.event_id,
            organizer_id: told.organizer_id,
            told_version: told.version,
            status: told.status,
            title: told.title.clone(),
            starts_at: Some(told.starts_at.clone()),
            ends_at: told.ends_at.clone(),
            currency: None,
            ticket_types: 0,
            pools: 0,
            questions: 0,
            waited_for: BTreeSet::new(),
            promo_codes: 0,
        }
    }

    /// The copy with what was told, unless it knew that or better already.
    pub fn told(&self, told: &EventChanged) -> Option<Self> {
        (told.version > self.told_version).then(|| Self {
            currency: self.currency,
            ticket_types: self.ticket_types,
            pools: self.pools,
            questions: self.questions,
            waited_for: self.waited_for.clone(),
            promo_codes: self.promo_codes,
            ..Self::of(told)
        })
    }

    /// When it begins; where a copy was made before that was kept, when it ends.
    pub fn starts_at(&self) -> &PlannedTime {
        self.starts_at.as_ref().unwrap_or(&self.ends_at)
    }

    /// Whether tickets can be had now.
    pub fn on_sale(&self, now: Timestamp) -> bool {
        self.status == EventStatus::Published && now < self.ends_at.instant()
    }
}
