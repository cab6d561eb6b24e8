//! Pays an order: what it holds becomes tickets, at once or once its money is there.

use jiff::{SignedDuration, Timestamp};
use turnout_domain::messages::PaymentDue;
use turnout_domain::{OrderId, PaymentId};
use turnout_store::Expect;

use crate::Ticketing;
use crate::combiner::{Settled, Step};
use crate::error::SaleError;
use crate::items::{self, Errand};
use crate::model::{Method, Order, OrderState, PaymentRecord, PaymentState, Received};
use crate::payments::{Created, ProviderError, Status};
use crate::run_errands::FIRST_LOOK;
use crate::write_order::{DECISIONS_MAX, OrderWrite, Wrote, kept_changing};

/// How long after an order was placed it can be paid at a provider: a hold, and as long again for 3-D Secure.
const PROVIDER_TIME: SignedDuration = SignedDuration::from_mins(30);

/// How an order is to be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Payment {
    /// Nothing is to be paid.
    Free,
    /// The sandbox answers at once, without its page.
    SandboxAtOnce {
        /// Whether it declines.
        declines: bool,
    },
    /// The buyer pays in their own time.
    Offline,
    /// The buyer pays on a provider's page, which leads back to this address.
    AtProvider {
        method: Method,
        return_url: Option<String>,
    },
}

impl Payment {
    fn method(&self) -> Method {
        match self {
            Self::Free => Method::Free,
            Self::SandboxAtOnce { .. } => Method::Sandbox,
            Self::Offline => Method::Offline,
            Self::AtProvider { method, .. } => *method,
        }
    }
}

impl Ticketing {
    /// Pays the order, read at this version. Paid again, it stays as it is.
    ///
    /// # Errors
    /// [`SaleError::HoldExpired`], [`SaleError::Declined`], [`SaleError::PaymentDue`], what the provider and the store say.
    pub(crate) async fn pay_order(
        &self,
        (order, version): (Order, u64),
        payment: Payment,
    ) -> Result<Settled, SaleError> {
        if matches!(order.state, OrderState::Confirmed { .. }) {
            return Ok(Settled {
                order,
                replayed: true,
            });
        }
        if order.incomplete {
            let missing = self.offer(order.event_id).await?.unanswered(&order);
            if !missing.is_empty() {
                return Err(SaleError::Invalid(missing));
            }
        }
        if order.total.is_zero() {
            // Asked before the change asks again.
            order.confirm(self.clock.now())?;
            return self.confirm(order, version).await;
        }
        if payment == Payment::Free {
            order.release(self.clock.now())?;
            return Err(SaleError::PaymentDue);
        }
        let (settings, _) = self.payment_settings(order.event_id).await?;
        let method = payment.method();
        if !self.offered(&settings).contains(&method) {
            return Err(SaleError::MethodNotOffered(method.as_str()));
        }
        match payment {
            Payment::Free => Err(SaleError::PaymentDue),
            Payment::SandboxAtOnce { declines } => self.pay_at_once(order, version, declines).await,
            Payment::Offline => {
                let due_at =
                    settings.offline_due_at(&self.offer(order.event_id).await?.event, self.clock.now());
                self.promise(order.id, due_at).await
            }
            Payment::AtProvider { method, return_url } => {
                self.pay_at_provider(order.id, method, return_url).await
            }
        }
    }

    async fn confirm(&self, order: Order, version: u64) -> Result<Settled, SaleError> {
        self.combiner
            .settle(order.event_id, Step::Confirm { order, version })
            .await
    }

    /// The sandbox without its page: one change, as fast as a sale can be.
    async fn pay_at_once(&self, order: Order, version: u64, declines: bool) -> Result<Settled, SaleError> {
        let now = self.clock.now();
        let payment = self.payment_record(&order, Method::Sandbox, None, now);
        let id = payment.id;
        let begun = order.begin_payment(payment, now, now)?;
        if declines {
            return Err(SaleError::Declined);
        }
        let Received::Confirms(mut paid) = begun.payment_received(id, order.total, now) else {
            return Err(SaleError::NotHeld);
        };
        // Until the change is made the hold may end: it is asked once more.
        paid.state = order.state;
        self.confirm(paid, version).await
    }

    fn payment_record(
        &self,
        order: &Order,
        method: Method,
        return_url: Option<String>,
        now: Timestamp,
    ) -> PaymentRecord {
        PaymentRecord {
            id: PaymentId::from_ulid(self.ids.ulid(now)),
            method,
            amount: order.total,
            state: PaymentState::Pending,
            begun_at: now,
            provider_reference: None,
            redirect_url: None,
            reference: None,
            return_url,
        }
    }

