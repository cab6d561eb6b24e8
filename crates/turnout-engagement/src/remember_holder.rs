//! An order was confirmed: its buyer holds tickets now, and is told so.

use turnout_domain::messages::OrderConfirmed;
use turnout_store::{Change, CommitError, Document, Expect, NewItem};

use crate::commit::COMMIT_ATTEMPTS_MAX;
use crate::error::EffectError;
use crate::items::{HOLDERS, Holder, count_key, holder_put};
use crate::model::{Cause, Kind, Notification, event_cancelled, tickets_ready};
use crate::{Engagement, TABLE};

impl Engagement {
    /// Remembers a signed-in buyer and tells them that their tickets are ready. A guest has no inbox: the page of the
    /// order tells them.
    pub(crate) async fn remember_holder(
        &self,
        cause: Cause,
        order: &OrderConfirmed,
    ) -> Result<(), EffectError> {
        let Some(user) = order.user_id else {
            return Ok(());
        };
        let event = self.event(order.event_id).await?;
        let holder = Holder {
            user,
            event: order.event_id,
            organizer: event.as_ref().map(|event| event.organizer),
        };
        self.count_holder(&holder).await?;
        let title = event.as_ref().map(|event| event.title.as_str());
        let ready = Notification::caused(
            cause,
            user,
            order.event_id,
            Kind::OrderConfirmed,
            tickets_ready(order.tickets.len(), title),
        );
        self.store_notifications(vec![ready]).await?;
        self.tell_of_cancellation(&holder).await
    }

    /// Messages come in any order. If the event was called off before we knew of this holder, the fan-out may have
    /// passed by: whichever of the two sees the other tells them, under one id. The copy is read after the holder
    /// stands, and the fan-out reads holders after the copy stands, so one of them does.
    async fn tell_of_cancellation(&self, holder: &Holder) -> Result<(), EffectError> {
        let copy = self.event_copy(holder.event).await?;
        let Some((event, cause)) = copy.and_then(|(event, _)| event.cancelled_by.map(|cause| (event, cause)))
        else {
            return Ok(());
        };
        let message = event_cancelled(&event);
        let told = Notification::caused(cause, holder.user, event.id, Kind::EventCancelled, message);
        Ok(self.store_notifications(vec![told]).await?)
    }

    /// Stores the holder and counts them, unless they hold tickets of the event already.
    async fn count_holder(&self, holder: &Holder) -> Result<(), CommitError> {
        let count = count_key(holder.event);
        let mut counted = true;
        let mut refused = CommitError::Refused(Vec::new());
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let change = Change::of(TABLE).put(holder_put(holder), Expect::Absent);
            let change = if counted {
                change.give(count.clone(), HOLDERS, 1)
            } else {
                let first = NewItem::new(count.clone(), Document::empty()).counter(HOLDERS, 1);
                change.put(first, Expect::Absent)
            };
            match self.commit(change).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Refused(refusals)) => {
                    if refusals.iter().any(|refusal| refusal.write == 0) {
                        return Ok(());
                    }
                    // Only the count was refused: it did not stand yet, or another made it first.
                    counted = !counted;
                    refused = CommitError::Refused(refusals);
                }
                Err(error) => return Err(error),
            }
        }
        Err(refused)
    }
}
