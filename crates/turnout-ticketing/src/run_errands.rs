//! Looks after payments and refunds whose end nobody told us: asks the provider, takes in what it says. A process that
//! is killed between a charge and its confirmation leaves an errand behind, and whoever starts next runs it.

use std::time::Duration;

use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use turnout_domain::PaymentId;
use turnout_store::{Change, CommitError, Expect, Item, Lease, Query, SortRange, StoreError};

use crate::combiner::Step;
use crate::commit::commit;
use crate::error::SaleError;
use crate::items::{self, Errand};
use crate::model::{Method, Order, OrderState, PaymentRecord, RefundState};
use crate::payments::{Created, Intent, ProviderError, RefundIntent, RefundStatus, Status};
use crate::{TABLE, Ticketing};

/// How often it is looked for what is due.
const INTERVAL: Duration = Duration::from_millis(500);
/// How many errands of a shard are looked at in one go.
const PAGE: usize = 64;
/// How many providers' answers are waited for at a time.
const IN_FLIGHT_MAX: usize = 8;
/// When a payment is looked after for the first time: webhooks are faster as a rule.
pub(crate) const FIRST_LOOK: SignedDuration = SignedDuration::from_secs(5);
/// The longest pause between two looks.
const PAUSE_MAX: SignedDuration = SignedDuration::from_mins(10);
/// How long a payment is looked after that could not be closed: bank debits take days.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Runs errands until `shutdown` is cancelled, in one process at a time.
pub(crate) async fn run(ticketing: Ticketing, shutdown: CancellationToken) {
    let lease = Lease::new(ticketing.store.clone(), TABLE, "payments");
    lease
        .hold(shutdown, |held| run_until(&ticketing, held.ended))
        .await;
}

