//! Ticket types: added, edited, put in order, taken back.

use turnout_domain::{EventId, TicketTypeId};
use turnout_http::{FieldError, Manage, Permit};
use turnout_store::{Condition, Document, Update, Write};

use crate::Ticketing;
use crate::edit_offer::{EditError, unchanged};
use crate::items;
use crate::model::{EventCopy, Offer, PoolKey, Stock, TICKET_TYPES_MAX, TicketType, TicketTypeChange};

impl Ticketing {
    /// Adds a ticket type, with a stock of its own if its quantity is limited.
    pub(crate) async fn create_ticket_type(
        &self,
        event: EventId,
        change: &TicketTypeChange,
        _by: &Permit<Manage>,
    ) -> Result<(Offer, TicketType), EditError> {
        let now = self.clock.now();
        let id = TicketTypeId::from_ulid(self.ids.ulid(now));
        self.edit_offer(event, |offer| {
            if offer.event.ticket_types >= TICKET_TYPES_MAX {
                let detail = format!("An event has at most {TICKET_TYPES_MAX} ticket types.");
                return Err(EditError::Conflict(detail));
            }
            let mut ticket_type = change.create(id, offer, now).map_err(EditError::Invalid)?;
            let last = offer.ticket_types.values().map(|other| other.position + 1).max();
            ticket_type.position = change.position.unwrap_or(last.unwrap_or(0));
            let stock = Stock::new(change.quantity.flatten());
            let copy = EventCopy {
                currency: Some(ticket_type.price.currency()),
                ticket_types: offer.event.ticket_types + 1,
                ..offer.event.clone()
            };
            let mut after = offer.clone();
            after.event = copy.clone();
            after.stock.insert(PoolKey::Type(id), stock);
            after.ticket_types.insert(id, ticket_type);
            let mut writes = in_order(&mut after, id);
            let ticket_type = after.ticket_types[&id].clone();
            writes.push(Write::Insert(items::ticket_type_item(event, &ticket_type, stock)));
            Ok((copy, writes, (after, ticket_type)))
        })
        .await
    }

    /// Edits a ticket type. What is sold or held already stays as its buyers agreed to it.
    pub(crate) async fn update_ticket_type(
        &self,
        event: EventId,
        id: TicketTypeId,
        change: &TicketTypeChange,
        based_on: Option<u64>,
        _by: &Permit<Manage>,
    ) -> Result<(Offer, TicketType), EditError> {
        self.edit_offer(event, |offer| {
            let before = offer.ticket_types.get(&id).ok_or(EditError::Unknown)?;
            unchanged(based_on, before.revision)?;
            let mut ticket_type = change.apply(before, offer).map_err(EditError::Invalid)?;
            ticket_type.revision += 1;
            if let Some(position) = change.position {
                ticket_type.position = position;
            }
            let pool = PoolKey::Type(id);
            let mut stock = offer.stock.get(&pool).copied().unwrap_or_default();
            let rearranged =
                (before.admission, &before.pool_ids) != (ticket_type.admission, &ticket_type.pool_ids);
            if rearranged && stock.taken() > 0 {
                return Err(EditError::Invalid(fixed_once_sold(before, &ticket_type)));
            }
            let wanted = change
                .quantity
                .map_or(stock.capacity, |quantity| quantity.map(i64::from));
            let mut after = offer.clone();
            after.event.currency = Some(ticket_type.price.currency());
            after.ticket_types.insert(id, ticket_type);
            let mut writes: Vec<Write> = in_order(&mut after, id);
            let ticket_type = after.ticket_types[&id].clone();
            let document = Document::of(&ticket_type);
            let mut write = items::resized((event, pool), &stock, offer.versions[&pool], wanted, document)
                .map_err(|taken| below_taken("/quantity", taken))?;
            if let Write::Update(update) = &mut write
                && rearranged
            {
                // Nothing may be sold in between: it would draw on other pools than it says.
                let unsold = Condition::Version(offer.versions[&pool]);
                *update = std::mem::replace(update, Update::of(items::pool_key(event, pool))).require(unsold);
            }
            writes.push(write);
            stock.available = wanted.map(|wanted| wanted - stock.taken());
            stock.capacity = wanted;
            after.stock.insert(pool, stock);
            Ok((after.event.clone(), writes, (after, ticket_type)))
        })
        .await
    }

    /// Takes a ticket type back that nothing was sold of and nobody holds.
    pub(crate) async fn delete_ticket_type(
        &self,
        event: EventId,
        id: TicketTypeId,
        based_on: Option<u64>,
        _by: &Permit<Manage>,
    ) -> Result<(), EditError> {
        self.edit_offer(event, |offer| {
            let ticket_type = offer.ticket_types.get(&id).ok_or(EditError::Unknown)?;
            unchanged(based_on, ticket_type.revision)?;
            let pool = PoolKey::Type(id);
            if offer.stock.get(&pool).is_some_and(|stock| stock.taken() > 0) {
                let detail =
                    "Tickets of this type are sold, held or set aside. End its sale or hide it instead.";
                return Err(EditError::Conflict(detail.into()));
            }
            if let Some(other) = offer
                .ticket_types
                .values()
                .find(|other| other.add_on_to.contains(&id))
            {
                let detail = format!("“{}” is an add-on to it. Change that first.", other.name);
                return Err(EditError::Conflict(detail));
            }
            let ticket_types = offer.event.ticket_types.saturating_sub(1);
            let event_copy = EventCopy {
                ticket_types,
                currency: offer.event.currency.filter(|_| ticket_types > 0),
                ..offer.event.clone()
            };
            let unsold = Condition::Version(offer.versions[&pool]);
            let write = Write::Delete(items::pool_key(event, pool), unsold);
            Ok((event_copy, vec![write], ()))
        })
        .await
    }
}

/// Numbers the ticket types anew, with `id` at the place it asks for; the writes of those that moved, but not of `id`
/// itself.
fn in_order(offer: &mut Offer, id: TicketTypeId) -> Vec<Write> {
    let mut order: Vec<TicketTypeId> = offer
        .listed()
        .into_iter()
        .map(|other| other.id)
        .filter(|other| *other != id)
        .collect();
    let place = offer
        .ticket_types
        .get(&id)
        .map_or(0, |moved| moved.position as usize);
    order.insert(place.min(order.len()), id);
    let event = offer.event.event_id;
    let mut writes = Vec::new();
    for (position, other) in (0..).zip(order) {
        let Some(ticket_type) = offer.ticket_types.get_mut(&other) else {
            continue;
        };
        if std::mem::replace(&mut ticket_type.position, position) != position && other != id {
            let update = Update::of(items::pool_key(event, PoolKey::Type(other)));
            writes.push(Write::Update(update.document(Document::of(ticket_type))));
        }
    }
    writes
}

fn fixed_once_sold(before: &TicketType, after: &TicketType) -> Vec<FieldError> {
    let detail = "This cannot be changed once tickets are sold or held: they were counted as it is now.";
    [
        ("/admission", before.admission != after.admission),
        ("/pool_ids", before.pool_ids != after.pool_ids),
    ]
    .into_iter()
    .filter(|(_, changed)| *changed)
    .map(|(pointer, _)| FieldError::new(pointer, detail))
    .collect()
}

/// Fewer places than are taken.
pub(crate) fn below_taken(pointer: &str, taken: i64) -> EditError {
    EditError::field(
        pointer,
        format!("{taken} are sold, held or set aside: use {taken} or more."),
    )
}
