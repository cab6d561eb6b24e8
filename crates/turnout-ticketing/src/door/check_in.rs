//! What happened to one ticket at one list: the scans, and what follows from them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use turnout_domain::messages::Direction;
use turnout_domain::{GateLinkId, UserId};
use turnout_http::Holder;

use super::list::Misfit;

/// The most scans of one ticket at one list: ten days of four ways in and out each. With the longest reasons they still
/// fit one record.
pub(crate) const SCANS_MAX: usize = 80;

/// Who scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScannedBy {
    /// A member of the organizer.
    Member(UserId),
    /// Whoever held this gate link.
    Gate(GateLinkId),
}

impl From<&Holder> for ScannedBy {
    fn from(holder: &Holder) -> Self {
        match holder {
            Holder::Member { user, .. } => Self::Member(*user),
            Holder::Gate(pass) => Self::Gate(pass.link),
        }
    }
}

/// Why someone who was let in offline should not have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// The ticket was cancelled.
    Cancelled,
    /// The ticket is someone else's by now: the code is an older one.
    Transferred,
    /// The list is not for this kind of ticket.
    NotOnList,
    /// The list was not open.
    OutsideTime,
}

impl From<Misfit> for Fault {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::NotOnList => Self::NotOnList,
            Misfit::OutsideTime => Self::OutsideTime,
        }
    }
}

/// Who took a scan back, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Undone {
    pub at: Timestamp,
    pub by: ScannedBy,
    pub reason: String,
}

/// One scan that let someone through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scan {
    /// Names the scan, whoever tells of it and however often. The phone makes it.
    pub nonce: String,
    pub direction: Direction,
    /// When: by our clock, or by the phone's, if that was offline.
    pub at: Timestamp,
    pub by: ScannedBy,
    #[serde(default)]
    pub gate: Option<String>,
    /// When we heard of it, if it was made offline.
    #[serde(default)]
    pub merged_at: Option<Timestamp>,
    /// What the phone's clock said, if that could not be and `at` is a bound instead.
    #[serde(default)]
    pub said_at: Option<Timestamp>,
    /// Why a supervisor let someone in against the rules of the list.
    #[serde(default)]
    pub override_reason: Option<String>,
    #[serde(default)]
    pub fault: Option<Fault>,
    #[serde(default)]
    pub undone: Option<Undone>,
}

/// What a scan came to, once all are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It let someone in or out, as it should.
    Stands,
    /// It let someone in who was in already, or had been: one of two with the same ticket.
    Repeated,
    /// It let someone in who should not have been.
    Faulty,
    /// It let someone out who was not in.
    Idle,
    /// It was taken back.
    Undone,
}

impl Effect {
    /// Whether an organizer has to hear of it.
    pub fn is_conflict(self) -> bool {
        matches!(self, Self::Repeated | Self::Faulty)
    }
}

/// What all scans together come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Of each scan, in their order.
    pub effects: Vec<Effect>,
    /// Which scan let the ticket in first.
    pub first: Option<usize>,
    /// Whether whoever holds the ticket is inside.
    pub inside: bool,
}

impl Outcome {
    fn conflicts(&self) -> i64 {
        let conflicts = self.effects.iter().filter(|effect| effect.is_conflict());
        i64::try_from(conflicts.count()).unwrap_or(i64::MAX)
    }
}

/// What the counters of a list count of one ticket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub admitted: i64,
    pub inside: i64,
    pub conflicts: i64,
}

/// What one list knows of one ticket. What follows from the scans follows from them as a set: in which order they
/// became known makes no difference, and neither does being told of one twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckIn {
    /// When the ticket was first let in; none once every such scan was taken back.
    #[serde(default)]
    pub admitted_at: Option<Timestamp>,
    #[serde(default)]
    pub inside: bool,
    #[serde(default)]
    pub conflicts: i64,
    /// Whether the list lets people in again, when this was last decided.
    #[serde(default)]
    pub reentry: bool,
    /// By time, then by nonce.
    #[serde(default)]
    pub scans: Vec<Scan>,
    /// When anything changed.
    #[serde(default)]
    pub changed_at: Timestamp,
    /// Who admitted, in a record that is older than its list of scans.
    #[serde(default, skip_serializing)]
    by: Option<UserId>,
    #[serde(default, skip_serializing)]
    nonce: Option<String>,
}

