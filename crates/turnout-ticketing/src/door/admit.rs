//! Scans online: a ticket goes in, or out again, by one conditional write per list and ticket.

use jiff::Timestamp;
use turnout_domain::messages::{Direction, TicketAdmitted};
use turnout_domain::{EventId, TicketId};
use turnout_http::{Admit, Permit};
use turnout_store::{Change, CommitError, Condition, Read};

use super::check_in::{CheckIn, Effect, Fault, Outcome, Scan, ScannedBy, Tally};
use super::error::DoorError;
use super::holder;
use super::list::ListId;
use super::lists::StandingList;
use super::records;
use crate::commit::commit;
use crate::items;
use crate::model::Order;
use crate::{TABLE, Ticketing};

/// How often a scan is decided again when another of the same ticket, or the first of its list, was faster.
pub(super) const COMMIT_ATTEMPTS_MAX: usize = 16;

/// A supervisor's reason to let someone in against the rules of the list.
#[derive(Debug, Clone)]
pub(crate) struct Override(pub String);

/// How a ticket is to go through.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub list: ListId,
    pub direction: Direction,
    pub gate: Option<String>,
    /// Names the scan, so that one whose answer was lost gets the same answer again.
    pub nonce: Option<String>,
    pub against_rules: Option<Override>,
}

/// Which ticket was shown, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub ticket: TicketId,
    /// The generation of the code; none if the ticket was named by its id.
    pub generation: Option<u8>,
}

/// What the door is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Let in by this scan.
    Admitted { at: Timestamp, first: Timestamp },
    /// Let out by this scan.
    Exited { at: Timestamp },
    /// In, or let in before at a list that admits once; when and where that was first.
    AlreadyAdmitted { first: Timestamp, gate: Option<String> },
    /// Not in, so there is nobody to let out.
    NotInside,
    /// The ticket or the list does not allow it.
    Refused(Fault),
}

/// What is known of a ticket at a list.
pub(super) struct Known {
    pub list: StandingList,
    pub check_in: CheckIn,
    pub version: Option<u64>,
}

