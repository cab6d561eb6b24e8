//! Who may see what of ticketing's records.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use turnout_domain::OrderId;
use turnout_http::{Action, Caller, Permit, Problem, SeeSales};

use super::views::Secret;
use crate::Ticketing;
use crate::model::{Offer, Order};

/// The `Order-Secret` header: opens one order for whoever placed it, without an account.
#[derive(Debug, Clone, Default)]
pub(super) struct OrderSecret(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for OrderSecret {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let value = parts
            .headers
            .get("order-secret")
            .and_then(|value| value.to_str().ok());
        Ok(Self(value.map(str::to_owned)))
    }
}

/// Proof that the caller may see an order; what they may see of it.
pub(super) struct OrderAccess {
    pub order: Order,
    pub secret: Secret,
}

impl Ticketing {
    /// The order, for its buyer (by account or secret) or a member of the event's organizer; to others it is not there.
    pub(super) async fn order_for(
        &self,
        id: OrderId,
        caller: &Caller,
        OrderSecret(given): &OrderSecret,
    ) -> Result<OrderAccess, Problem> {
        let (order, _) = self.order(id).await?.ok_or_else(Problem::not_found)?;
        let keys = self.keys.load().await?;
        let opened = given.as_ref().is_some_and(|given| keys.opens(id, given));
        let own = caller.user().is_some() && caller.user() == order.user_id;
        if opened || own {
            return Ok(OrderAccess {
                order,
                secret: Secret::Shown,
            });
        }
        let offer = self.offer(order.event_id).await?;
        self.permit_hidden::<SeeSales>(caller, &offer).await?;
        Ok(OrderAccess {
            order,
            secret: Secret::Hidden,
        })
    }

    /// Proof that the caller may do `A` for the event's organizer. To everyone else the record is not there: not even
    /// a guest is told to sign in, for that would tell that it exists.
    pub(super) async fn permit_hidden<A: Action>(
        &self,
        caller: &Caller,
        offer: &Offer,
    ) -> Result<Permit<A>, Problem> {
        match caller {
            Caller::Guest => Err(Problem::not_found()),
            Caller::Person(_) => self.edge.permit::<A>(caller, offer.event.organizer_id).await,
        }
    }
}