impl CheckIn {
    /// The record as it is written today.
    pub fn modern(mut self) -> Self {
        if let (true, Some(at), Some(by)) = (self.scans.is_empty(), self.admitted_at, self.by) {
            self.scans.push(Scan {
                nonce: self.nonce.take().unwrap_or_default(),
                direction: Direction::Entry,
                at,
                by: ScannedBy::Member(by),
                gate: None,
                merged_at: None,
                said_at: None,
                override_reason: None,
                fault: None,
                undone: None,
            });
            self.changed_at = at;
            self.by = None;
        }
        self
    }

    /// What the scans come to.
    pub fn outcome(&self, reentry: bool) -> Outcome {
        let mut outcome = Outcome {
            effects: Vec::with_capacity(self.scans.len()),
            first: None,
            inside: false,
        };
        for (place, scan) in self.scans.iter().enumerate() {
            let effect = match scan.direction {
                _ if scan.undone.is_some() => Effect::Undone,
                Direction::Entry if scan.fault.is_some() => Effect::Faulty,
                Direction::Entry => {
                    let free = outcome.first.is_none() || (reentry && !outcome.inside);
                    if free || scan.override_reason.is_some() {
                        outcome.first = outcome.first.or(Some(place));
                        outcome.inside = true;
                        Effect::Stands
                    } else {
                        Effect::Repeated
                    }
                }
                Direction::Exit if outcome.inside => {
                    outcome.inside = false;
                    Effect::Stands
                }
                Direction::Exit => Effect::Idle,
            };
            outcome.effects.push(effect);
        }
        outcome
    }

    /// What the list's counters count of it, as it was last decided.
    pub fn tally(&self) -> Tally {
        Tally {
            admitted: i64::from(self.admitted_at.is_some()),
            inside: i64::from(self.inside),
            conflicts: self.conflicts,
        }
    }

    /// Whether what it says is what its scans come to. A record that is older than its list of scans has none.
    pub fn follows_from_its_scans(&self) -> bool {
        let sorted = self.scans.is_sorted_by_key(|scan| (scan.at, scan.nonce.as_str()));
        let (decided, _) = self.clone().decided(self.reentry, self.changed_at);
        self.scans.is_empty() || (sorted && decided == *self)
    }

    /// Decides what follows from the scans.
    pub fn decided(mut self, reentry: bool, now: Timestamp) -> (Self, Outcome) {
        let outcome = self.outcome(reentry);
        self.admitted_at = outcome.first.map(|place| self.scans[place].at);
        self.inside = outcome.inside;
        self.conflicts = outcome.conflicts();
        self.reentry = reentry;
        self.changed_at = now;
        (self, outcome)
    }

    /// Where the scan with this nonce is.
    pub fn place_of(&self, nonce: &str) -> Option<usize> {
        self.scans.iter().position(|scan| scan.nonce == nonce)
    }

    /// Adds a scan, unless it is known. Whether there was room.
    pub fn add(&mut self, scan: Scan) -> bool {
        if self.place_of(&scan.nonce).is_some() {
            return true;
        }
        if self.scans.len() >= SCANS_MAX {
            return false;
        }
        let order = |scan: &Scan| (scan.at, scan.nonce.clone());
        let place = self.scans.partition_point(|other| order(other) < order(&scan));
        self.scans.insert(place, scan);
        true
    }

    /// The time of a scan that is made now: behind every scan that is known, also behind one of a phone whose clock
    /// is ahead of ours.
    pub fn time_of_next(&self, now: Timestamp) -> Timestamp {
        let behind = self
            .scans
            .last()
            .and_then(|last| last.at.checked_add(SignedDuration::from_millis(1)).ok());
        behind.map_or(now, |behind| behind.max(now))
    }

    /// The gate of the scan that let the ticket in first.
    pub fn first_gate(&self) -> Option<&str> {
        let first = self.outcome(self.reentry).first?;
        self.scans[first].gate.as_deref()
    }
}

#[cfg(test)]
mod tests;
