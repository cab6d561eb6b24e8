//! What becomes of an order's money and tickets after it was placed: its buyer is told.

use turnout_domain::messages::{OrderRefunded, PaymentDue, TicketsCancelled};
use turnout_domain::{Envelope, EventId, UserId};

use crate::Engagement;
use crate::error::EffectError;
use crate::model::{Cause, Kind, Notification, payment_due, refunded, tickets_cancelled};

impl Engagement {
    /// Tells a signed-in buyer what a message says of their money. A guest has no inbox: the page of the order tells
    /// them.
    pub(crate) async fn follow_money(&self, cause: Cause, message: &Envelope) -> Result<(), EffectError> {
        if let Some(told) = message.open::<TicketsCancelled>()? {
            let quantity = told.tickets.len();
            return self
                .tell_buyer(
                    cause,
                    told.user_id,
                    told.event_id,
                    Kind::TicketsCancelled,
                    |title| tickets_cancelled(quantity, title, told.refund),
                )
                .await;
        }
        if let Some(told) = message.open::<OrderRefunded>()? {
            if told.with_tickets {
                // That they were cancelled is told together with what goes back.
                return Ok(());
            }
            return self
                .tell_buyer(cause, told.user_id, told.event_id, Kind::OrderRefunded, |title| {
                    refunded(told.amount, title, told.cause)
                })
                .await;
        }
        if let Some(told) = message.open::<PaymentDue>()? {
            return self
                .tell_buyer(cause, told.user_id, told.event_id, Kind::PaymentDue, |title| {
                    payment_due(told.amount, title, &told.reference, told.due_at)
                })
                .await;
        }
        Ok(())
    }

    async fn tell_buyer(
        &self,
        cause: Cause,
        user: Option<UserId>,
        event: EventId,
        kind: Kind,
        words: impl FnOnce(Option<&str>) -> String + Send,
    ) -> Result<(), EffectError> {
        let Some(user) = user else {
            return Ok(());
        };
        let known = self.event(event).await?;
        let words = words(known.as_ref().map(|event| event.title.as_str()));
        let notification = Notification::caused(cause, user, event, kind, words);
        Ok(self.store_notifications(vec![notification]).await?)
    }
}
