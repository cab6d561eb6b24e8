//! Cancels tickets and sends money back: by the organizer, or by the buyer as the event's settings allow.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use turnout_domain::messages::{OrderRefunded, RefundCause, TicketsCancelled};
use turnout_domain::{Money, OrderId, PaymentId, RefundId, TicketId, UserId};
use turnout_store::{Condition, Expect, Key, Read};
use ulid::Ulid;

use crate::Ticketing;
use crate::combiner::Step;
use crate::door::{CheckIn, LIST_DEFAULT, check_in_key};
use crate::error::SaleError;
use crate::items;
use crate::model::{Method, Order, OrderState, PaymentState, Refund, RefundState};
use crate::settle_payment::refund_told;
use crate::write_order::{DECISIONS_MAX, OrderWrite, Wrote, kept_changing};

/// How many tickets are asked once more, in the change itself, whether someone came in: a change has a bound.
const UNUSED_CHECKS_MAX: usize = 80;

/// Which tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tickets {
    /// None: only money goes back.
    None,
    /// Those that are still valid.
    All,
    /// These.
    These(Vec<TicketId>),
}

/// How much goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MoneyBack {
    Nothing,
    /// What the tickets cost, as far as it can go back.
    Price,
    /// So many minor units.
    Amount(i64),
    /// All of a payment that was put aside.
    PutAside(PaymentId),
}

/// Who cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A member, who was permitted to.
    Member(UserId),
    /// The buyer: the event's settings say whether, until when and how much goes back.
    Buyer,
}

/// Tickets to be cancelled, money to go back, or both.
#[derive(Debug, Clone)]
pub(crate) struct Cancellation {
    pub order_id: OrderId,
    pub tickets: Tickets,
    pub money: MoneyBack,
    pub by: By,
    pub reason: String,
    /// Names the intention: the same again is done once.
    pub key: String,
}

impl Ticketing {
    /// Does it, in one change: the tickets, their places, the money and what is told. Done again, it stays as it is.
    pub(crate) async fn cancel(&self, cancellation: &Cancellation) -> Result<Order, SaleError> {
        for _ in 0..DECISIONS_MAX {
            let (order, version) = self
                .order(cancellation.order_id)
                .await?
                .ok_or(SaleError::Unknown)?;
            if order.account.refund(refund_id(cancellation)).is_some() {
                return Ok(order);
            }
            let now = self.clock.now();
            if order.lapses_at().is_some() && cancellation.tickets != Tickets::None {
                // Nothing was sold yet: its places go back.
                let event = order.event_id;
                match self
                    .combiner
                    .settle(event, Step::Release { order, version })
                    .await
                {
                    Ok(settled) => return Ok(settled.order),
                    Err(SaleError::NotHeld) => continue,
                    Err(error) => return Err(error),
                }
            }
            if let Some(order) = self.try_cancel(cancellation, order, version, now).await? {
                self.end_reserve_of(&order, now).await;
                return Ok(order);
            }
        }
        Err(kept_changing())
    }

    /// What came back to a reserve whose code has ended is for everyone. Where that fails, its manager can still lower the
    /// reserve: the tickets are cancelled all the same.
    async fn end_reserve_of(&self, order: &Order, now: Timestamp) {
        let Some(code) = order.promo_code.as_ref().filter(|code| code.reserved.is_some()) else {
            return;
        };
        if let Err(error) = self.end_reserve(order.event_id, code.id, now).await {
            tracing::warn!(order = %order.id, %error, "What came back to the reserve of a code that ended stays set aside");
        }
    }

