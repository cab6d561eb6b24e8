//! The box office says that the money for an order is there.

use turnout_domain::{OrderId, PaymentId};
use turnout_http::{Permit, Refund as MayRefund};

use crate::Ticketing;
use crate::error::SaleError;
use crate::model::{Method, Order, OrderState, PaymentRecord, PaymentState};
use crate::settle_payment::IfGone;
use crate::write_order::{DECISIONS_MAX, OrderWrite, kept_changing};

impl Ticketing {
    /// Confirms an order whose money came by bank transfer or over the counter. Said again, it stays as it is. One
    /// that gave its places back takes them again.
    ///
    /// # Errors
    /// [`SaleError::SoldOut`] if its places are gone: nothing is written, for whoever says it has the money.
    pub(crate) async fn mark_paid(&self, id: OrderId, _by: &Permit<MayRefund>) -> Result<Order, SaleError> {
        for _ in 0..DECISIONS_MAX {
            let (order, version) = self.order(id).await?.ok_or(SaleError::Unknown)?;
            if matches!(order.state, OrderState::Confirmed { .. }) {
                return Ok(order);
            }
            if !order.tickets.is_empty() {
                return Err(SaleError::NotPayableByHand);
            }
            let promised = order
                .account
                .payments
                .iter()
                .rev()
                .find(|payment| payment.method == Method::Offline && payment.is_pending());
            if let Some(payment) = promised {
                let received = self.payment_received(id, payment.id, order.total, IfGone::Refuse);
                return received.await;
            }
            // Nobody promised it: it is paid over the counter.
            let now = self.clock.now();
            let mut over_the_counter = order.clone();
            if order.account.payments.len() >= crate::model::PAYMENTS_MAX {
                return Err(SaleError::TooManyPayments);
            }
            over_the_counter.account.payments.push(PaymentRecord {
                id: PaymentId::from_ulid(self.ids.ulid(now)),
                method: Method::Offline,
                amount: order.total,
                state: PaymentState::Pending,
                begun_at: now,
                provider_reference: None,
                redirect_url: None,
                reference: Some(order.reference()),
                return_url: None,
            });
            // Whatever comes of it, the order is read again: with the payment, or as another left it.
            self.write_order(OrderWrite::of(&over_the_counter, version))
                .await?;
        }
        Err(kept_changing())
    }
}
