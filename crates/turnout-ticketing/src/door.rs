//! The door: check-in lists, gate links, scans online and offline, and what a phone needs to work without us.

mod admit;
mod check_in;
mod conflicts;
mod error;
mod gate_link;
mod gate_links;
mod holder;
mod list;
mod lists;
mod manifest;
mod merge;
mod records;
mod roster;
mod undo;

pub(crate) use admit::{Asked, Override, Verdict, Way};
pub(crate) use check_in::{CheckIn, Effect, Fault, Outcome, Scan, ScannedBy, Tally};
pub(crate) use conflicts::TicketConflicts;
pub(crate) use error::DoorError;
pub(crate) use gate_link::{GateLink, GateRole, GateState};
pub(crate) use gate_links::{GateAttempts, NewGateLink};
pub(crate) use holder::{attendee_name, ticket_type_name};
pub(crate) use list::{CheckInList, LIST_DEFAULT, ListId};
pub(crate) use lists::{CheckInListChanges, Edit, StandingList};
pub(crate) use manifest::Since;
pub(crate) use merge::{Merged, QueuedScan, SCANS_PER_MERGE_MAX};
pub(crate) use records::{ADMITTED, INSIDE, check_in_key, list_key, tally_of};
pub(crate) use roster::{Attendee, Rosters};
pub(crate) use undo::Undo;