    async fn try_cancel(
        &self,
        cancellation: &Cancellation,
        order: Order,
        version: u64,
        now: Timestamp,
    ) -> Result<Option<Order>, SaleError> {
        let offer = self.offer(order.event_id).await?;
        let ids = match &cancellation.tickets {
            Tickets::None => Vec::new(),
            Tickets::All => order.valid_tickets().collect(),
            Tickets::These(ids) => ids.clone(),
        };
        let (mut after, cancelled) = order.cancel_tickets(&ids, now)?;
        if cancelled.is_empty() && cancellation.tickets != Tickets::None {
            // Cancelled before; without tickets to cancel there is no price to give back either.
            return match (cancellation.money, &order.state) {
                (MoneyBack::Price, OrderState::Refunded { .. } | OrderState::Cancelled { .. })
                    if order.account.refundable() > 0 && cancellation.tickets == Tickets::All =>
                {
                    self.refund_rest(cancellation, order, version, now).await
                }
                _ => Ok(Some(order)),
            };
        }
        let refund = self
            .refund_for(cancellation, &order, &cancelled, &offer.event, now)
            .await?;
        if let Some(refund) = &refund {
            after = after.request_refund(refund.clone())?;
        }
        after = self
            .settled_by_hand(after, refund.as_ref(), now)
            .named_by_its_money();
        let mut write = OrderWrite::of(&after, version);
        if !cancelled.is_empty() {
            write = write.moving(&offer, order.cancellation(&cancelled));
            let told = tickets_cancelled(cancellation, &after, cancelled.clone(), refund.as_ref(), now);
            write = write.emit(self.envelope(&told));
        }
        if cancellation.by == By::Buyer {
            write = write.check(self.unused(&cancelled).await?);
        }
        if let Some(refund) = &refund {
            write = self.with_refund(write, &after, refund, !cancelled.is_empty());
        }
        Ok((self.write_order(write).await? == Wrote::Done).then_some(after))
    }

    /// Sends back what is left of the money of tickets that were cancelled before.
    async fn refund_rest(
        &self,
        cancellation: &Cancellation,
        order: Order,
        version: u64,
        now: Timestamp,
    ) -> Result<Option<Order>, SaleError> {
        let left = order.account.refundable();
        let refund = refund(cancellation, &order, left, now)?;
        let after = order.request_refund(refund.clone())?;
        let after = self
            .settled_by_hand(after, Some(&refund), now)
            .named_by_its_money();
        let write = self.with_refund(OrderWrite::of(&after, version), &after, &refund, false);
        Ok((self.write_order(write).await? == Wrote::Done).then_some(after))
    }

    /// The write with the refund's errand and message.
    fn with_refund<'a>(
        &self,
        write: OrderWrite<'a>,
        after: &Order,
        refund: &Refund,
        with_tickets: bool,
    ) -> OrderWrite<'a> {
        let told = OrderRefunded {
            with_tickets,
            ..refund_told(after, refund)
        };
        let write = write.emit(self.envelope(&told));
        let done = after.account.refund(refund.id);
        if done.is_some_and(|refund| !matches!(refund.state, RefundState::Requested)) {
            return write;
        }
        write.put(
            items::errand_item(&self.refund_errand(after, refund)),
            Expect::Absent,
        )
    }

    /// Where no provider takes part, whoever gives the money back sends it by the way it came: that is done with this.
    #[expect(clippy::unused_self, reason = "beside the others that make up a cancellation")]
    fn settled_by_hand(&self, order: Order, refund: Option<&Refund>, now: Timestamp) -> Order {
        let Some(refund) = refund else { return order };
        let payment = order.account.payment(refund.payment_id);
        if payment.is_some_and(|payment| payment.method == Method::Offline) {
            return order.refund_succeeded(refund.id, now).unwrap_or(order);
        }
        order
    }

    /// The money that goes back with these tickets, if any does.
    async fn refund_for(
        &self,
        cancellation: &Cancellation,
        order: &Order,
        cancelled: &[TicketId],
        event: &crate::model::EventCopy,
        now: Timestamp,
    ) -> Result<Option<Refund>, SaleError> {
        let cost = order.cost_of(cancelled);
        let minor = match (cancellation.by, cancellation.money) {
            (By::Buyer, _) => {
                let (settings, _) = self.payment_settings(order.event_id).await?;
                if !settings.buyer_may_cancel(order, event, now) {
                    return Err(SaleError::NotCancellable);
                }
                settings.buyers_refund(order, cost)
            }
            (By::Member(_), MoneyBack::Nothing) => 0,
            (By::Member(_), MoneyBack::Price) => cost.min(order.account.refundable()),
            (By::Member(_), MoneyBack::Amount(minor)) => {
                let left = order.account.refundable();
                if minor > left {
                    return Err(SaleError::NothingToRefund { left });
                }
                minor
            }
            (By::Member(_), MoneyBack::PutAside(id)) => {
                let payment = order
                    .account
                    .payment(id)
                    .ok_or(SaleError::NothingToRefund { left: 0 })?;
                let PaymentState::PutAside { reported, .. } = payment.state else {
                    return Err(SaleError::NothingToRefund { left: 0 });
                };
                let back = Refund {
                    payment_id: id,
                    amount: reported,
                    ..refund(cancellation, order, 0, now)?
                };
                return Ok(Some(back));
            }
        };
        if minor == 0 {
            return Ok(None);
        }
        refund(cancellation, order, minor, now).map(Some)
    }

    /// That nobody came in with one of these tickets, and what must still stand so when they are cancelled.
    ///
    /// # Errors
    /// [`SaleError::NotCancellable`]: whoever is inside has used the ticket.
    async fn unused(&self, tickets: &[TicketId]) -> Result<Vec<(Key, Condition)>, SaleError> {
        let mut conditions = Vec::new();
        for chunk in tickets.chunks(turnout_store::KEYS_MAX) {
            let keys: Vec<_> = chunk.iter().map(|id| check_in_key(*id, LIST_DEFAULT)).collect();
            let found = self.store.get_many(&keys, Read::Consistent).await?;
            for (key, item) in keys.into_iter().zip(found) {
                let Some(item) = item else {
                    conditions.push((key, Condition::Absent));
                    continue;
                };
                if item.parse::<CheckIn>()?.admitted_at.is_some() {
                    return Err(SaleError::NotCancellable);
                }
                conditions.push((key, Condition::Version(item.version)));
            }
        }
        conditions.truncate(UNUSED_CHECKS_MAX);
        Ok(conditions)
    }
}

