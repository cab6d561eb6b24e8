//! Takes over what a phone scanned while it was offline. Every scan becomes part of the record of its ticket, where
//! what follows depends on the scans alone: the earliest stands, of two at one time that with the smaller nonce. So it
//! makes no difference which phone comes back first, in how many pieces, or how often it sends the same.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use turnout_domain::messages::Direction;
use turnout_domain::{EventId, TicketId};
use turnout_http::{Admit, Permit};
use turnout_store::CommitError;

use super::admit::{COMMIT_ATTEMPTS_MAX, Known, Verdict, told_again};
use super::check_in::{Fault, Scan, ScannedBy};
use super::error::DoorError;
use super::holder;
use super::list::ListId;
use crate::Ticketing;
use crate::model::Order;

/// The most scans of one request: a phone with more sends several.
pub(crate) const SCANS_PER_MERGE_MAX: usize = 200;
/// How many tickets are merged at a time.
const MERGES_AT_ONCE: usize = 8;
/// How far ahead of ours a phone's clock may be. One further ahead is put back to ours, and that is noted.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);
/// How long a phone may have been offline. A scan that says it is older is put at this bound, and that is noted.
const BEHIND_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A scan that let someone through while the phone was offline.
#[derive(Debug, Clone)]
pub(crate) struct QueuedScan {
    pub ticket: TicketId,
    /// The generation of the code; none if the ticket was found by name.
    pub generation: Option<u8>,
    pub list: ListId,
    pub direction: Direction,
    pub gate: Option<String>,
    pub nonce: String,
    pub scanned_at: Timestamp,
    pub override_reason: Option<String>,
}

/// What became of a queued scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Merged {
    /// It is part of the record, and this is what it comes to now.
    Verdict(Verdict),
    /// It was taken back meanwhile.
    Undone,
    /// There is no such ticket at this event, or no such list.
    Unknown,
    /// The ticket has as many scans as are kept.
    TooMany,
}

impl Ticketing {
    /// Takes over these scans, in whatever order they are: what became of each, in their order.
    pub(crate) async fn merge_check_ins(
        &self,
        event: EventId,
        scans: Vec<QueuedScan>,
        by: &Permit<Admit>,
    ) -> Result<Vec<Merged>, DoorError> {
        let mut results = vec![Merged::Unknown; scans.len()];
        let mut groups: BTreeMap<(TicketId, ListId), Vec<(usize, QueuedScan)>> = BTreeMap::new();
        for (place, scan) in scans.into_iter().enumerate() {
            let group = groups.entry((scan.ticket, scan.list.clone())).or_default();
            group.push((place, scan));
        }
        let merged: Vec<Vec<(usize, Merged)>> = stream::iter(groups)
            .map(|((ticket, list), scans)| self.merge_ticket(event, ticket, list, scans, by))
            .buffer_unordered(MERGES_AT_ONCE)
            .try_collect()
            .await?;
        for (place, result) in merged.into_iter().flatten() {
            results[place] = result;
        }
        Ok(results)
    }

    async fn merge_ticket(
        &self,
        event: EventId,
        ticket: TicketId,
        list: ListId,
        scans: Vec<(usize, QueuedScan)>,
        by: &Permit<Admit>,
    ) -> Result<Vec<(usize, Merged)>, DoorError> {
        let all = |result: Merged| scans.iter().map(|(place, _)| (*place, result.clone())).collect();
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let found = self.order(ticket.order()).await?;
            let found = found.filter(|(order, _)| order.event_id == event && order.ticket(ticket).is_some());
            let Some((order, version)) = found else {
                return Ok(all(Merged::Unknown));
            };
            let known = match self.known(event, ticket, &list).await {
                Err(DoorError::UnknownList) => return Ok(all(Merged::Unknown)),
                known => known?,
            };
            let now = self.clock.now();
            let mut check_in = known.check_in.clone();
            for (_, queued) in &scans {
                check_in.add(scan_of(queued, &order, &known, by, now));
            }
            let (check_in, outcome) = if check_in.scans.len() == known.check_in.scans.len() {
                // All of them are known, so there is nothing to write.
                let outcome = check_in.outcome(check_in.reentry);
                (check_in, outcome)
            } else {
                let (check_in, outcome) = check_in.decided(known.list.list.reentry, now);
                if !self.record(&order, version, ticket, &known, &check_in).await? {
                    continue;
                }
                (check_in, outcome)
            };
            let result = |queued: &QueuedScan| match check_in.place_of(&queued.nonce) {
                None => Ok(Merged::TooMany),
                Some(place) => match told_again(&check_in, &outcome, place) {
                    Ok(verdict) => Ok(Merged::Verdict(verdict)),
                    Err(DoorError::ScanUndone) => Ok(Merged::Undone),
                    Err(error) => Err(error),
                },
            };
            return scans
                .iter()
                .map(|(place, queued)| Ok((*place, result(queued)?)))
                .collect();
        }
        let why = "the check-in kept changing".into();
        Err(CommitError::Busy { why }.into())
    }
}

fn scan_of(queued: &QueuedScan, order: &Order, known: &Known, by: &Permit<Admit>, now: Timestamp) -> Scan {
    let at = bounded(queued.scanned_at, now);
    let overridden = queued.override_reason.is_some() && by.supervises();
    let ticket = order.ticket(queued.ticket);
    let misfit = ticket.and_then(|ticket| holder::misfit(&known.list.list, order, ticket, at));
    let fault = match queued.direction {
        Direction::Exit => None,
        Direction::Entry => ticket
            .and_then(|ticket| holder::fault(order, ticket, queued.generation))
            .or_else(|| misfit.filter(|_| !overridden).map(Fault::from)),
    };
    Scan {
        nonce: queued.nonce.clone(),
        direction: queued.direction,
        at,
        by: ScannedBy::from(by.holder()),
        gate: queued.gate.clone(),
        merged_at: Some(now),
        said_at: (at != queued.scanned_at).then_some(queued.scanned_at),
        override_reason: queued.override_reason.clone().filter(|_| overridden),
        fault,
        undone: None,
    }
}

/// When a phone's scan was, as far as it can be.
fn bounded(said: Timestamp, now: Timestamp) -> Timestamp {
    let late = now.checked_add(AHEAD_MAX).unwrap_or(Timestamp::MAX);
    let early = now.checked_sub(BEHIND_MAX).unwrap_or(Timestamp::MIN);
    if said > late { now } else { said.max(early) }
}
