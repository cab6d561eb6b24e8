//! Reads orders and what they hold.

use turnout_domain::{EventId, OrderId, UserId};
use turnout_store::{Cursor, Page, Query, Read, StoreError};

use crate::Ticketing;
use crate::items;
use crate::model::Order;

impl Ticketing {
    /// The order as it stands, and its version.
    pub(crate) async fn order(&self, id: OrderId) -> Result<Option<(Order, u64)>, StoreError> {
        let item = self.store.get(&items::order_key(id), Read::Consistent).await?;
        item.map(|item| Ok((item.parse()?, item.version))).transpose()
    }

    /// A person's confirmed orders, the newest first.
    pub(crate) async fn orders_of_buyer(
        &self,
        user: UserId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<Order>, Option<Cursor>), StoreError> {
        self.orders(items::buyer_query(user), limit, cursor).await
    }

    /// An event's orders, the newest first.
    pub(crate) async fn orders_of_event(
        &self,
        event: EventId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<Order>, Option<Cursor>), StoreError> {
        self.orders(items::event_orders_query(event), limit, cursor).await
    }

    async fn orders(
        &self,
        query: Query,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<Order>, Option<Cursor>), StoreError> {
        let Page { items, next } = self
            .store
            .query(query.backward().limit(limit).after(cursor))
            .await?;
        let orders = items
            .iter()
            .map(turnout_store::Item::parse)
            .collect::<Result<_, _>>()?;
        Ok((orders, next))
    }
}
