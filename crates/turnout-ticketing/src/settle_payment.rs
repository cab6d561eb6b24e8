//! Takes in how a payment ended, whoever says so, how often and in which order: a webhook, a worker that asked, a person.

use jiff::SignedDuration;
use turnout_domain::messages::{OrderRefunded, PaymentReceived, RefundCause};
use turnout_domain::{Money, OrderId, PaymentId, RefundId};
use turnout_store::Expect;
use ulid::Ulid;

use crate::Ticketing;
use crate::combiner::{Step, confirmation};
use crate::error::SaleError;
use crate::items::{self, Errand};
use crate::model::{Method, Movement, Order, PaymentState, PoolKey, Received, Refund, RefundState};
use crate::payments::{RefundStatus, Status};
use crate::write_order::{DECISIONS_MAX, OrderWrite, Wrote, kept_changing};

/// How long the first look at a refund waits: not at all.
const REFUND_DELAY: SignedDuration = SignedDuration::ZERO;

/// What to do with money for places that are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfGone {
    /// Send it back.
    Refund,
    /// Say so, and write nothing: a person has the money in hand.
    Refuse,
}

impl Ticketing {
    /// Takes in what a provider says of a payment.
    pub(crate) async fn settle_payment(
        &self,
        order: OrderId,
        payment: PaymentId,
        status: &Status,
    ) -> Result<(), SaleError> {
        match status {
            Status::Pending => Ok(()),
            Status::Failed(reason) => self.payment_failed(order, payment, reason).await,
            Status::Succeeded(amount) => {
                let received = self.payment_received(order, payment, *amount, IfGone::Refund);
                received.await.map(drop)
            }
        }
    }

    async fn payment_failed(&self, id: OrderId, payment: PaymentId, reason: &str) -> Result<(), SaleError> {
        for _ in 0..DECISIONS_MAX {
            let (order, version) = self.order(id).await?.ok_or(SaleError::Unknown)?;
            let Some(failed) = order.payment_failed(payment, reason, self.clock.now()) else {
                return Ok(());
            };
            if self.write_order(OrderWrite::of(&failed, version)).await? == Wrote::Done {
                return Ok(());
            }
        }
        Err(kept_changing())
    }

    /// Takes in money: it confirms the order, takes its places again, or goes back. The order as it stands then.
    pub(crate) async fn payment_received(
        &self,
        id: OrderId,
        payment: PaymentId,
        amount: Money,
        if_gone: IfGone,
    ) -> Result<Order, SaleError> {
        for _ in 0..DECISIONS_MAX {
            let (order, version) = self.order(id).await?.ok_or(SaleError::Unknown)?;
            let done = match order.payment_received(payment, amount, self.clock.now()) {
                Received::Known => Some(order),
                Received::Confirms(order) => self.confirm_paid(order, version, payment, if_gone).await?,
                Received::Late(order) => self.take_again(order, version, payment, if_gone).await?,
                Received::Twice(order) => {
                    self.send_back(order, version, payment, RefundCause::Twice)
                        .await?
                }
                Received::PutAside(order) => self.put_aside(order, version, payment, amount).await?,
            };
            if let Some(order) = done {
                return Ok(order);
            }
        }
        Err(kept_changing())
    }

    /// Sells what a paid order holds. `None`: it changed meanwhile.
    async fn confirm_paid(
        &self,
        paid: Order,
        version: u64,
        payment: PaymentId,
        if_gone: IfGone,
    ) -> Result<Option<Order>, SaleError> {
        let step = Step::Confirm {
            order: paid.clone(),
            version,
        };
        match self.combiner.settle(paid.event_id, step).await {
            // It may have been confirmed by another payment: then this one is still to be taken in.
            Ok(settled) => {
                let known = settled.order.account.payment(payment);
                let taken =
                    known.is_some_and(|payment| matches!(payment.state, PaymentState::Succeeded { .. }));
                Ok(taken.then_some(settled.order))
            }
            Err(SaleError::NotHeld | SaleError::HoldExpired) => Ok(None),
            // The event was called off while the buyer paid.
            Err(SaleError::NotOnSale) => {
                if if_gone == IfGone::Refuse {
                    return Err(SaleError::NotOnSale);
                }
                self.release_and_send_back(&paid, version, payment).await
            }
            Err(error) => Err(error),
        }
    }

    /// Takes the places of an order again that gave them back before its money came, in one change; or sends the money
    /// back. `None`: something changed meanwhile.
    async fn take_again(
        &self,
        mut late: Order,
        version: u64,
        payment: PaymentId,
        if_gone: IfGone,
    ) -> Result<Option<Order>, SaleError> {
        let now = self.clock.now();
        let offer = self.offer(late.event_id).await?;
        if offer.event.on_sale(now) {
            let order = late.clone().confirmed(now);
            let movements = order.movements(Movement::sell);
            let write = OrderWrite::of(&order, version)
                .moving(&offer, movements)
                .emit(self.envelope(&confirmation(&order, now)));
            match self.write_order(write).await? {
                Wrote::Done => return Ok(Some(order)),
                Wrote::Stale => return Ok(None),
                // Nothing is set aside for its code any more: it is served like any other.
                Wrote::Short(PoolKey::Reserved(_), _) => {
                    if let Some(code) = &mut late.promo_code {
                        code.reserved = None;
                    }
                    return Box::pin(self.take_again(late, version, payment, if_gone)).await;
                }
                Wrote::Short(_, left) if if_gone == IfGone::Refuse => {
                    let ticket_type = late.lines.first().ok_or(SaleError::Unknown)?.ticket_type_id;
                    return Err(SaleError::SoldOut {
                        ticket_type,
                        left,
                        in_carts: 0,
                        next_release: None,
                    });
                }
                // Before the money goes back: should this not come to pass, all of it is tried again.
                Wrote::Short(..) => self.put_first(&late).await?,
            }
        } else if if_gone == IfGone::Refuse {
            return Err(SaleError::NotOnSale);
        }
        self.send_back(late, version, payment, RefundCause::Late).await
    }

