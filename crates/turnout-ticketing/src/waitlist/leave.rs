//! Someone leaves a list, at any time.

use turnout_domain::WaitlistEntryId;
use turnout_domain::messages::WaitlistChanged;
use turnout_store::{Change, Condition, Expect};

use super::change_list::{COMMIT_ATTEMPTS_MAX, kept_changing};
use super::{EntryState, WaitlistEntry, items};
use crate::error::SaleError;
use crate::model::OrderState;
use crate::{TABLE, Ticketing};

impl Ticketing {
    /// Takes the entry off the list. An offer to it is given back, which the next on the list get; one who left, or whose
    /// offer lapsed, stays so.
    ///
    /// # Errors
    /// [`SaleError::NotHeld`] if the offer was taken.
    pub(crate) async fn leave_waitlist(&self, id: WaitlistEntryId) -> Result<(), SaleError> {
        let (entry, _) = self.waitlist_entry(id).await?.ok_or(SaleError::Unknown)?;
        match entry.state {
            EntryState::Left { .. } | EntryState::Lapsed { .. } => return Ok(()),
            EntryState::Taken { .. } => return Err(SaleError::NotHeld),
            EntryState::Waiting => {
                if self
                    .end_waiting(
                        &entry,
                        EntryState::Left {
                            left_at: self.clock.now(),
                        },
                    )
                    .await?
                {
                    return Ok(());
                }
                // An offer was made meanwhile.
            }
            EntryState::Offered { .. } => {}
        }
        let (entry, _) = self.waitlist_entry(id).await?.ok_or(SaleError::Unknown)?;
        let Some(order) = entry.offered_order() else {
            return if entry.is_open() {
                Err(SaleError::NotHeld)
            } else {
                Ok(())
            };
        };
        if let Some((order, version)) = self.order(order).await? {
            if matches!(order.state, OrderState::Confirmed { .. }) {
                return Err(SaleError::NotHeld);
            }
            self.release_order((order, version)).await?;
        }
        self.follow_waitlist_order(id).await
    }

    /// Takes a waiting entry out of the queue into `state`; whether it still waited.
    pub(super) async fn end_waiting(
        &self,
        entry: &WaitlistEntry,
        state: EntryState,
    ) -> Result<bool, SaleError> {
        let changed = self.envelope(&WaitlistChanged {
            event_id: entry.event_id,
            entry_id: entry.id,
        });
        let _lock = self.waitlists.of(entry.event_id).await;
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let mut list = self.list(entry.event_id).await?;
            let (entry, version) = self.waitlist_entry(entry.id).await?.ok_or(SaleError::Unknown)?;
            if !entry.waits() {
                return Ok(false);
            }
            list.head.remove(&entry);
            let after = WaitlistEntry {
                state: state.clone(),
                ..entry
            };
            let change = Change::of(TABLE)
                .put(items::entry_item(&after), Expect::Version(version))
                .delete(items::queue_key(after.event_id, after.number), Condition::Exists)
                .delete(
                    items::person_key(after.event_id, &after.buyer.email),
                    Condition::Exists,
                )
                .emit(changed.clone());
            if self.commit_list(list, change).await?.is_none() {
                return Ok(true);
            }
        }
        Err(kept_changing())
    }

    /// Brings an entry to where the order that it was offered stands. Done twice, it changes nothing.
    pub(super) async fn follow_waitlist_order(&self, id: WaitlistEntryId) -> Result<(), SaleError> {
        let Some((entry, _)) = self.waitlist_entry(id).await? else {
            return Ok(());
        };
        let changed = self.envelope(&WaitlistChanged {
            event_id: entry.event_id,
            entry_id: id,
        });
        let now = self.clock.now();
        let _lock = self.waitlists.of(entry.event_id).await;
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let mut list = self.list(entry.event_id).await?;
            let (entry, version) = self.waitlist_entry(id).await?.ok_or(SaleError::Unknown)?;
            let order = match entry.offered_order() {
                Some(order) => self.order(order).await?,
                None => None,
            };
            let Some(state) = order.and_then(|(order, _)| entry.after(&order, now)) else {
                return Ok(());
            };
            list.head.offered = list.head.offered.saturating_sub(1);
            let after = WaitlistEntry { state, ..entry };
            let change = Change::of(TABLE)
                .put(items::entry_item(&after), Expect::Version(version))
                .delete(
                    items::person_key(after.event_id, &after.buyer.email),
                    Condition::Exists,
                )
                .emit(changed.clone());
            if self.commit_list(list, change).await?.is_none() {
                return Ok(());
            }
        }
        Err(kept_changing())
    }
}
