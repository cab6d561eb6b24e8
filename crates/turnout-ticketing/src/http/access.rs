//! Who may see what of ticketing's records.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use turnout_domain::messages::EventStatus;
use turnout_domain::{EventId, OrderId};
use turnout_http::{Action, Admit, Caller, DoorCaller, Permit, Problem, SeeSales};

use super::views::Secret;
use crate::Ticketing;
use crate::error::SaleError;
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
    /// The version it was read at.
    pub version: u64,
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
        let (order, version) = self.order(id).await?.ok_or_else(Problem::not_found)?;
        let keys = self.keys.load().await?;
        let opened = given.as_ref().is_some_and(|given| keys.opens(id, given));
        let own = caller.user().is_some() && caller.user() == order.user_id;
        if opened || own {
            return Ok(OrderAccess {
                order,
                version,
                secret: Secret::Shown,
            });
        }
        self.permit_hidden::<SeeSales>(caller, order.event_id).await?;
        Ok(OrderAccess {
            order,
            version,
            secret: Secret::Hidden,
        })
    }

    /// Proof that the caller may do `A` for the event's organizer. To everyone else the record is not there: not even
    /// a guest is told to sign in, for that would tell that it exists.
    pub(super) async fn permit_hidden<A: Action>(
        &self,
        caller: &Caller,
        event: EventId,
    ) -> Result<Permit<A>, Problem> {
        match caller {
            Caller::Guest => Err(Problem::not_found()),
            Caller::Person(_) => {
                let organizer = self.organizer_of(event).await?;
                self.edge.permit::<A>(caller, organizer).await
            }
        }
    }

    /// Proof that the caller may admit at the event: a member of its organizer, or whoever holds one of its gate links.
    pub(super) async fn permit_at_door(
        &self,
        caller: &DoorCaller,
        event: EventId,
    ) -> Result<Permit<Admit>, Problem> {
        let credential = match caller {
            DoorCaller::Caller(caller) => return self.permit_hidden::<Admit>(caller, event).await,
            DoorCaller::Gate(credential) => credential,
        };
        let pass = self.pass(credential).await?;
        if pass.event != event {
            return Err(Problem::not_found());
        }
        Ok(Permit::at_gate(pass, self.organizer_of(event).await?))
    }

    /// Proof that the caller may do `A` for the event's organizer, or else what an editor expects: a guest is told to sign
    /// in before anything is looked up, and so does not learn whether the event is there.
    pub(super) async fn permit_to<A: Action>(
        &self,
        caller: &Caller,
        event: EventId,
    ) -> Result<Permit<A>, Problem> {
        if caller.user().is_none() {
            return Err(Problem::unauthenticated());
        }
        let organizer = self.organizer_of(event).await?;
        self.edge.permit::<A>(caller, organizer).await
    }

    /// The offer for someone who may buy, or who belongs to the organizer: a draft is not there for others. Whether they
    /// belong to it.
    pub(super) async fn visible_offer(
        &self,
        caller: &Caller,
        event: EventId,
    ) -> Result<(Offer, bool), Problem> {
        let mut offer = self.offer(event).await?;
        let hides =
            offer.event.status == EventStatus::Draft || offer.ticket_types.values().any(|other| other.hidden);
        let member = match caller {
            // Identity is only asked where it matters: most who come here are no members.
            Caller::Person(_) if hides => self.permit_hidden::<SeeSales>(caller, event).await,
            _ => Err(Problem::not_found()),
        };
        if let Err(refused) = &member
            && offer.event.status == EventStatus::Draft
        {
            // It may have been published a moment ago.
            offer = self.offer_from_owner(event).await?;
            if offer.event.status == EventStatus::Draft {
                return Err(refused.clone());
            }
        }
        Ok((offer, member.is_ok()))
    }

    /// Why a sale was not made, as this caller may know it: a draft is there for the organizer's members alone.
    pub(super) async fn told_to(
        &self,
        caller: &Caller,
        event: EventId,
        error: SaleError,
    ) -> Result<SaleError, Problem> {
        let (SaleError::Draft, Some(user)) = (&error, caller.user()) else {
            return Ok(error);
        };
        let role = self.edge.role(user, self.organizer_of(event).await?).await?;
        Ok(role.map_or(error, |_| SaleError::NotOnSale))
    }
}