/// The refund that a cancellation makes: so much of the payment that bought the tickets.
fn refund(
    cancellation: &Cancellation,
    order: &Order,
    minor: i64,
    now: Timestamp,
) -> Result<Refund, SaleError> {
    let settled_by = order.account.settled_by();
    let payment_id = match (settled_by, cancellation.money) {
        (_, MoneyBack::PutAside(id)) => id,
        (Some(payment), _) => payment.id,
        (None, _) => return Err(SaleError::NothingToRefund { left: 0 }),
    };
    let amount = Money::price(minor, order.total.currency()).map_err(|_| SaleError::TotalTooLarge)?;
    let (cause, by) = match cancellation.by {
        By::Member(user) => (RefundCause::Organizer, Some(user)),
        By::Buyer => (RefundCause::Buyer, None),
    };
    Ok(Refund {
        id: refund_id(cancellation),
        payment_id,
        amount,
        state: RefundState::Requested,
        cause,
        reason: cancellation.reason.clone(),
        requested_at: now,
        by,
    })
}

/// The refund that an intention names: always the same, so that a replay finds it.
fn refund_id(cancellation: &Cancellation) -> RefundId {
    let hash = Sha256::digest(format!("{} {}", cancellation.order_id, cancellation.key));
    let bits = u128::from_be_bytes(std::array::from_fn(|byte| hash[byte]));
    // The order's time, so that it sorts beside it.
    RefundId::from_ulid(Ulid::from_parts(
        cancellation.order_id.ulid().timestamp_ms(),
        bits,
    ))
}

fn tickets_cancelled(
    cancellation: &Cancellation,
    order: &Order,
    tickets: Vec<TicketId>,
    refund: Option<&Refund>,
    now: Timestamp,
) -> TicketsCancelled {
    TicketsCancelled {
        order_id: order.id,
        event_id: order.event_id,
        user_id: order.user_id,
        buyer_email: order.buyer.email.clone(),
        buyer_name: order.buyer.name.clone(),
        tickets,
        remaining: order.valid_tickets().collect(),
        refund: refund.map(|refund| refund.amount),
        by_buyer: cancellation.by == By::Buyer,
        cancelled_at: now,
    }
}
