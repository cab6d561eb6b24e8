//! A waitlist as clients see it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::Timestamp;
use serde::Serialize;
use turnout_domain::{EventId, OrderId, TicketTypeId, UserId, WaitlistEntryId};
use turnout_http::{Action, Caller, Problem};
use utoipa::ToSchema;

use super::super::views::{PersonView, Secret};
use crate::Ticketing;
use crate::error::SaleError;
use crate::waitlist::{EntryState, Place, WaitlistEntry, Why};

/// The `Entry-Secret` header: opens one waitlist entry for whoever joined, without an account.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct EntrySecret(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for EntrySecret {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let value = parts
            .headers
            .get("entry-secret")
            .and_then(|value| value.to_str().ok());
        Ok(Self(value.map(str::to_owned)))
    }
}

/// Where someone on a waitlist is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WaitlistEntryState)]
pub(in crate::http) enum EntryStateView {
    /// In the queue.
    Waiting,
    /// Tickets are set aside for them until the offer's deadline.
    Offered,
    /// They have their tickets.
    Taken,
    /// The offer was not taken in time, or the event has not so many places any more.
    Lapsed,
    /// They left, or declined the offer.
    Left,
}

/// Tickets that are set aside for someone who waited.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitlistOffer)]
pub(in crate::http) struct OfferView {
    /// The order that holds them: it is paid like any other.
    #[schema(value_type = String)]
    order_id: OrderId,
    /// Opens the order, as the header `Order-Secret`; null to members.
    #[schema(required)]
    order_secret: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Why someone is not offered anything yet.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WaitlistReason)]
pub(in crate::http) enum WhyView {
    /// Nothing they want is free.
    NothingFree,
    /// Something is free, but not as many as they want.
    TooFew,
    /// What is free is kept for someone before them who needs more.
    KeptForEarlier,
    /// What they want is not on sale now.
    NotOnSale,
    /// The event does not have so many places at all.
    NeverFits,
    /// It is their turn: the offer is being made.
    BeingOffered,
}

/// Someone's place on a waitlist.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitlistEntry)]
pub(in crate::http) struct EntryView {
    #[schema(value_type = String)]
    id: WaitlistEntryId,
    #[schema(value_type = String)]
    event_id: EventId,
    /// Any of these will do, the first ones rather.
    #[schema(value_type = Vec<String>)]
    ticket_type_ids: Vec<TicketTypeId>,
    /// All of so many, or none.
    quantity: u32,
    buyer: PersonView,
    #[schema(value_type = Option<String>, required)]
    user_id: Option<UserId>,
    state: EntryStateView,
    /// 1 for whoever is next; null once they do not wait any more.
    #[schema(required)]
    position: Option<u64>,
    /// How many are before them.
    #[schema(required)]
    ahead: Option<u64>,
    /// Whether they stand in front because their payment came when nothing was left.
    paid_too_late: bool,
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
    #[schema(required)]
    offer: Option<OfferView>,
    /// The order they were offered, whatever became of it; for members.
    #[schema(value_type = Option<String>, required)]
    order_id: Option<OrderId>,
    /// Why nothing is offered to them yet; for members.
    #[schema(required)]
    reason: Option<WhyView>,
    /// How many are free of what they want, if too few.
    #[schema(required)]
    free: Option<i64>,
    /// Opens the entry for whoever joined, as the header `Entry-Secret`; null to others.
    #[schema(required)]
    secret: Option<String>,
    /// The server's time, to count down with.
    #[schema(value_type = String, format = DateTime)]
    server_now: Timestamp,
}

impl Ticketing {
    /// The entry as its owner or, without secrets, a member sees it.
    pub(super) async fn entry_view(
        &self,
        entry: &WaitlistEntry,
        secret: Secret,
    ) -> Result<EntryView, SaleError> {
        let place = self.place_of(entry).await?;
        let keys = self.keys.load().await?;
        let now = self.clock.now();
        let shown = |text: String| (secret == Secret::Shown).then_some(text);
        let (state, order_id) = match entry.state {
            EntryState::Waiting => (EntryStateView::Waiting, None),
            // Void from its deadline on, told or not.
            EntryState::Offered {
                order_id, expires_at, ..
            } if expires_at <= now => (EntryStateView::Lapsed, Some(order_id)),
            EntryState::Offered { order_id, .. } => (EntryStateView::Offered, Some(order_id)),
            EntryState::Taken { order_id, .. } => (EntryStateView::Taken, Some(order_id)),
            EntryState::Lapsed { order_id, .. } => (EntryStateView::Lapsed, order_id),
            EntryState::Left { .. } => (EntryStateView::Left, None),
        };
        let offer = match entry.state {
            EntryState::Offered {
                order_id, expires_at, ..
            } if state == EntryStateView::Offered => Some(OfferView {
                order_id,
                order_secret: shown(keys.order_secret(order_id)),
                expires_at,
            }),
            _ => None,
        };
        let ahead = place.map(|Place { ahead }| ahead);
        Ok(EntryView {
            id: entry.id,
            event_id: entry.event_id,
            ticket_type_ids: entry.ticket_types.clone(),
            quantity: entry.quantity,
            buyer: PersonView::of(&entry.buyer),
            user_id: entry.user_id,
            state,
            position: ahead.map(|ahead| ahead + 1),
            ahead,
            paid_too_late: entry.late_order.is_some(),
            joined_at: entry.joined_at,
            offer,
            order_id,
            reason: None,
            free: None,
            secret: shown(keys.entry_secret(entry.id)),
            server_now: now,
        })
    }

    /// The entry, for whoever joined (by account or secret) or a member who may do `A`; to others it is not there.
    pub(super) async fn entry_for<A: Action>(
        &self,
        id: WaitlistEntryId,
        caller: &Caller,
        EntrySecret(given): &EntrySecret,
    ) -> Result<(WaitlistEntry, Secret), Problem> {
        let (entry, _) = self.waitlist_entry(id).await?.ok_or_else(Problem::not_found)?;
        let keys = self.keys.load().await?;
        let opened = given.as_ref().is_some_and(|given| keys.opens_entry(id, given));
        let own = caller.user().is_some() && caller.user() == entry.user_id;
        if opened || own {
            return Ok((entry, Secret::Shown));
        }
        self.permit_hidden::<A>(caller, entry.event_id).await?;
        Ok((entry, Secret::Hidden))
    }
}

impl EntryView {
    /// With the reason why nothing is offered yet.
    pub fn because(mut self, why: Option<Why>) -> Self {
        let (reason, free) = match why {
            None => (WhyView::BeingOffered, None),
            Some(Why::NothingFree) => (WhyView::NothingFree, None),
            Some(Why::TooFew { free }) => (WhyView::TooFew, Some(free)),
            Some(Why::KeptForEarlier) => (WhyView::KeptForEarlier, None),
            Some(Why::NotOnSale) => (WhyView::NotOnSale, None),
            Some(Why::NeverFits) => (WhyView::NeverFits, None),
        };
        self.reason = Some(reason);
        self.free = free;
        self
    }
}
