//! Promo codes: added, edited, taken back, with what is set aside for them.

#![expect(
    clippy::option_option,
    reason = "an edit leaves a field, empties it, or sets it"
)]

use jiff::Timestamp;
use turnout_domain::{EventId, PlannedTime, PromoCodeId, TicketTypeId};
use turnout_http::{FieldError, Manage, Permit};
use turnout_store::{Condition, Cursor, Document, Item, NewItem, Page, Read, Write};

use crate::Ticketing;
use crate::edit_offer::{ATTEMPTS_MAX, EditError, unchanged};
use crate::edit_ticket_types::below_taken;
use crate::error::SaleError;
use crate::items;
use crate::model::{
    Discount, EventCopy, Movement, Offer, PROMO_CODES_MAX, PoolKey, PromoCode, Reserve, Stock, USES_UNLIMITED,
};

/// What is to be changed of a promo code; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct PromoCodeChange {
    pub discount: Option<Option<Discount>>,
    pub ticket_type_ids: Option<Option<Vec<TicketTypeId>>>,
    pub unlocks: Option<Vec<TicketTypeId>>,
    pub max_uses: Option<Option<u32>>,
    pub starts_at: Option<Option<String>>,
    pub ends_at: Option<Option<String>>,
    /// The ticket type, and how many places of it are set aside.
    pub reserved: Option<Option<(TicketTypeId, u32)>>,
}

/// A promo code with its counters.
#[derive(Debug, Clone)]
pub(crate) struct CodeState {
    pub code: PromoCode,
    pub uses: Stock,
    /// What is set aside for it, if that ever was.
    pub reserve: Option<Stock>,
    version: u64,
    reserve_version: Option<u64>,
}

impl Ticketing {
    /// Adds a promo code.
    pub(crate) async fn create_promo_code(
        &self,
        event: EventId,
        text: &str,
        change: &PromoCodeChange,
        _by: &Permit<Manage>,
    ) -> Result<CodeState, EditError> {
        let now = self.clock.now();
        let blank = PromoCode {
            id: PromoCodeId::from_ulid(self.ids.ulid(now)),
            code: text.to_owned(),
            discount: None,
            ticket_type_ids: None,
            unlocks: Vec::new(),
            max_uses: None,
            starts_at: None,
            ends_at: None,
            reserved: None,
            created_at: now,
            revision: 0,
        };
        let name = items::code_name_key(event, text);
        for _ in 0..ATTEMPTS_MAX {
            let offer = self.offer(event).await?;
            if offer.event.promo_codes >= PROMO_CODES_MAX {
                return Err(EditError::Conflict(format!(
                    "An event has at most {PROMO_CODES_MAX} promo codes."
                )));
            }
            if let Some(item) = self.read(&name).await? {
                let standing: PromoCodeId = item.parse().map_err(SaleError::from)?;
                return match self.code_state(event, standing).await? {
                    // An answer got lost on its way to us.
                    Some(state) if standing == blank.id => Ok(state),
                    _ => Err(EditError::field("/code", "The event has this code already.")),
                };
            }
            let mut writes = Vec::new();
            let mut code = change.apply(&blank, &offer).map_err(EditError::Invalid)?;
            let reserve = change.set_aside(&mut code, None, &offer, &mut writes)?;
            let uses = Stock::new_counted(uses_of(&code));
            let pool = (event, PoolKey::Code(code.id));
            writes.push(Write::Insert(items::stocked_item(pool, &code, uses)));
            writes.push(Write::Insert(NewItem::new(name.clone(), Document::of(&code.id))));
            let copy = EventCopy {
                promo_codes: offer.event.promo_codes + 1,
                ..offer.event.clone()
            };
            if self.commit_edit(&offer, &copy, writes).await? {
                return Ok(CodeState {
                    code,
                    uses,
                    reserve,
                    version: 1,
                    reserve_version: reserve.map(|_| 1),
                });
            }
        }
        Err(EditError::kept_changing())
    }

