//! Someone joins a list.

use turnout_domain::messages::WaitlistChanged;
use turnout_domain::{EventId, TicketTypeId, UserId, WaitlistEntryId};
use turnout_http::IdempotencyKey;
use turnout_store::{Change, Expect, Read};
use ulid::Ulid;

use super::change_list::{COMMIT_ATTEMPTS_MAX, kept_changing};
use super::head::WAITING_MAX;
use super::turns::{Turn, Waiter, Why, turns};
use super::{EntryState, Head, WaitlistEntry, items};
use crate::error::SaleError;
use crate::model::{Buyer, Offer};
use crate::place_order::order_id;
use crate::{TABLE, Ticketing};

/// Someone who wants to wait.
#[derive(Debug, Clone)]
pub(crate) struct Join {
    pub id: WaitlistEntryId,
    pub event_id: EventId,
    pub ticket_types: Vec<TicketTypeId>,
    pub quantity: u32,
    pub buyer: Buyer,
    pub user_id: Option<UserId>,
    pub fingerprint: String,
}

/// An entry after joining.
#[derive(Debug)]
pub(crate) struct Joined {
    pub entry: WaitlistEntry,
    /// Whether it had joined before, so that nothing was done now.
    pub replayed: bool,
}

/// Why someone does not join.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JoinError {
    #[error("place {place} names a ticket type the event does not have")]
    UnknownTicketType { place: usize },
    #[error("place {place} names an add-on, which nobody has alone")]
    AddOn { place: usize },
    #[error("there are tickets to be had")]
    Available { ticket_type: TicketTypeId, left: i64 },
    #[error("the event never has so many")]
    NeverFits,
    #[error("the address is on the list already")]
    Already,
    #[error("the list is full")]
    Full,
    #[error(transparent)]
    Sale(#[from] SaleError),
}

/// The entry that a key names: always the same for one caller and key, so that a replay finds it.
pub(crate) fn entry_id(user: Option<UserId>, key: &IdempotencyKey) -> WaitlistEntryId {
    // Odd, where the entries of late orders are even: they have their orders' own.
    WaitlistEntryId::from_ulid(Ulid(order_id(user, key).ulid().0 | 1))
}

impl Ticketing {
    /// Puts someone at the end of the list. The same request again finds the first answer.
    pub(crate) async fn join_waitlist(&self, join: Join) -> Result<Joined, JoinError> {
        if let Some(joined) = self.joined_before(&join).await? {
            return Ok(joined);
        }
        let mut offer = self.offer(join.event_id).await?;
        if !offer.event.on_sale(self.clock.now()) {
            offer = self.offer_from_owner(join.event_id).await?;
        }
        self.may_join(&offer, &join)?;
        let joined = {
            let _lock = self.waitlists.of(join.event_id).await;
            self.append(&join).await
        };
        match joined {
            Ok(entry) => Ok(Joined {
                entry,
                replayed: false,
            }),
            Err(error) => match self.joined_before(&join).await? {
                Some(joined) => Ok(joined),
                None => Err(error),
            },
        }
    }

    async fn joined_before(&self, join: &Join) -> Result<Option<Joined>, JoinError> {
        let known = self.waitlist_entry(join.id).await?;
        known.map_or(Ok(None), |(entry, _)| {
            if entry.fingerprint == join.fingerprint {
                let replayed = true;
                Ok(Some(Joined { entry, replayed }))
            } else {
                Err(SaleError::KeyReused.into())
            }
        })
    }

    /// One waits for what is sold out. While something is left it can be bought, so nobody closes the sale by waiting for
    /// more than there is.
    fn may_join(&self, offer: &Offer, join: &Join) -> Result<(), JoinError> {
        if offer.event.status == turnout_domain::messages::EventStatus::Draft {
            return Err(SaleError::Draft.into());
        }
        if !offer.event.on_sale(self.clock.now()) {
            return Err(SaleError::NotOnSale.into());
        }
        for (place, ticket_type) in join.ticket_types.iter().enumerate() {
            let known = offer.ticket_types.get(ticket_type).filter(|known| !known.hidden);
            let known = known.ok_or(JoinError::UnknownTicketType { place })?;
            if !known.add_on_to.is_empty() {
                return Err(JoinError::AddOn { place });
            }
            match offer.available_to_newcomers(*ticket_type) {
                Some(left) if left <= 0 => {}
                left => {
                    return Err(JoinError::Available {
                        ticket_type: *ticket_type,
                        left: left.unwrap_or(i64::MAX),
                    });
                }
            }
        }
        let waiter = Waiter {
            id: join.id,
            number: u64::MAX,
            ticket_types: join.ticket_types.clone(),
            quantity: join.quantity,
        };
        let alone = turns(
            offer,
            &[waiter],
            &std::collections::BTreeMap::new(),
            self.clock.now(),
        );
        if alone == [Turn::Wait(Why::NeverFits)] {
            return Err(JoinError::NeverFits);
        }
        Ok(())
    }

    async fn append(&self, join: &Join) -> Result<WaitlistEntry, JoinError> {
        let changed = self.envelope(&WaitlistChanged {
            event_id: join.event_id,
            entry_id: join.id,
        });
        let joined_at = self.clock.now();
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let mut list = self.list(join.event_id).await?;
            if list.head.waiting() >= WAITING_MAX {
                return Err(JoinError::Full);
            }
            let entry = WaitlistEntry {
                id: join.id,
                event_id: join.event_id,
                number: list.head.next,
                ticket_types: join.ticket_types.clone(),
                quantity: join.quantity,
                buyer: join.buyer.clone(),
                user_id: join.user_id,
                joined_at,
                state: EntryState::Waiting,
                round: 0,
                late_order: None,
                fingerprint: join.fingerprint.clone(),
            };
            list.head.next += 1;
            let change = appended(&mut list.head, &entry).emit(changed.clone());
            match self.commit_list(list, change).await? {
                None => return Ok(entry),
                // The entry stands already, which the caller looks for, or its person does.
                Some(refusals) if refusals.iter().any(|refusal| refusal.write <= PERSON) => {
                    return Err(JoinError::Already);
                }
                Some(_) => {}
            }
        }
        Err(kept_changing().into())
    }

    /// The entry as it stands, and its version.
    pub(crate) async fn waitlist_entry(
        &self,
        id: WaitlistEntryId,
    ) -> Result<Option<(WaitlistEntry, u64)>, SaleError> {
        let item = self.store.get(&items::entry_key(id), Read::Consistent).await?;
        item.map(|item| Ok((item.parse()?, item.version))).transpose()
    }
}

/// The place of the write that names the person, behind that of the entry.
pub(super) const PERSON: usize = 1;

/// The writes that put a new entry into the queue.
pub(super) fn appended(head: &mut Head, entry: &WaitlistEntry) -> Change {
    head.add(entry);
    Change::of(TABLE)
        .put(items::entry_item(entry), Expect::Absent)
        .put(items::person_item(entry), Expect::Absent)
        .put(items::queue_item(entry), Expect::Absent)
}
