//! Takes a scan back, with a reason; what happened stays in the record.

use jiff::SignedDuration;
use turnout_domain::TicketId;
use turnout_domain::messages::AdmissionUndone;
use turnout_http::{Admit, Permit};
use turnout_store::{Change, CommitError};

use super::admit::COMMIT_ATTEMPTS_MAX;
use super::check_in::{CheckIn, Effect, ScannedBy, Undone};
use super::error::DoorError;
use super::holder;
use super::list::ListId;
use super::records;
use crate::commit::commit;
use crate::model::Order;
use crate::{TABLE, Ticketing};

/// How long whoever made a scan may take it back without a supervisor: a slip of the hand is noticed at once.
const OWN_SCAN: SignedDuration = SignedDuration::from_mins(2);

/// Which scan to take back, and why.
#[derive(Debug, Clone)]
pub(crate) struct Undo {
    pub ticket: TicketId,
    pub list: ListId,
    /// The scan's nonce; none for the last that let someone through.
    pub nonce: Option<String>,
    pub reason: String,
}

impl Ticketing {
    /// Takes a scan back: the record of the ticket at the list after it. One that was taken back already stays so.
    pub(crate) async fn undo_check_in(
        &self,
        order: &Order,
        undo: &Undo,
        by: &Permit<Admit>,
    ) -> Result<CheckIn, DoorError> {
        let event = order.event_id;
        let ticket = order.ticket(undo.ticket).ok_or(DoorError::Unknown)?;
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let known = self.known(event, undo.ticket, &undo.list).await?;
            let now = self.clock.now();
            let mut check_in = known.check_in.clone();
            let place = place_to_undo(&check_in, undo)?;
            let scan = &mut check_in.scans[place];
            if scan.undone.is_some() {
                return Ok(check_in);
            }
            let who = ScannedBy::from(by.holder());
            let own = scan.by == who && now.duration_since(scan.merged_at.unwrap_or(scan.at)) <= OWN_SCAN;
            if !own && !by.supervises() {
                return Err(DoorError::SupervisorsOnly);
            }
            let direction = scan.direction;
            scan.undone = Some(Undone {
                at: now,
                by: who,
                reason: undo.reason.clone(),
            });
            let (check_in, _) = check_in.decided(known.list.list.reentry, now);
            let told = self.envelope(&AdmissionUndone {
                ticket_id: undo.ticket,
                ticket_type_id: order.ticket(undo.ticket).map(|held| held.ticket_type_id),
                order_id: order.id,
                event_id: event,
                list: undo.list.as_str().to_owned(),
                attendee_name: holder::attendee_name(order, ticket).to_owned(),
                direction,
                still_admitted: check_in.admitted_at.is_some(),
                reason: undo.reason.clone(),
                undone_at: now,
            });
            let (before, after) = (known.check_in.tally(), check_in.tally());
            let change = || {
                let item = records::check_in_item(event, undo.ticket, &undo.list, &check_in);
                let change = records::put(Change::of(TABLE), item, known.version).emit(told.clone());
                match records::list_update(event, &undo.list, before, after) {
                    Some(update) => change.update(update),
                    None => change,
                }
            };
            match commit(&*self.store, change).await {
                Ok(_) => return Ok(check_in),
                Err(CommitError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DoorError::KeptChanging)
    }
}

fn place_to_undo(check_in: &CheckIn, undo: &Undo) -> Result<usize, DoorError> {
    let effects = check_in.outcome(check_in.reentry).effects;
    let last = || effects.iter().rposition(|effect| *effect == Effect::Stands);
    let place = match &undo.nonce {
        Some(nonce) => check_in.place_of(nonce),
        None => last(),
    };
    place.ok_or(DoorError::NothingToUndo)
}