    /// Edits a promo code. Orders that used it stay as they are.
    pub(crate) async fn update_promo_code(
        &self,
        event: EventId,
        id: PromoCodeId,
        change: &PromoCodeChange,
        based_on: Option<u64>,
        _by: &Permit<Manage>,
    ) -> Result<CodeState, EditError> {
        for _ in 0..ATTEMPTS_MAX {
            let offer = self.offer(event).await?;
            let before = self.code_state(event, id).await?.ok_or(EditError::Unknown)?;
            unchanged(based_on, before.code.revision)?;
            let mut writes = Vec::new();
            let mut code = change.apply(&before.code, &offer).map_err(EditError::Invalid)?;
            code.revision += 1;
            let reserve = change.set_aside(&mut code, Some(&before), &offer, &mut writes)?;
            let wanted = uses_of(&code);
            let pool = (event, PoolKey::Code(id));
            let write = items::resized(
                pool,
                &before.uses,
                before.version,
                Some(wanted),
                Document::of(&code),
            )
            .map_err(|taken| below_taken("/max_uses", taken))?;
            writes.push(write);
            if self.commit_edit(&offer, &offer.event, writes).await? {
                let uses = Stock {
                    capacity: Some(wanted),
                    available: Some(wanted - before.uses.taken()),
                    ..before.uses
                };
                return Ok(CodeState {
                    code,
                    uses,
                    reserve,
                    ..before
                });
            }
        }
        Err(EditError::kept_changing())
    }

    /// Takes a promo code back that no order uses; what was set aside for it can be had by all again.
    pub(crate) async fn delete_promo_code(
        &self,
        event: EventId,
        id: PromoCodeId,
        based_on: Option<u64>,
        _by: &Permit<Manage>,
    ) -> Result<(), EditError> {
        for _ in 0..ATTEMPTS_MAX {
            let offer = self.offer(event).await?;
            let before = self.code_state(event, id).await?.ok_or(EditError::Unknown)?;
            unchanged(based_on, before.code.revision)?;
            if before.uses.taken() > 0 {
                let detail = "Orders use this code. Let it end now instead, then nobody else can use it.";
                return Err(EditError::Conflict(detail.into()));
            }
            let mut writes = vec![
                Write::Delete(
                    items::pool_key(event, PoolKey::Code(id)),
                    Condition::Version(before.version),
                ),
                Write::Delete(items::code_name_key(event, &before.code.code), Condition::Exists),
            ];
            if let (Some(reserve), Some(stock)) = (&before.code.reserved, before.reserve) {
                let free = stock.available.unwrap_or(0);
                writes.extend(moved(event, &offer, reserve, -free));
                let key = items::pool_key(event, PoolKey::Reserved(id));
                let unsold = Condition::Version(before.reserve_version.unwrap_or(0));
                writes.push(Write::Delete(key, unsold));
            }
            let copy = EventCopy {
                promo_codes: offer.event.promo_codes.saturating_sub(1),
                ..offer.event.clone()
            };
            if self.commit_edit(&offer, &copy, writes).await? {
                return Ok(());
            }
        }
        Err(EditError::kept_changing())
    }

    /// Gives back what is set aside for a code that has ended.
    pub(crate) async fn end_reserve(
        &self,
        event: EventId,
        id: PromoCodeId,
        now: Timestamp,
    ) -> Result<(), EditError> {
        for _ in 0..ATTEMPTS_MAX {
            let offer = self.offer(event).await?;
            let Some(before) = self.code_state(event, id).await? else {
                return Ok(());
            };
            let (Some(reserve), Some(stock)) = (&before.code.reserved, before.reserve) else {
                return Ok(());
            };
            let ended = before
                .code
                .ends_at
                .as_ref()
                .is_some_and(|end| end.instant() <= now);
            if !ended {
                return Ok(());
            }
            let free = stock.available.unwrap_or(0);
            if free == 0 && stock.held > 0 {
                // Found again when whoever holds them has decided.
                return Ok(());
            }
            let left = Stock {
                capacity: stock.capacity.map(|capacity| capacity - free),
                available: Some(0),
                ..stock
            };
            let mut writes = moved(event, &offer, reserve, -free);
            let item = items::reserve_item(event, &before.code, reserve, left);
            writes.push(Write::Replace(item, before.reserve_version.unwrap_or(0)));
            if self.commit_edit(&offer, &offer.event, writes).await? {
                return Ok(());
            }
        }
        Err(EditError::kept_changing())
    }

