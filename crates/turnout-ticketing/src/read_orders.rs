//! Reads orders and what they hold.

use turnout_domain::{EventId, OrderId, UserId};
use turnout_store::{Cursor, Item, Page, Read, StoreError};

use crate::Ticketing;
use crate::items;
use crate::model::Order;

/// How many orders are looked at for one page of those that are wanted.
const LOOKED_AT_MAX: usize = 2_000;

impl Ticketing {
    /// The order as it stands, and its version.
    pub(crate) async fn order(&self, id: OrderId) -> Result<Option<(Order, u64)>, StoreError> {
        let item = self.store.get(&items::order_key(id), Read::Consistent).await?;
        item.map(|item| Ok((item.parse()?, item.version))).transpose()
    }

    /// An event's orders that are wanted, the newest first. So many are looked at and no more: there may be fewer than
    /// `limit` and still others behind them.
    pub(crate) async fn orders_of_event(
        &self,
        event: EventId,
        limit: usize,
        cursor: Option<Cursor>,
        wanted: impl Fn(&Order) -> bool + Send,
    ) -> Result<(Vec<Order>, Option<Cursor>), StoreError> {
        let query = items::event_orders_query(event).backward().limit(limit);
        let mut orders = Vec::new();
        let mut after = cursor;
        for _ in 0..LOOKED_AT_MAX.div_ceil(limit) {
            let Page { items, next } = self.store.query(query.clone().after(after)).await?;
            for (place, item) in items.iter().enumerate() {
                let order: Order = item.parse()?;
                if !wanted(&order) {
                    continue;
                }
                orders.push(order);
                if orders.len() == limit && place + 1 < items.len() {
                    return Ok((orders, Some(query.cursor_at(item))));
                }
            }
            after = next;
            if after.is_none() || orders.len() == limit {
                break;
            }
        }
        Ok((orders, after))
    }

    /// The orders of an event with a payment that was put aside, the newest first.
    pub(crate) async fn orders_with_money_put_aside(
        &self,
        event: EventId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<Order>, Option<Cursor>), StoreError> {
        let query = items::put_aside_query(event).backward();
        let Page { items, next } = self.store.query(query.limit(limit).after(cursor)).await?;
        let errands = items.iter().map(Item::parse::<items::Errand>);
        let keys: Vec<_> = errands
            .map(|errand| Ok(items::order_key(errand?.order_id)))
            .collect::<Result<_, StoreError>>()?;
        // One order may have two.
        let keys: Vec<_> = keys
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .cloned()
            .collect();
        let found = self.store.get_many(&keys, Read::Consistent).await?;
        let mut orders: Vec<Order> = found
            .iter()
            .flatten()
            .map(Item::parse)
            .collect::<Result<_, _>>()?;
        orders.sort_by_key(|order| std::cmp::Reverse(order.placed_at));
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
