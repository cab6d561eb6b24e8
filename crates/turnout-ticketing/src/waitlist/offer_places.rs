//! Offers what came free, in order.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use turnout_domain::messages::WaitlistOffered;
use turnout_domain::{EventId, TicketTypeId, WaitlistEntryId};
use turnout_store::{Change, Condition, Expect, Query};

use super::change_list::{COMMIT_ATTEMPTS_MAX, kept_changing};
use super::head::Offering;
use super::turns::{Turn, Waiter, Why, turns};
use super::{EntryState, WaitlistEntry, items};
use crate::error::SaleError;
use crate::items::order_key;
use crate::model::{Details, Order, OrderState, PlaceOrder, RequestedLine};
use crate::read_offer::read_offer;
use crate::{TABLE, Ticketing};

/// How long an offer stands: long enough for someone who has to look for their card, short enough for those behind.
pub(crate) const OFFER_FOR: SignedDuration = SignedDuration::from_mins(30);
/// The most entries that are looked through for ones that fit. Those behind wait until it is their turn.
pub(crate) const SCAN_MAX: usize = 2_000;
/// How often the queue is gone through again because the stock was not what was read.
const PASSES: usize = 16;
/// How often an offer is begun anew whose order had lapsed before it was told.
const ROUNDS_MAX: usize = 4;

/// The most offers that are decided on at once.
const OFFERING_MAX: usize = 40;

/// What came of deciding.
enum Decided {
    Nothing,
    LookAgain,
    Offers(Vec<Offering>),
}

/// Whether someone learnt of their offer.
enum Told {
    Yes,
    /// They do not wait any more.
    Gone,
    /// The order does not hold the places any more.
    Void,
}

impl Ticketing {
    /// Offers what is free at the event to those who wait, in order. First it is written down who is offered what, then each
    /// is; whoever finds something written down goes on with it. Done twice or by two at once, nobody is offered
    /// anything twice: an entry's order has an id that follows from the entry.
    pub(crate) async fn offer_freed_places(&self, event: EventId) -> Result<(), SaleError> {
        // What could not be offered for a reason of its own is left out until something happens again.
        let mut not_now = BTreeSet::new();
        for _ in 0..PASSES {
            let Some((head, _)) = self.waitlist_head(event).await? else {
                return Ok(());
            };
            let offering = if head.offering.is_empty() {
                match self.decide_offers(event, &not_now).await? {
                    Decided::Nothing => return Ok(()),
                    Decided::LookAgain => continue,
                    Decided::Offers(offering) => offering,
                }
            } else {
                head.offering
            };
            for offering in offering {
                let made = self.offer_to(event, &offering).await?;
                self.offering_is_done(event, &offering).await?;
                if !made {
                    not_now.insert(offering.id);
                }
            }
        }
        Ok(())
    }

    /// Decides who is offered what, and writes it down.
    async fn decide_offers(
        &self,
        event: EventId,
        not_now: &BTreeSet<WaitlistEntryId>,
    ) -> Result<Decided, SaleError> {
        // Read before the stock: if others offer something meanwhile, the head is another and nothing is decided.
        let mut list = self.list(event).await?;
        if list.head.waiting() == 0 {
            return Ok(Decided::Nothing);
        }
        let Some(offer) = read_offer(&*self.store, event).await? else {
            return Ok(Decided::Nothing);
        };
        if !offer.event.on_sale(self.clock.now()) || !list.head.offering.is_empty() {
            return Ok(Decided::Nothing);
        }
        // Whoever joins a list of thousands must not have it read for nothing.
        let free = |id: &TicketTypeId| offer.available(*id).is_none_or(|left| left > 0);
        if !list.head.types.keys().any(free) {
            return Ok(Decided::Nothing);
        }
        let mut queue = self.waitlist_queue(event).await?;
        queue.retain(|waiter| !not_now.contains(&waiter.id));
        let mut offering = Vec::new();
        let mut ended = false;
        for (waiter, turn) in queue
            .iter()
            .zip(turns(&offer, &queue, &list.head.passed, self.clock.now()))
        {
            match turn {
                Turn::Wait(Why::NeverFits) => {
                    self.cannot_be_served(waiter).await?;
                    ended = true;
                }
                Turn::Serve { lines, past } if offering.len() < OFFERING_MAX => offering.push(Offering {
                    id: waiter.id,
                    lines: lines
                        .iter()
                        .map(|line| (line.ticket_type_id, line.quantity))
                        .collect(),
                    past,
                }),
                Turn::Serve { .. } | Turn::Wait(_) => {}
            }
        }
        if ended {
            return Ok(Decided::LookAgain);
        }
        if offering.is_empty() {
            return Ok(Decided::Nothing);
        }
        list.head.offering.clone_from(&offering);
        let _lock = self.waitlists.of(event).await;
        let refused = self.commit_list(list, Change::of(TABLE)).await?;
        Ok(match refused {
            None => Decided::Offers(offering),
            Some(_) => Decided::LookAgain,
        })
    }

    /// Those who wait, in order, as many as are looked through.
    pub(super) async fn waitlist_queue(&self, event: EventId) -> Result<Vec<Waiter>, SaleError> {
        let mut queue = Vec::new();
        let mut after = None;
        loop {
            let query = items::queue_query(event).limit(Query::LIMIT_MAX).after(after);
            let page = self.store.query(query).await?;
            for item in &page.items {
                queue.push(item.parse()?);
            }
            after = page.next;
            if after.is_none() || queue.len() >= SCAN_MAX {
                queue.truncate(SCAN_MAX);
                return Ok(queue);
            }
        }
    }

