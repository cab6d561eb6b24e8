//! The lines of events' desks.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use turnout_domain::{EventId, Money, OrderId, TicketId};
use turnout_store::{Document, Item, Key, NewItem, StoreError};

use super::corrupt;
use crate::TABLE;
use crate::model::{DeskEntry, DeskKind};

/// How long a line is kept. The orders and admissions themselves are ticketing's, and stay.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Serialize, Deserialize)]
struct DeskItem {
    at: Timestamp,
    kind: DeskKind,
    order_id: Option<OrderId>,
    ticket_id: Option<TicketId>,
    quantity: u32,
    buyer_name: String,
    amount: Option<Money>,
}

/// Where an event's lines stand.
pub(crate) fn desk_partition(event: EventId) -> String {
    format!("desk#{event}")
}

/// The line as an item.
pub(crate) fn desk_put(entry: &DeskEntry) -> NewItem {
    let item = DeskItem {
        at: entry.at,
        kind: entry.kind,
        order_id: entry.order,
        ticket_id: entry.ticket,
        quantity: entry.quantity,
        buyer_name: entry.buyer_name.clone(),
        amount: entry.amount,
    };
    let key = Key::new(TABLE, desk_partition(entry.event), entry.id.clone());
    NewItem::new(key, Document::of(&item)).expires_at(entry.at.saturating_add(KEPT).unwrap_or(Timestamp::MAX))
}

/// The line that stands there.
pub(crate) fn read_desk_entry(item: &Item) -> Result<DeskEntry, StoreError> {
    let stored: DeskItem = item.parse()?;
    let event = item.key.partition.strip_prefix("desk#").unwrap_or_default();
    Ok(DeskEntry {
        id: item.key.sort.clone(),
        event: event.parse().map_err(|error| corrupt(item, error))?,
        at: stored.at,
        kind: stored.kind,
        order: stored.order_id,
        ticket: stored.ticket_id,
        quantity: stored.quantity,
        buyer_name: stored.buyer_name,
        amount: stored.amount,
    })
}
