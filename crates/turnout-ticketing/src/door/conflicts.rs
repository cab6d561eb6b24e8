//! Tickets that let someone in who should not have been, because doors were offline.

use turnout_domain::{EventId, TicketId};
use turnout_store::{Cursor, Item, Page, Read};

use super::check_in::CheckIn;
use super::error::DoorError;
use super::list::ListId;
use super::records;
use crate::Ticketing;
use crate::items;
use crate::model::Order;

/// A ticket with conflicts at a list.
#[derive(Debug, Clone)]
pub(crate) struct TicketConflicts {
    pub order: Option<Order>,
    pub ticket: TicketId,
    pub list: ListId,
    pub check_in: CheckIn,
}

impl Ticketing {
    /// An event's tickets with conflicts, the latest first.
    pub(crate) async fn check_in_conflicts(
        &self,
        event: EventId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<TicketConflicts>, Option<Cursor>), DoorError> {
        let query = records::conflicts_query(event).limit(limit).after(cursor);
        let Page { items: found, next } = self.store.query(query).await?;
        let mut conflicts = Vec::with_capacity(found.len());
        let mut keys = Vec::with_capacity(found.len());
        for item in &found {
            let (ticket, list) = records::place_of_check_in(item)?;
            keys.push(items::order_key(ticket.order()));
            conflicts.push(TicketConflicts {
                order: None,
                ticket,
                list,
                check_in: records::read_check_in(item)?,
            });
        }
        let orders = self.store.get_many(&keys, Read::Eventual).await?;
        for (conflict, order) in conflicts.iter_mut().zip(orders) {
            conflict.order = order.as_ref().map(Item::parse).transpose()?;
        }
        Ok((conflicts, next))
    }
}