    /// Makes one offer; whether it was made or is not needed any more.
    async fn offer_to(&self, event: EventId, offering: &Offering) -> Result<bool, SaleError> {
        for _ in 0..ROUNDS_MAX {
            let Some((entry, version)) = self.waitlist_entry(offering.id).await? else {
                return Ok(true);
            };
            if !entry.waits() {
                return Ok(true);
            }
            let lines = offering.lines.iter();
            let request = PlaceOrder {
                order_id: entry.next_order(),
                event_id: event,
                lines: lines
                    .map(|(id, quantity)| RequestedLine::of(*id, *quantity))
                    .collect(),
                promo_code: None,
                counted: Vec::new(),
                details: Details::default(),
                buyer: entry.buyer.clone(),
                user_id: entry.user_id,
                fingerprint: entry.order_fingerprint(),
                at_once: false,
                hold_for: OFFER_FOR,
                waitlist_entry: Some(entry.id),
            };
            let order = match self.place_order(request).await {
                Ok(settled) => settled.order,
                Err(error @ (SaleError::Commit(_) | SaleError::Store(_) | SaleError::Peer(_))) => {
                    return Err(error);
                }
                // The event shrank, or its sale closed.
                Err(_) => return Ok(false),
            };
            if !order.holds(self.clock.now()) {
                // It was made a while ago by a process that ended before it could tell: a new one.
                self.begin_anew(&entry, version).await?;
                continue;
            }
            match self.tell_of_offer(&entry, &order, offering).await? {
                Told::Yes => return Ok(true),
                Told::Void => {}
                Told::Gone => {
                    let held = self.order(order.id).await?;
                    if let Some(held) = held.filter(|(order, _)| order.holds(self.clock.now())) {
                        self.release_order(held).await?;
                    }
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Crosses out an offer that was made, or cannot be.
    async fn offering_is_done(&self, event: EventId, offering: &Offering) -> Result<(), SaleError> {
        let _lock = self.waitlists.of(event).await;
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let mut list = self.list(event).await?;
            if !list.head.offering.contains(offering) {
                return Ok(());
            }
            list.head.offering.retain(|other| other != offering);
            if self.commit_list(list, Change::of(TABLE)).await?.is_none() {
                return Ok(());
            }
        }
        Err(kept_changing())
    }

    /// Makes the offer known, if the entry still waits for it and the order still holds it.
    async fn tell_of_offer(
        &self,
        entry: &WaitlistEntry,
        order: &Order,
        offering: &Offering,
    ) -> Result<Told, SaleError> {
        let OrderState::Held { expires_at } = order.state else {
            return Ok(Told::Void);
        };
        let offered_at = self.clock.now();
        let told = self.envelope(&WaitlistOffered {
            entry_id: entry.id,
            event_id: entry.event_id,
            user_id: entry.user_id,
            buyer_email: entry.buyer.email.clone(),
            buyer_name: entry.buyer.name.clone(),
            order_id: order.id,
            quantity: order.quantity(),
            offered_at,
            expires_at,
        });
        let _lock = self.waitlists.of(entry.event_id).await;
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let mut list = self.list(entry.event_id).await?;
            let Some((now, version)) = self.waitlist_entry(entry.id).await? else {
                return Ok(Told::Gone);
            };
            if !now.waits() {
                // Another process told of the same order, or they left.
                let left = matches!(now.state, EntryState::Left { .. });
                return Ok(if left { Told::Gone } else { Told::Yes });
            }
            let held = self.order(order.id).await?;
            let Some((_, order_version)) = held.filter(|(held, _)| held.state == order.state) else {
                return Ok(Told::Void);
            };
            list.head.remove(&now);
            list.head.offered += 1;
            list.head.offering.retain(|other| other != offering);
            if let Some(past) = offering.past {
                *list.head.passed.entry(past).or_default() += 1;
            }
            let after = WaitlistEntry {
                state: EntryState::Offered {
                    order_id: order.id,
                    offered_at,
                    expires_at,
                },
                ..now
            };
            let change = Change::of(TABLE)
                .put(items::entry_item(&after), Expect::Version(version))
                .delete(items::queue_key(after.event_id, after.number), Condition::Exists)
                // What becomes of the order from now on is told to those who follow the entry.
                .check(order_key(order.id), Condition::Version(order_version))
                .emit(told.clone());
            if self.commit_list(list, change).await?.is_none() {
                return Ok(Told::Yes);
            }
        }
        Err(kept_changing())
    }

    /// The entry's next offer has another order. Another process may have begun anew as well: either is as good.
    async fn begin_anew(&self, entry: &WaitlistEntry, version: u64) -> Result<(), SaleError> {
        let after = WaitlistEntry {
            round: entry.round + 1,
            ..entry.clone()
        };
        let change = || Change::of(TABLE).put(items::entry_item(&after), Expect::Version(version));
        match crate::commit::commit(&*self.store, change).await {
            Ok(_) | Err(turnout_store::CommitError::Refused(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The event has become too small for the entry: it ends, rather than keep everything closed in vain.
    async fn cannot_be_served(&self, waiter: &Waiter) -> Result<(), SaleError> {
        let Some((entry, _)) = self.waitlist_entry(waiter.id).await? else {
            return Ok(());
        };
        let lapsed = EntryState::Lapsed {
            order_id: None,
            lapsed_at: self.clock.now(),
        };
        self.end_waiting(&entry, lapsed).await.map(drop)
    }
}
