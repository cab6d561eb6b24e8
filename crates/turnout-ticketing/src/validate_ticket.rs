//! The door: admits a ticket once per list.

use jiff::Timestamp;
use turnout_domain::messages::TicketAdmitted;
use turnout_domain::{Text, TicketId};
use turnout_http::{Admit, Permit};
use turnout_store::{Change, CommitError, Condition, Document, Expect, NewItem, Read, Refusal};

use crate::commit::commit;
use crate::error::SaleError;
use crate::items::{self, ADMITTED, CheckIn};
use crate::model::{Order, TicketStatus};
use crate::{TABLE, Ticketing};

/// The list that is meant when none is named.
pub(crate) const LIST_DEFAULT: &str = "main";
/// How often an admission is tried again when its list was new and another was faster.
const COMMIT_ATTEMPTS_MAX: usize = 16;

/// The name of a check-in list: 1 to 32 lower-case letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListName(String);

impl ListName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ListName {
    fn default() -> Self {
        Self(LIST_DEFAULT.to_owned())
    }
}

impl TryFrom<String> for ListName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let name = Text::<1, 32>::try_from(text).map_err(|error| error.to_string())?;
        if !name
            .as_str()
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        {
            return Err("Use lower-case letters, digits and hyphens.".to_owned());
        }
        Ok(Self(name.into()))
    }
}

/// What the door is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Let in now, for the first time.
    Admitted { at: Timestamp },
    /// Let in before, at that time.
    AlreadyAdmitted { first: Timestamp },
    /// The ticket is not valid any more.
    Cancelled,
}

impl Ticketing {
    /// Admits the ticket of `order` at `list`, unless it was before: one conditional write, however many doors ask.
    pub(crate) async fn admit(
        &self,
        (order, version): (&Order, u64),
        ticket: TicketId,
        list: &ListName,
        by: &Permit<Admit>,
    ) -> Result<Verdict, SaleError> {
        let found = order.ticket(ticket).ok_or(SaleError::Unknown)?;
        if found.status != TicketStatus::Valid {
            return Ok(Verdict::Cancelled);
        }
        let admitted_at = self.clock.now();
        let check_in = CheckIn {
            admitted_at,
            by: by.user(),
            nonce: self.ids.ulid(admitted_at),
        };
        let list_key = items::list_key(order.event_id, list.as_str());
        let told = self.envelope(&TicketAdmitted {
            ticket_id: ticket,
            ticket_type_id: order.ticket(ticket).map(|ticket| ticket.ticket_type_id),
            order_id: order.id,
            event_id: order.event_id,
            list: list.as_str().to_owned(),
            attendee_name: order.attendee(found).name.clone(),
            admitted_at,
        });
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let known = self.store.get(&list_key, Read::Consistent).await?.is_some();
            let change = || {
                let change = Change::of(TABLE)
                    .put(
                        items::check_in_item(ticket, list.as_str(), &check_in),
                        Expect::Absent,
                    )
                    .check(items::order_key(order.id), Condition::Version(version))
                    .emit(told.clone());
                if known {
                    change.give(list_key.clone(), ADMITTED, 1)
                } else {
                    let item = NewItem::new(list_key.clone(), Document::empty()).counter(ADMITTED, 1);
                    change.put(item, Expect::Absent)
                }
            };
            let refusals = match commit(&*self.store, change).await {
                Ok(_) => return Ok(Verdict::Admitted { at: admitted_at }),
                Err(CommitError::Refused(refusals)) => refusals,
                Err(error) => return Err(error.into()),
            };
            match refusals.iter().find(|refusal| refusal.write <= 1) {
                // The list was new, and another was faster.
                None => {}
                Some(Refusal {
                    write: 0,
                    current: Some(item),
                }) => {
                    let standing: CheckIn = item.parse()?;
                    let first = standing.admitted_at;
                    return Ok(Verdict::AlreadyAdmitted { first });
                }
                // The order changed since it was read.
                Some(_) => return Err(CommitError::Refused(refusals).into()),
            }
        }
        let why = "the check-in list kept changing".into();
        Err(CommitError::Busy { why }.into())
    }
}
