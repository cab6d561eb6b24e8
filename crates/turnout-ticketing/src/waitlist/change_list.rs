//! Changes a list: its head is rewritten every time, and the event's offer whenever a ticket type begins or ceases to be
//! waited for, so that no sale is made by an offer that does not know.

use turnout_domain::EventId;
use turnout_store::{Change, CommitError, Expect, Read, Refusal};

use super::{Head, items};
use crate::commit::commit;
use crate::error::SaleError;
use crate::items::{event_item, event_key};
use crate::model::EventCopy;
use crate::{TABLE, Ticketing};

/// How often a change is tried again when the list or the offer changed in between.
pub(super) const COMMIT_ATTEMPTS_MAX: usize = 64;

/// A list as it was read, and its event.
pub(super) struct List {
    pub head: Head,
    head_version: Option<u64>,
    event: EventCopy,
    event_version: u64,
}

impl Ticketing {
    /// The head of an event's list, if anybody ever joined it.
    pub(crate) async fn waitlist_head(&self, event: EventId) -> Result<Option<(Head, u64)>, SaleError> {
        let item = self.store.get(&items::head_key(event), Read::Consistent).await?;
        item.map(|item| Ok((item.parse()?, item.version))).transpose()
    }

    /// The list as it stands.
    pub(super) async fn list(&self, event: EventId) -> Result<List, SaleError> {
        let keys = [items::head_key(event), event_key(event)];
        let mut found = self.store.get_many(&keys, Read::Consistent).await?.into_iter();
        let (head, copy) = (found.next().flatten(), found.next().flatten());
        let copy = copy.ok_or(SaleError::Unknown)?;
        Ok(List {
            head_version: head.as_ref().map(|item| item.version),
            head: head.map(|item| item.parse()).transpose()?.unwrap_or_default(),
            event: copy.parse()?,
            event_version: copy.version,
        })
    }

    /// Commits a change of the list as it was read; what was refused if something changed in between.
    pub(super) async fn commit_list(
        &self,
        list: List,
        change: Change,
    ) -> Result<Option<Vec<Refusal>>, SaleError> {
        let change = list.written(change);
        match commit(&*self.store, || change.clone()).await {
            Ok(_) => Ok(None),
            Err(CommitError::Refused(refusals)) => Ok(Some(refusals)),
            Err(error) => Err(error.into()),
        }
    }
}

/// That a list changed every time it was to be changed.
pub(super) fn kept_changing() -> SaleError {
    let why = "the waitlist kept changing".into();
    CommitError::Busy { why }.into()
}

impl List {
    /// The change with the head, and with the event's offer if the types that are waited for are others now.
    fn written(mut self, change: Change) -> Change {
        debug_assert_eq!(change.table, TABLE, "the list is in the service's table");
        let expect = self.head_version.map_or(Expect::Absent, Expect::Version);
        let change = change.put(items::head_item(self.event.event_id, &self.head), expect);
        let waited_for = self.head.waited_for();
        if waited_for == self.event.waited_for {
            return change;
        }
        self.event.waited_for = waited_for;
        change.put(event_item(&self.event), Expect::Version(self.event_version))
    }
}
