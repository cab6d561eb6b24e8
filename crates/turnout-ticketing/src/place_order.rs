//! Places an order: sets tickets aside, or, where nothing is to be paid, gives them out at once.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use turnout_domain::messages::EventStatus;
use turnout_domain::{EventId, OrderId, TicketTypeId, UserId};
use turnout_http::IdempotencyKey;
use turnout_store::{Change, CommitError, Expect, Read};
use ulid::Ulid;

use crate::combiner::{Settled, Step};
use crate::commit::commit;
use crate::error::SaleError;
use crate::items;
use crate::model::{PersonKey, PlaceOrder, PoolKey, Stock};
use crate::{TABLE, Ticketing};

/// How often a buyer is counted anew because the limits changed in between.
const COUNTS_MAX: usize = 4;
/// How often a person's counter is looked at again when it changed in between.
const COUNT_ATTEMPTS_MAX: usize = 16;

impl Ticketing {
    /// Places the order. The same request again finds the first answer.
    ///
    /// # Errors
    /// [`SaleError`]: why not, with how many are left if that is the reason.
    pub(crate) async fn place_order(&self, mut request: PlaceOrder) -> Result<Settled, SaleError> {
        let event = request.event_id;
        let mut owner_asked = false;
        let mut counts = 0;
        // Each reason to try again is met a few times at most.
        loop {
            match self.combiner.settle(event, Step::Place(request.clone())).await {
                // Our copy of the event may be late: registration has the last word before a buyer is turned away.
                Err(SaleError::Unknown | SaleError::NotOnSale | SaleError::TypeNotOnSale { .. })
                    if !owner_asked =>
                {
                    owner_asked = true;
                    let offer = self.offer_from_owner(event).await?;
                    if offer.event.status == EventStatus::Draft {
                        return Err(SaleError::Draft);
                    }
                    if !offer.event.on_sale(self.clock.now()) {
                        return Err(SaleError::NotOnSale);
                    }
                }
                Err(SaleError::NotCounted { ticket_types }) if counts < COUNTS_MAX => {
                    self.count_person(event, PersonKey::of(&request.buyer.email), &ticket_types)
                        .await?;
                    counts += 1;
                    request.counted = ticket_types;
                }
                // What was set aside for the code is gone; it is served like any other.
                Err(SaleError::ReserveShort) => match &mut request.promo_code {
                    Some(code) if code.from_reserve => code.from_reserve = false,
                    _ => return Err(SaleError::ReserveShort),
                },
                Err(SaleError::SoldOut {
                    ticket_type,
                    left,
                    in_carts,
                    ..
                }) if in_carts > 0 => {
                    // Only a hint: without it the answer is as true.
                    let next_release = self.next_release(event).await.unwrap_or_default();
                    return Err(SaleError::SoldOut {
                        ticket_type,
                        left,
                        in_carts,
                        next_release,
                    });
                }
                answer => return answer,
            }
        }
    }

    /// Sees to it that there are counters of what a person has of these ticket types, which can be taken from as far as
    /// their limits go. Beside a sale that is made with them already, this changes nothing.
    async fn count_person(
        &self,
        event: EventId,
        person: PersonKey,
        ticket_types: &[(TicketTypeId, u32)],
    ) -> Result<(), SaleError> {
        for (ticket_type, limit) in ticket_types {
            self.count_one((event, PoolKey::Person(*ticket_type, person)), i64::from(*limit))
                .await?;
        }
        Ok(())
    }