    /// An event's promo codes, the oldest first.
    pub(crate) async fn promo_codes(
        &self,
        event: EventId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<CodeState>, Option<Cursor>), SaleError> {
        let query = items::codes_query(event).read(Read::Consistent);
        let Page { items: found, next } = self.store.query(query.limit(limit).after(cursor)).await?;
        let codes: Vec<PromoCode> = found.iter().map(Item::parse).collect::<Result<_, _>>()?;
        let keys: Vec<_> = codes
            .iter()
            .map(|code| items::pool_key(event, PoolKey::Reserved(code.id)))
            .collect();
        let reserves = if keys.is_empty() {
            Vec::new()
        } else {
            self.store.get_many(&keys, Read::Consistent).await?
        };
        let states = codes.into_iter().zip(&found).zip(reserves);
        Ok((
            states
                .map(|((code, item), reserve)| CodeState::of(code, item, reserve.as_ref()))
                .collect(),
            next,
        ))
    }

    /// A promo code as it stands.
    pub(crate) async fn code_state(
        &self,
        event: EventId,
        id: PromoCodeId,
    ) -> Result<Option<CodeState>, SaleError> {
        let keys = [PoolKey::Code(id), PoolKey::Reserved(id)].map(|pool| items::pool_key(event, pool));
        let mut found = self.store.get_many(&keys, Read::Consistent).await?.into_iter();
        let (Some(Some(item)), reserve) = (found.next(), found.next().flatten()) else {
            return Ok(None);
        };
        Ok(Some(CodeState::of(item.parse()?, &item, reserve.as_ref())))
    }

    async fn read(&self, key: &turnout_store::Key) -> Result<Option<Item>, SaleError> {
        Ok(self.store.get(key, Read::Consistent).await?)
    }
}

impl CodeState {
    fn of(code: PromoCode, item: &Item, reserve: Option<&Item>) -> Self {
        Self {
            code,
            uses: Stock::of(item),
            reserve: reserve.map(Stock::of),
            version: item.version,
            reserve_version: reserve.map(|item| item.version),
        }
    }
}

fn uses_of(code: &PromoCode) -> i64 {
    code.max_uses.map_or(USES_UNLIMITED, i64::from)
}

/// The writes that set `n` more places aside in the pools a reserve comes from; fewer, if `n` is below 0.
fn moved(event: EventId, offer: &Offer, reserve: &Reserve, n: i64) -> Vec<Write> {
    let movement = Movement {
        available: -n,
        held: n,
        ..Movement::default()
    };
    let write = |pool| Write::Update(items::pool_update(event, pool, movement, offer.limited(pool)));
    let pools = reserve.drawn_on().into_iter();
    if n == 0 {
        Vec::new()
    } else {
        pools.map(write).collect()
    }
}

impl PromoCodeChange {
    fn apply(&self, before: &PromoCode, offer: &Offer) -> Result<PromoCode, Vec<FieldError>> {
        let mut after = before.clone();
        let mut errors = Vec::new();
        if let Some(discount) = &self.discount {
            after.discount.clone_from(discount);
        }
        if let Some(ids) = &self.ticket_type_ids {
            after.ticket_type_ids.clone_from(ids);
        }
        if let Some(unlocks) = &self.unlocks {
            after.unlocks.clone_from(unlocks);
        }
        if let Some(max_uses) = self.max_uses {
            after.max_uses = max_uses;
        }
        for (time, given, pointer) in [
            (&mut after.starts_at, &self.starts_at, "/starts_at"),
            (&mut after.ends_at, &self.ends_at, "/ends_at"),
        ] {
            match given {
                None => {}
                Some(None) => *time = None,
                Some(Some(text)) => match PlannedTime::parse(text, offer.event.starts_at().zone_name()) {
                    Ok(read) => *time = Some(read),
                    Err(error) => errors.push(FieldError::new(pointer, error.to_string())),
                },
            }
        }
        if let (Some(starts), Some(ends)) = (&after.starts_at, &after.ends_at)
            && ends.instant() <= starts.instant()
        {
            errors.push(FieldError::new("/ends_at", "It must end after it begins."));
        }
        if let (Some(Discount::Amount { amount }), Some(currency)) = (&after.discount, offer.event.currency)
            && amount.currency() != currency
        {
            let detail = format!("The prices of this event are in {currency}.");
            errors.push(FieldError::new("/amount/currency", detail));
        }
        for (pointer, ids) in [
            (
                "/ticket_type_ids",
                after.ticket_type_ids.as_deref().unwrap_or_default(),
            ),
            ("/unlocks", after.unlocks.as_slice()),
        ] {
            // Those that were taken back since stay without effect.
            let new = |id: &TicketTypeId| !offer.ticket_types.contains_key(id);
            let edited = if pointer == "/unlocks" {
                self.unlocks.is_some()
            } else {
                self.ticket_type_ids.is_some()
            };
            for (place, _) in ids.iter().enumerate().filter(|(_, id)| edited && new(id)) {
                errors.push(FieldError::new(
                    format!("{pointer}/{place}"),
                    "This event has no such ticket type.",
                ));
            }
        }
        let reserves = match &self.reserved {
            Some(reserved) => reserved.is_some_and(|(_, quantity)| quantity > 0),
            None => after.reserved.is_some(),
        };
        if after.discount.is_none() && after.unlocks.is_empty() && !reserves {
            let detail = "Let the code give something: a discount, hidden ticket types, or places set aside.";
            errors.push(FieldError::new("/percent_basis_points", detail));
        }
        if errors.is_empty() { Ok(after) } else { Err(errors) }
    }