async fn run_until(ticketing: &Ticketing, ended: CancellationToken) {
    loop {
        if let Err(error) = ticketing.run_errands().await {
            tracing::warn!(%error, "Payments could not be looked after; trying again");
        }
        tokio::select! {
            () = ended.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// When to look the next time, after so many looks.
fn pause(tries: u32) -> SignedDuration {
    let doubled = FIRST_LOOK.as_secs().saturating_mul(1_i64 << tries.min(16));
    SignedDuration::from_secs(doubled).min(PAUSE_MAX)
}

impl Ticketing {
    /// Does what is due now.
    pub(crate) async fn run_errands(&self) -> Result<(), StoreError> {
        for shard in 0..items::EXPIRY_SHARDS {
            let now = items::sortable(self.clock.now());
            let due: Query = items::errands_query(shard)
                .range(SortRange::AtMost(now))
                .limit(PAGE);
            let due = self.store.query(due).await?.items;
            stream::iter(due)
                .map(|item| self.run_errand(item))
                .buffer_unordered(IN_FLIGHT_MAX)
                .collect::<Vec<()>>()
                .await;
        }
        Ok(())
    }

    async fn run_errand(&self, found: Item) {
        let done = if found.key.partition.starts_with("sandbox#") {
            self.deliver_webhook(&found).await
        } else {
            self.look_after(&found).await
        };
        if let Err(error) = done {
            tracing::warn!(key = %found.key, %error, "A payment could not be looked after; trying again");
        }
    }

    /// Sends a webhook of the sandbox, by the way a provider's comes in.
    async fn deliver_webhook(&self, found: &Item) -> Result<(), SaleError> {
        let payment: crate::payments::SandboxPayment = found.parse()?;
        self.deliver_sandbox_webhooks(payment.payment_id).await
    }

    /// Sends what the sandbox has to tell now about a payment.
    pub(crate) async fn deliver_sandbox_webhooks(&self, id: PaymentId) -> Result<(), SaleError> {
        let Some(sandbox) = self.providers.sandbox() else {
            return Ok(());
        };
        while let Some((headers, body)) = sandbox.due_webhook(id).await? {
            let taken = self.receive_webhook(Method::Sandbox, &headers, &body).await;
            if let Err(error) = taken {
                tracing::warn!(payment.id = %id, %error, "A webhook of the sandbox was not taken; trying again");
                return Ok(());
            }
            sandbox.delivered(id).await?;
        }
        Ok(())
    }

    async fn look_after(&self, found: &Item) -> Result<(), SaleError> {
        // The index may be late: the errand itself decides.
        let key = found.key.clone();
        let Some(item) = self.store.get(&key, turnout_store::Read::Consistent).await? else {
            return Ok(());
        };
        let errand: Errand = item.parse()?;
        let now = self.clock.now();
        if errand.due_at.is_none_or(|due_at| now < due_at) {
            return Ok(());
        }
        let (order, _) = self.order(errand.order_id).await?.ok_or(SaleError::Unknown)?;
        let next = next_look(&errand, &order, now);
        let errand = Errand {
            tries: errand.tries + 1,
            due_at: next,
            ..errand
        };
        // Claimed before the provider is asked, so that of several processes one asks.
        let claim = || Change::of(TABLE).put(items::errand_item(&errand), Expect::Version(item.version));
        match commit(&*self.store, claim).await {
            Ok(_) => {}
            Err(CommitError::Refused(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        if errand.due_at.is_none() {
            return Ok(());
        }
        match errand.refund_id {
            Some(_) => self.look_after_refund(&errand, &order).await,
            None => self.look_after_payment(&errand, order, now).await,
        }
    }

    async fn look_after_payment(
        &self,
        errand: &Errand,
        order: Order,
        now: Timestamp,
    ) -> Result<(), SaleError> {
        let Some(payment) = order.account.payment(errand.payment_id) else {
            return Err(SaleError::Unknown);
        };
        let provider = match self.providers.of(payment.method) {
            Ok(provider) => provider,
            Err(error) => return self.unanswered(&order, payment.id, &error).await,
        };
        let mut intent = self.intent(&order, payment).await?;
        if intent.reference.is_none() {
            // We never heard what came of asking for it: ask again, under the same key.
            match provider.create(&intent).await {
                Ok(Created::Redirect { reference, url }) => {
                    self.remember_answer(order.id, payment.id, &reference, &url)
                        .await?;
                    intent.reference = Some(reference);
                }
                Ok(Created::Paid | Created::Promised) => {}
                Err(error) => return self.unanswered(&order, payment.id, &error).await,
            }
        }
        let waits = matches!(order.state, OrderState::AwaitingPayment { due_at } if now < due_at);
        let current = order
            .account
            .current()
            .is_some_and(|current| current.id == payment.id);
        let status = if waits && current {
            provider.status(&intent).await
        } else {
            // Nothing waits for it any more: it should not be paid.
            provider.close(&intent).await
        };
        match status {
            Ok(Status::Pending) => {}
            Ok(status) => self.settle_payment(order.id, payment.id, &status).await?,
            Err(error) => return self.unanswered(&order, payment.id, &error).await,
        }
        self.release_if_overdue(&order).await
    }

    /// The provider did not say how the payment ended.
    async fn unanswered(
        &self,
        order: &Order,
        payment: PaymentId,
        error: &ProviderError,
    ) -> Result<(), SaleError> {
        match error {
            ProviderError::Unavailable(why) => {
                tracing::warn!(order.id = %order.id, payment.id = %payment, why, "A provider did not answer; asking again");
                Ok(())
            }
            ProviderError::Refused(why) => {
                tracing::warn!(order.id = %order.id, payment.id = %payment, why, "A provider refused a payment");
                let failed = Status::Failed(why.clone());
                self.settle_payment(order.id, payment, &failed).await?;
                self.release_if_overdue(order).await
            }
        }
    }

    /// Gives the places back of an order whose deadline is over, now that its provider was asked.
    async fn release_if_overdue(&self, order: &Order) -> Result<(), SaleError> {
        let Some((order, version)) = self.order(order.id).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        let until = match order.state {
            OrderState::AwaitingPayment { due_at } => due_at,
            OrderState::Held { expires_at } => expires_at,
            _ => return Ok(()),
        };
        if now < until {
            return Ok(());
        }
        let event = order.event_id;
        match self
            .combiner
            .settle(event, Step::Release { order, version })
            .await
        {
            Ok(_) | Err(SaleError::NotHeld) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn look_after_refund(&self, errand: &Errand, order: &Order) -> Result<(), SaleError> {
        let refund = errand.refund_id.and_then(|id| order.account.refund(id));
        let payment = order.account.payment(errand.payment_id);
        let Some((refund, payment)) = refund.zip(payment) else {
            return Err(SaleError::Unknown);
        };
        let intent = RefundIntent {
            refund_id: refund.id,
            payment_id: payment.id,
            order_id: order.id,
            reference: payment.provider_reference.clone().unwrap_or_default(),
            amount: refund.amount,
        };
        let asked = match self.providers.of(payment.method) {
            Ok(provider) => provider.refund(&intent).await,
            Err(error) => Err(error),
        };
        let status = match asked {
            Ok(status) => status,
            Err(ProviderError::Refused(why)) => RefundStatus::Failed(why),
            Err(ProviderError::Unavailable(why)) => {
                tracing::warn!(order.id = %order.id, refund.id = %refund.id, why, "A provider did not answer; asking again");
                return Ok(());
            }
        };
        self.settle_refund(order.id, refund.id, &status).await
    }

    /// What a provider is told of a payment.
    pub(crate) async fn intent(&self, order: &Order, payment: &PaymentRecord) -> Result<Intent, SaleError> {
        let offer = self.offer(order.event_id).await?;
        let closes_at = match order.state {
            OrderState::AwaitingPayment { due_at } => due_at,
            OrderState::Held { expires_at } => expires_at,
            _ => payment.begun_at,
        };
        let page = format!("{}/orders/{}", self.settings.public_url, order.id);
        Ok(Intent {
            payment_id: payment.id,
            order_id: order.id,
            title: offer.event.title,
            amount: payment.amount,
            buyer_email: order.buyer.email.to_string(),
            return_url: payment.return_url.clone().unwrap_or(page),
            reference: payment.provider_reference.clone(),
            begun_at: payment.begun_at,
            closes_at,
        })
    }
}

/// When the errand is to be run again; `None` once there is nothing to do.
fn next_look(errand: &Errand, order: &Order, now: Timestamp) -> Option<Timestamp> {
    let open = match errand.refund_id {
        Some(refund) => {
            let refund = order.account.refund(refund);
            refund.is_some_and(|refund| matches!(refund.state, RefundState::Requested))
        }
        None => {
            let payment = order.account.payment(errand.payment_id);
            let given_up = errand
                .begun_at
                .checked_add(GIVE_UP_AFTER)
                .is_ok_and(|end| end < now);
            payment.is_some_and(PaymentRecord::awaits_provider) && !given_up
        }
    };
    if !open {
        return None;
    }
    let next = now.checked_add(pause(errand.tries)).ok()?;
    match order.state {
        // At the deadline the provider is asked, whenever it was asked before.
        OrderState::AwaitingPayment { due_at } if now < due_at => Some(next.min(due_at)),
        _ => Some(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_asked_soon_and_then_ever_more_rarely() {
        let seconds: Vec<i64> = [0, 1, 2, 3, 6, 7, 40].map(|tries| pause(tries).as_secs()).into();
        assert_eq!(seconds, [5, 10, 20, 40, 320, 600, 600]);
    }
}