    async fn count_one(&self, pool: (EventId, PoolKey), limit: i64) -> Result<(), SaleError> {
        for _ in 0..COUNT_ATTEMPTS_MAX {
            let key = items::pool_key(pool.0, pool.1);
            let found = self.store.get(&key, Read::Consistent).await?;
            let (stock, expect) = match found {
                None => (Stock::default(), Expect::Absent),
                Some(item) => (Stock::of(&item), Expect::Version(item.version)),
            };
            // Someone who had more when more was allowed keeps that, and gets no more.
            let capacity = limit.max(stock.taken());
            if stock.capacity == Some(capacity) {
                return Ok(());
            }
            let stock = Stock {
                capacity: Some(capacity),
                available: Some(capacity - stock.taken()),
                ..stock
            };
            let change = || Change::of(TABLE).put(items::stocked_item(pool, &(), stock), expect);
            match commit(&*self.store, change).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let why = "what the buyer has kept changing".into();
        Err(CommitError::Busy { why }.into())
    }
}

/// The order that a key names: always the same for one caller and key, so that a replay finds the order.
///
/// A key that is itself ordered by time (a UUIDv7 or a ULID) gives an order id of that time, which keeps new orders
/// together in the store. A key of another form gives one that is spread evenly; it costs a little more to write.
pub(crate) fn order_id(user: Option<UserId>, key: &IdempotencyKey) -> OrderId {
    let scope = user.map_or_else(|| "guest".to_owned(), |user| user.to_string());
    let hash = Sha256::digest(format!("{scope} {}", key.as_str()));
    let random = u128::from_be_bytes(std::array::from_fn(|byte| hash[byte]));
    let milliseconds = time_of(key.as_str()).unwrap_or((random >> 80) as u64);
    OrderId::rounding(Ulid::from_parts(milliseconds, random))
}

/// The milliseconds of the Unix epoch that a UUIDv7 (RFC 9562 §5.7) or a ULID begins with.
fn time_of(key: &str) -> Option<u64> {
    let hex: String = key.chars().filter(|c| *c != '-').collect();
    let milliseconds = if hex.len() == 32 && hex.as_bytes()[12] == b'7' {
        u64::from_str_radix(&hex[..12], 16).ok()?
    } else {
        Ulid::from_string(key).ok()?.timestamp_ms()
    };
    // The largest ULID time is far beyond what a date can be; such a key was not made from a clock.
    Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?)
        .ok()
        .map(|_| milliseconds)
}

/// What a request asks for, hashed, to tell a replay from another request under the same key.
pub(crate) fn fingerprint(parts: &impl serde::Serialize) -> String {
    use base64::Engine;
    let text = serde_json::to_vec(parts).expect("a request is a plain record");
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..18])
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts;
    use futures::FutureExt;

    use super::*;

    fn key(text: &str) -> IdempotencyKey {
        let request = axum::http::Request::get("/").header("idempotency-key", text);
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        IdempotencyKey::from_request_parts(&mut parts, &())
            .now_or_never()
            .expect("a header is there at once")
            .expect("a key")
    }

    #[test]
    fn an_order_is_named_by_its_key_and_who_sent_it() {
        let user = |n| Some(UserId::from_ulid(Ulid(n)));
        let ids = [
            order_id(None, &key("a")),
            order_id(None, &key("b")),
            order_id(user(1), &key("a")),
            order_id(user(2), &key("a")),
            order_id(None, &key("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
            order_id(None, &key("01ARZ3NDEKTSV4RRFFQ69G5FAW")),
        ];
        for (place, id) in ids.iter().enumerate() {
            assert!(ids[..place].iter().all(|other| other != id));
            assert_eq!(OrderId::rounding(id.ulid()), *id);
        }
        assert_eq!(order_id(user(1), &key("a")), ids[2]);
        // In every version of ours: an order that was placed before an update is found after it.
        assert_eq!(ids[0].to_string(), "ord_5DGAZ0KAN84QJ525A5NMJAN900");
        assert_eq!(ids[4].ulid().timestamp_ms(), 1_469_922_850_259);
    }

    #[test]
    fn another_request_has_another_fingerprint() {
        assert_eq!(fingerprint(&("order", 1)), fingerprint(&("order", 1)));
        assert_ne!(fingerprint(&("order", 1)), fingerprint(&("order", 2)));
        assert_ne!(fingerprint(&("order", 1)), fingerprint(&("tickets", 1)));
    }

    #[test]
    fn the_time_is_taken_from_keys_that_have_one() {
        assert_eq!(
            time_of("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"),
            Some(0x017F_22E2_79B0)
        );
        assert_eq!(time_of("01ARZ3NDEKTSV4RRFFQ69G5FAV"), Some(1_469_922_850_259));
        for key in ["order-1", "", "f47ac10b-58cc-4372-a567-0e02b2c3d479"] {
            assert_eq!(time_of(key), None, "{key}");
        }
    }
}