    /// Sets places aside, or gives some back; adds what is to be written, and answers how the reserve stands then.
    fn set_aside(
        &self,
        code: &mut PromoCode,
        before: Option<&CodeState>,
        offer: &Offer,
        writes: &mut Vec<Write>,
    ) -> Result<Option<Stock>, EditError> {
        let event = offer.event.event_id;
        let stock = before.and_then(|before| before.reserve);
        let rescheduled = before.is_some_and(|before| before.code.ends_at != code.ends_at);
        let wanted = match (self.reserved, &code.reserved) {
            (None, _) if !rescheduled => return Ok(stock),
            (None | Some(None), None) => return Ok(stock),
            (None, Some(reserve)) => (
                reserve.ticket_type_id,
                stock.and_then(|stock| stock.capacity).unwrap_or(0),
            ),
            (Some(Some((id, quantity))), _) => (id, i64::from(quantity)),
            (Some(None), Some(reserve)) => (reserve.ticket_type_id, stock.map_or(0, |stock| stock.taken())),
        };
        let (id, quantity) = wanted;
        let reserve = match &code.reserved {
            Some(reserve) if reserve.ticket_type_id == id => reserve.clone(),
            Some(_) => {
                let detail =
                    "This code has places of another ticket type set aside. Make another code for these.";
                return Err(EditError::field("/reserved/ticket_type_id", detail));
            }
            None => {
                let Some(ticket_type) = offer.ticket_types.get(&id) else {
                    let detail = "This event has no such ticket type.";
                    return Err(EditError::field("/reserved/ticket_type_id", detail));
                };
                Reserve {
                    ticket_type_id: id,
                    admission: ticket_type.admission,
                    pools: ticket_type.pool_ids.clone(),
                }
            }
        };
        let stock = stock.unwrap_or(Stock::new(Some(0)));
        if quantity < stock.taken() {
            return Err(below_taken("/reserved/quantity", stock.taken()));
        }
        let more = quantity - stock.capacity.unwrap_or(0);
        let there = reserve
            .drawn_on()
            .into_iter()
            .filter_map(|pool| offer.stock.get(&pool)?.available)
            .min();
        if let Some(there) = there.filter(|there| *there < more) {
            let detail = format!("Only {there} more can be set aside.");
            return Err(EditError::field("/reserved/quantity", detail));
        }
        writes.extend(moved(event, offer, &reserve, more));
        let after = Stock {
            capacity: Some(quantity),
            available: Some(quantity - stock.taken()),
            ..stock
        };
        let item = items::reserve_item(event, code, &reserve, after);
        writes.push(match before.and_then(|before| before.reserve_version) {
            Some(version) => Write::Replace(item, version),
            None => Write::Insert(item),
        });
        code.reserved = Some(reserve);
        Ok(Some(after))
    }
}
