//! Someone paid when nothing was left: they are first in line.

use turnout_domain::messages::WaitlistChanged;
use turnout_domain::{OrderId, TicketTypeId, WaitlistEntryId};

use super::change_list::{COMMIT_ATTEMPTS_MAX, kept_changing};
use super::head::FIRST_NUMBER;
use super::join::{PERSON, appended};
use super::{EntryState, WaitlistEntry};
use crate::Ticketing;
use crate::error::SaleError;
use crate::model::Order;

/// The entry of a late order: one for each, however often it is asked for.
fn late_entry_id(order: OrderId) -> WaitlistEntryId {
    WaitlistEntryId::from_ulid(order.ulid())
}

impl Ticketing {
    /// Puts the buyer of an order that was paid too late in front of everyone who joined, behind those who paid too late
    /// before. Asked again for the same order, or for one who is on the list already, nothing changes.
    ///
    /// # Errors
    /// [`SaleError`]: what the store says.
    pub(crate) async fn put_first(&self, order: &Order) -> Result<(), SaleError> {
        let id = late_entry_id(order.id);
        if self.waitlist_entry(id).await?.is_some() {
            return Ok(());
        }
        let changed = self.envelope(&WaitlistChanged {
            event_id: order.event_id,
            entry_id: id,
        });
        let joined_at = self.clock.now();
        // Add-ons cannot be had alone: their money goes back with the rest.
        let lines = order.lines.iter().filter(|line| line.add_on_for.is_none());
        let ticket_types: Vec<TicketTypeId> = lines.clone().map(|line| line.ticket_type_id).collect();
        let quantity = lines.map(|line| line.quantity).sum();
        let _lock = self.waitlists.of(order.event_id).await;
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let mut list = self.list(order.event_id).await?;
            if list.head.next_late >= FIRST_NUMBER {
                return Ok(());
            }
            let entry = WaitlistEntry {
                id,
                event_id: order.event_id,
                number: list.head.next_late,
                ticket_types: ticket_types.clone(),
                quantity,
                buyer: order.buyer.clone(),
                user_id: order.user_id,
                joined_at,
                state: EntryState::Waiting,
                round: 0,
                late_order: Some(order.id),
                fingerprint: format!("late {}", order.id),
            };
            list.head.next_late += 1;
            let change = appended(&mut list.head, &entry).emit(changed.clone());
            match self.commit_list(list, change).await? {
                None => return Ok(()),
                Some(refusals) if refusals.iter().any(|refusal| refusal.write <= PERSON) => return Ok(()),
                Some(_) => {}
            }
        }
        Err(kept_changing())
    }
}

#[cfg(test)]
mod tests;