    async fn release_and_send_back(
        &self,
        paid: &Order,
        version: u64,
        payment: PaymentId,
    ) -> Result<Option<Order>, SaleError> {
        let offer = self.offer(paid.event_id).await?;
        let released = paid.release(self.clock.now())?;
        let (order, errand, told) = self.refund_of(&released, payment, RefundCause::Late)?;
        let movements = paid.movements(|n, _| Movement::release(n));
        let write = OrderWrite::of(&order, version)
            .moving(&offer, movements)
            .put(items::errand_item(&errand), Expect::Absent)
            .emit(self.envelope(&told));
        Ok((self.write_order(write).await? == Wrote::Done).then_some(order))
    }

    /// Sends a whole payment back, and tells the buyer. `None`: the order changed meanwhile.
    async fn send_back(
        &self,
        order: Order,
        version: u64,
        payment: PaymentId,
        cause: RefundCause,
    ) -> Result<Option<Order>, SaleError> {
        let (order, errand, told) = self.refund_of(&order, payment, cause)?;
        let write = OrderWrite::of(&order, version)
            .put(items::errand_item(&errand), Expect::Absent)
            .emit(self.envelope(&told));
        Ok((self.write_order(write).await? == Wrote::Done).then_some(order))
    }

    /// The order with all of a payment on its way back, the errand of it, and what is told. The refund's id follows
    /// from the payment's: a payment goes back by itself at most once.
    fn refund_of(
        &self,
        order: &Order,
        payment: PaymentId,
        cause: RefundCause,
    ) -> Result<(Order, Errand, OrderRefunded), SaleError> {
        let record = order.account.payment(payment).ok_or(SaleError::Unknown)?;
        let refund = Refund {
            id: RefundId::from_ulid(Ulid(payment.ulid().0 ^ 1)),
            payment_id: payment,
            amount: record.amount,
            state: RefundState::Requested,
            cause,
            reason: String::new(),
            requested_at: self.clock.now(),
            by: None,
        };
        let order = order.request_refund(refund.clone())?;
        let errand = self.refund_errand(&order, &refund);
        let told = refund_told(&order, &refund);
        Ok((order, errand, told))
    }

    /// What is to be done about a refund.
    pub(crate) fn refund_errand(&self, order: &Order, refund: &Refund) -> Errand {
        let due_at = self.clock.now().checked_add(REFUND_DELAY).ok();
        Errand {
            order_id: order.id,
            event_id: order.event_id,
            payment_id: refund.payment_id,
            refund_id: Some(refund.id),
            begun_at: refund.requested_at,
            tries: 0,
            due_at,
            put_aside_at: None,
        }
    }

    /// Keeps money that is not what was asked for, for a person to decide. `None`: the order changed meanwhile.
    async fn put_aside(
        &self,
        order: Order,
        version: u64,
        payment: PaymentId,
        reported: Money,
    ) -> Result<Option<Order>, SaleError> {
        let now = self.clock.now();
        let key = items::payment_key(payment);
        let known = self.store.get(&key, turnout_store::Read::Consistent).await?;
        let method = order
            .account
            .payment(payment)
            .map_or(Method::Offline, |payment| payment.method);
        let errand = Errand {
            order_id: order.id,
            event_id: order.event_id,
            payment_id: payment,
            refund_id: None,
            begun_at: now,
            tries: 0,
            due_at: None,
            put_aside_at: Some(now),
        };
        let told = PaymentReceived {
            payment_id: payment,
            order_id: order.id,
            event_id: order.event_id,
            method: method.as_str().to_owned(),
            amount: reported,
            put_aside: true,
            received_at: now,
        };
        tracing::warn!(order.id = %order.id, payment.id = %payment, "A payment is not what was asked for; put aside");
        let write = OrderWrite::of(&order, version)
            .put(
                items::errand_item(&errand),
                items::expect(known.map(|item| item.version)),
            )
            .emit(self.envelope(&told));
        Ok((self.write_order(write).await? == Wrote::Done).then_some(order))
    }

    /// Takes in what a provider says of a refund.
    pub(crate) async fn settle_refund(
        &self,
        id: OrderId,
        refund: RefundId,
        status: &RefundStatus,
    ) -> Result<(), SaleError> {
        for _ in 0..DECISIONS_MAX {
            let (order, version) = self.order(id).await?.ok_or(SaleError::Unknown)?;
            let now = self.clock.now();
            let after = match status {
                RefundStatus::Pending => None,
                RefundStatus::Succeeded => order.refund_succeeded(refund, now),
                RefundStatus::Failed(reason) => order.refund_failed(refund, reason, now),
            };
            let Some(after) = after else { return Ok(()) };
            if let RefundStatus::Failed(reason) = status {
                tracing::warn!(order.id = %id, refund.id = %refund, reason, "A refund failed");
            }
            if self.write_order(OrderWrite::of(&after, version)).await? == Wrote::Done {
                return Ok(());
            }
        }
        Err(kept_changing())
    }
}

/// What is told of a refund.
pub(crate) fn refund_told(order: &Order, refund: &Refund) -> OrderRefunded {
    OrderRefunded {
        refund_id: refund.id,
        order_id: order.id,
        event_id: order.event_id,
        user_id: order.user_id,
        buyer_email: order.buyer.email.clone(),
        buyer_name: order.buyer.name.clone(),
        amount: refund.amount,
        cause: refund.cause,
        with_tickets: false,
        refunded_at: refund.requested_at,
    }
}
