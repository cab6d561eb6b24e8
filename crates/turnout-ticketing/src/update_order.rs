//! Changes what an order says while its places are held: the buyer, the attendees, their answers; and, once, how long.

use turnout_domain::OrderId;
use turnout_http::FieldError;
use turnout_store::{Change, CommitError};

use crate::commit::commit;
use crate::error::SaleError;
use crate::items;
use crate::model::{Answer, Buyer, Details, GivenAnswer, GivenAttendee, Order, PersonKey, detailed};
use crate::{TABLE, Ticketing};

/// How often a change is made again when the order changed in between.
const ATTEMPTS_MAX: usize = 8;

/// What is to be changed of an order; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct OrderChange {
    pub buyer: Option<Buyer>,
    pub answers: Option<Vec<GivenAnswer>>,
    pub attendees: Option<Vec<GivenAttendee>>,
}

impl Ticketing {
    /// Changes the order, read at this version, while it is held.
    ///
    /// # Errors
    /// [`SaleError::HoldExpired`], [`SaleError::NotHeld`], [`SaleError::Invalid`].
    pub(crate) async fn update_order(
        &self,
        read: (Order, u64),
        change: &OrderChange,
    ) -> Result<Order, SaleError> {
        let offer = self.offer(read.0.event_id).await?;
        self.rewrite(read, |mut order| {
            if let Some(buyer) = &change.buyer {
                if order.person.is_some_and(|person| person != PersonKey::of(&buyer.email)) {
                    let detail = "Some of these tickets are limited for each person, and are counted for the \
                                  address the order was begun with. Cancel it and order again with the other.";
                    return Err(SaleError::Invalid(vec![FieldError::new("/buyer/email", detail)]));
                }
                order.buyer = buyer.clone();
            }
            let given = |answers: &[Answer]| -> Vec<GivenAnswer> {
                let given = |answer: &Answer| GivenAnswer {
                    question_id: answer.question_id,
                    value: answer.value.clone(),
                };
                // A question that was taken back since is asked no more.
                let asked = |answer: &&Answer| offer.questions.contains_key(&answer.question_id);
                answers.iter().filter(asked).map(given).collect()
            };
            let details = Details {
                answers: change.answers.clone().unwrap_or_else(|| given(&order.answers)),
                attendees: change.attendees.clone().unwrap_or_else(|| {
                    let of_one = |attendee: &crate::model::Attendee| GivenAttendee {
                        name: attendee.name.clone(),
                        email: attendee.email.clone(),
                        answers: given(&attendee.answers),
                    };
                    order.attendees.iter().map(of_one).collect()
                }),
            };
            detailed(&offer, &mut order, &details)?;
            Ok(order)
        })
        .await
    }

    /// Makes the order's hold longer, once.
    ///
    /// # Errors
    /// [`SaleError::HoldExpired`], [`SaleError::NotHeld`], [`SaleError::NotRenewable`].
    pub(crate) async fn renew_order(&self, read: (Order, u64)) -> Result<Order, SaleError> {
        let now = self.clock.now();
        let hold_for = self.settings.hold_for;
        self.rewrite(read, |order| order.renew(now, hold_for)).await
    }

    /// Writes the held order as `change` leaves it.
    async fn rewrite(
        &self,
        (mut order, mut version): (Order, u64),
        change: impl Fn(Order) -> Result<Order, SaleError>,
    ) -> Result<Order, SaleError> {
        let id: OrderId = order.id;
        for _ in 0..ATTEMPTS_MAX {
            order.still_held(self.clock.now())?;
            let after = change(order)?;
            let write = || Change::of(TABLE).put(items::order_item(&after), items::expect(Some(version)));
            match commit(&*self.store, write).await {
                Ok(_) => return Ok(after),
                Err(CommitError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
            (order, version) = self.order(id).await?.ok_or(SaleError::Unknown)?;
        }
        let why = "the order kept changing".into();
        Err(CommitError::Busy { why }.into())
    }
}