impl Ticketing {
    /// Lets a ticket through at a list, if it may: one conditional write, however many doors ask.
    pub(crate) async fn admit(
        &self,
        (order, version): (Order, u64),
        asked: Asked,
        way: &Way,
        by: &Permit<Admit>,
    ) -> Result<Verdict, DoorError> {
        if way.against_rules.is_some() && !by.supervises() {
            return Err(DoorError::SupervisorsOnly);
        }
        let (mut order, mut version) = (order, version);
        let nonce = way
            .nonce
            .clone()
            .unwrap_or_else(|| self.ids.ulid(self.clock.now()).to_string());
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let known = self.known(order.event_id, asked.ticket, &way.list).await?;
            let now = self.clock.now();
            let scan = match decide(&order, asked, way, &known, now)? {
                Decision::Answer(verdict) => return Ok(verdict),
                Decision::Let { at } => Scan {
                    nonce: nonce.clone(),
                    direction: way.direction,
                    at,
                    by: ScannedBy::from(by.holder()),
                    gate: way.gate.clone(),
                    merged_at: None,
                    said_at: None,
                    override_reason: way.against_rules.clone().map(|Override(reason)| reason),
                    fault: None,
                    undone: None,
                },
            };
            let mut check_in = known.check_in.clone();
            let at = scan.at;
            if !check_in.add(scan) {
                return Err(DoorError::TooManyScans);
            }
            let (check_in, _) = check_in.decided(known.list.list.reentry, now);
            let first = check_in.admitted_at.unwrap_or(at);
            if self
                .record(&order, version, asked.ticket, &known, &check_in)
                .await?
            {
                return Ok(match way.direction {
                    Direction::Entry => Verdict::Admitted { at, first },
                    Direction::Exit => Verdict::Exited { at },
                });
            }
            (order, version) = self.order(order.id).await?.ok_or(DoorError::Unknown)?;
        }
        let why = "the check-in kept changing".into();
        Err(CommitError::Busy { why }.into())
    }

    /// What is known of a ticket at a list, read at once.
    pub(super) async fn known(
        &self,
        event: EventId,
        ticket: TicketId,
        list: &ListId,
    ) -> Result<Known, DoorError> {
        let key = records::check_in_key(ticket, list.as_str());
        let (list, item) = tokio::join!(
            self.check_in_list(event, list),
            self.store.get(&key, Read::Consistent)
        );
        let item = item?;
        Ok(Known {
            list: list?,
            version: item.as_ref().map(|item| item.version),
            check_in: item
                .as_ref()
                .map(records::read_check_in)
                .transpose()?
                .unwrap_or_default(),
        })
    }

    /// Writes what a list now knows of a ticket, counts it, and tells of every scan that newly lets someone through.
    /// False if something else was faster: then everything has to be read again.
    pub(super) async fn record(
        &self,
        order: &Order,
        version: u64,
        ticket: TicketId,
        known: &Known,
        check_in: &CheckIn,
    ) -> Result<bool, DoorError> {
        let event = order.event_id;
        let list = &known.list;
        let told = self.told(order, ticket, &list.id, &known.check_in, check_in);
        let (before, after) = (known.check_in.tally(), check_in.tally());
        let change = || {
            let item = records::check_in_item(event, ticket, &list.id, check_in);
            let change = records::put(Change::of(TABLE), item, known.version)
                .check(items::order_key(order.id), Condition::Version(version));
            let change = if list.version.is_some() {
                match records::list_update(event, &list.id, before, after) {
                    Some(update) => change.update(update),
                    None => change,
                }
            } else {
                let counted = Tally {
                    admitted: after.admitted - before.admitted,
                    inside: after.inside - before.inside,
                    conflicts: after.conflicts - before.conflicts,
                };
                let item = records::list_item(event, &list.id, &list.list, counted);
                records::put(change, item, None)
            };
            told.iter().cloned().fold(change, Change::emit)
        };
        match commit(&*self.store, change).await {
            Ok(_) => Ok(true),
            Err(CommitError::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn told(
        &self,
        order: &Order,
        ticket: TicketId,
        list: &ListId,
        before: &CheckIn,
        after: &CheckIn,
    ) -> Vec<turnout_domain::Envelope> {
        let Some(held) = order.ticket(ticket) else {
            return Vec::new();
        };
        let mut again = before.admitted_at.is_some();
        let outcome = after.outcome(after.reentry);
        let stands = after.scans.iter().zip(&outcome.effects);
        let new = stands
            .filter(|(scan, effect)| **effect == Effect::Stands && before.place_of(&scan.nonce).is_none());
        let told = new.map(|(scan, _)| {
            let message = TicketAdmitted {
                ticket_id: ticket,
                ticket_type_id: Some(held.ticket_type_id),
                order_id: order.id,
                event_id: order.event_id,
                list: list.as_str().to_owned(),
                attendee_name: holder::attendee_name(order, held).to_owned(),
                admitted_at: scan.at,
                gate: scan.gate.clone(),
                direction: scan.direction,
                again,
            };
            again |= scan.direction == Direction::Entry;
            self.envelope(&message)
        });
        told.collect()
    }
}

enum Decision {
    /// It does not go through, or the scan is known and gets its first answer again.
    Answer(Verdict),
    /// It goes through, at this time.
    Let { at: Timestamp },
}

/// Whether a scan that is made now lets someone through.
fn decide(
    order: &Order,
    asked: Asked,
    way: &Way,
    known: &Known,
    now: Timestamp,
) -> Result<Decision, DoorError> {
    let ticket = order.ticket(asked.ticket).ok_or(DoorError::Unknown)?;
    let check_in = &known.check_in;
    let list = &known.list.list;
    let outcome = check_in.outcome(list.reentry);
    if let Some(place) = way.nonce.as_deref().and_then(|nonce| check_in.place_of(nonce)) {
        return told_again(check_in, &outcome, place).map(Decision::Answer);
    }
    let at = check_in.time_of_next(now);
    if way.direction == Direction::Exit {
        return Ok(if outcome.inside {
            Decision::Let { at }
        } else {
            Decision::Answer(Verdict::NotInside)
        });
    }
    // No supervisor lets in a ticket that is none any more: its money went back, or it is someone else's.
    if let Some(fault) = holder::fault(order, ticket, asked.generation) {
        return Ok(Decision::Answer(Verdict::Refused(fault)));
    }
    if way.against_rules.is_some() {
        return Ok(Decision::Let { at });
    }
    if let Some(misfit) = holder::misfit(list, order, ticket, now) {
        return Ok(Decision::Answer(Verdict::Refused(misfit.into())));
    }
    match outcome.first {
        Some(first) if outcome.inside || !list.reentry => Ok(Decision::Answer(already(check_in, first))),
        _ => Ok(Decision::Let { at }),
    }
}

fn already(check_in: &CheckIn, first: usize) -> Verdict {
    Verdict::AlreadyAdmitted {
        first: check_in.scans[first].at,
        gate: check_in.scans[first].gate.clone(),
    }
}

/// What the scan at `place` was answered, or would be now that others are known.
pub(super) fn told_again(check_in: &CheckIn, outcome: &Outcome, place: usize) -> Result<Verdict, DoorError> {
    let scan = &check_in.scans[place];
    let first = outcome.first.unwrap_or(place);
    Ok(match (outcome.effects[place], scan.direction, scan.fault) {
        (Effect::Stands, Direction::Entry, _) => Verdict::Admitted {
            at: scan.at,
            first: check_in.scans[first].at,
        },
        (Effect::Stands, Direction::Exit, _) => Verdict::Exited { at: scan.at },
        (Effect::Faulty, _, Some(fault)) => Verdict::Refused(fault),
        (Effect::Repeated | Effect::Faulty, _, _) => already(check_in, first),
        (Effect::Idle, _, _) => Verdict::NotInside,
        (Effect::Undone, _, _) => return Err(DoorError::ScanUndone),
    })
}