    /// The buyer will pay in their own time. Promised again, it stays as it is.
    async fn promise(&self, id: OrderId, due_at: Timestamp) -> Result<Settled, SaleError> {
        for _ in 0..DECISIONS_MAX {
            let (order, version) = self.order(id).await?.ok_or(SaleError::Unknown)?;
            let current = order.account.current();
            if current.is_some_and(|payment| payment.is_pending() && payment.method == Method::Offline) {
                return Ok(Settled {
                    order,
                    replayed: true,
                });
            }
            let now = self.clock.now();
            let reference = order.reference();
            let payment = PaymentRecord {
                reference: Some(reference.clone()),
                ..self.payment_record(&order, Method::Offline, None, now)
            };
            let begun = order.begin_payment(payment, due_at, now)?;
            let told = PaymentDue {
                order_id: order.id,
                event_id: order.event_id,
                user_id: order.user_id,
                buyer_email: order.buyer.email.clone(),
                buyer_name: order.buyer.name.clone(),
                amount: order.total,
                reference,
                due_at,
            };
            let write = OrderWrite::of(&begun, version).emit(self.envelope(&told));
            if self.write_order(write).await? == Wrote::Done {
                return Ok(Settled {
                    order: begun,
                    replayed: false,
                });
            }
        }
        Err(kept_changing())
    }

    /// The buyer goes to a provider's page. Asked again, by a double click or another tab, it is the same page.
    async fn pay_at_provider(
        &self,
        id: OrderId,
        method: Method,
        return_url: Option<String>,
    ) -> Result<Settled, SaleError> {
        let (order, payment) = self.record_intent(id, method, return_url).await?;
        if payment.redirect_url.is_some() {
            return Ok(Settled {
                order,
                replayed: true,
            });
        }
        let intent = self.intent(&order, &payment).await?;
        let asked = match self.providers.of(method) {
            Ok(provider) => provider.create(&intent).await,
            Err(error) => Err(error),
        };
        match asked {
            Ok(Created::Redirect { reference, url }) => {
                self.remember_answer(id, payment.id, &reference, &url).await?;
            }
            Ok(Created::Paid) => {
                let paid = Status::Succeeded(payment.amount);
                self.settle_payment(id, payment.id, &paid).await?;
            }
            Ok(Created::Promised) => {}
            // The intent stands: asked again, it is the same payment, whether or not the provider has heard of it.
            Err(ProviderError::Unavailable(why)) => return Err(SaleError::ProviderUnavailable(why)),
            Err(ProviderError::Refused(why)) => {
                tracing::warn!(order.id = %id, payment.id = %payment.id, why, "A provider refused a payment");
                let failed = Status::Failed(why.clone());
                self.settle_payment(id, payment.id, &failed).await?;
                return Err(SaleError::ProviderRefused(why));
            }
        }
        let (order, _) = self.order(id).await?.ok_or(SaleError::Unknown)?;
        Ok(Settled {
            order,
            replayed: false,
        })
    }

    /// Writes down that the order is to be paid there, unless that stands already, and when to look after it.
    async fn record_intent(
        &self,
        id: OrderId,
        method: Method,
        return_url: Option<String>,
    ) -> Result<(Order, PaymentRecord), SaleError> {
        for _ in 0..DECISIONS_MAX {
            let (order, version) = self.order(id).await?.ok_or(SaleError::Unknown)?;
            let now = self.clock.now();
            let under_way = order
                .account
                .current()
                .filter(|payment| payment.method == method && payment.is_pending());
            if let Some(payment) = under_way.cloned() {
                if order.lapses_at().is_none_or(|lapses_at| lapses_at <= now) {
                    return Err(SaleError::HoldExpired);
                }
                return Ok((order, payment));
            }
            let payment = self.payment_record(&order, method, return_url.clone(), now);
            let due_at = order
                .placed_at
                .checked_add(PROVIDER_TIME)
                .unwrap_or(Timestamp::MAX);
            let begun = order.begin_payment(payment.clone(), due_at, now)?;
            let errand = Errand {
                order_id: id,
                event_id: order.event_id,
                payment_id: payment.id,
                refund_id: None,
                begun_at: now,
                tries: 0,
                due_at: now.checked_add(FIRST_LOOK).ok(),
                put_aside_at: None,
            };
            let write = OrderWrite::of(&begun, version).put(items::errand_item(&errand), Expect::Absent);
            if self.write_order(write).await? == Wrote::Done {
                return Ok((begun, payment));
            }
        }
        Err(kept_changing())
    }

    /// Writes down where a provider lets the buyer pay.
    pub(crate) async fn remember_answer(
        &self,
        id: OrderId,
        payment: PaymentId,
        reference: &str,
        url: &str,
    ) -> Result<(), SaleError> {
        for _ in 0..DECISIONS_MAX {
            let (order, version) = self.order(id).await?.ok_or(SaleError::Unknown)?;
            let Some(answered) = order.payment_answered(payment, reference, Some(url)) else {
                return Ok(());
            };
            if self.write_order(OrderWrite::of(&answered, version)).await? == Wrote::Done {
                return Ok(());
            }
        }
        Err(kept_changing())
    }
}
