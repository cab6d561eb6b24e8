//! Reads orders and what they hold.

use turnout_domain::{EventId, OrderId, UserId};
use turnout_store::{Cursor, Item, Page, Read, StoreError};

use crate::Ticketing;
use crate::items;
use crate::model::Order;

impl Ticketing {
    /// The order as it stands, and its version.
    pub(crate) async fn order(&self, id: OrderId) -> Result<Option<(Order, u64)>, StoreError> {
        let item = self.store.get(&items::order_key(id), Read::Consistent).await?;
        item.map(|item| Ok((item.parse()?, item.version))).transpose()
    }

    /// An event's orders, the newest first.
    pub(crate) async fn orders_of_event(
        &self,
        event: EventId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<Order>, Option<Cursor>), StoreError> {
        let query = items::event_orders_query(event).backward();
        let Page { items, next } = self.store.query(query.limit(limit).after(cursor)).await?;
        let orders = items.iter().map(Item::parse).collect::<Result<_, _>>()?;
        Ok((orders, next))
    }

    /// Orders with at least `limit` tickets together, if there are so many: of a person, or of an event, the newest
    /// first. Whole orders: so there are more tickets than that by those of the last order at most.
    pub(crate) async fn orders_with_tickets(
        &self,
        whose: TicketsOf,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<Order>, Option<Cursor>), StoreError> {
        let query = match whose {
            TicketsOf::Buyer(user) => items::buyer_query(user),
            TicketsOf::Event(event) => items::event_orders_query(event),
        };
        let query = query.backward().limit(limit);
        let Page { items, next } = self.store.query(query.clone().after(cursor)).await?;
        let mut orders: Vec<Order> = Vec::with_capacity(items.len());
        let mut tickets = 0;
        for (place, item) in items.iter().enumerate() {
            let order: Order = item.parse()?;
            tickets += order.tickets.len();
            orders.push(order);
            if tickets >= limit && place + 1 < items.len() {
                return Ok((orders, Some(query.cursor_at(item))));
            }
        }
        Ok((orders, next))
    }
}

/// Whose tickets.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TicketsOf {
    /// A person's own.
    Buyer(UserId),
    /// All of an event.
    Event(EventId),
}
