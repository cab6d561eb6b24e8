//! Makes, shows, changes and deletes check-in lists.

use turnout_domain::{CheckInListId, EventId, PlannedTime, TicketTypeId};
use turnout_http::{Manage, Permit};
use turnout_store::{Change, CommitError, Condition, Expect, Item, Read};

use super::check_in::Tally;
use super::error::DoorError;
use super::list::{CheckInList, LIST_DEFAULT, ListId};
use super::records;
use crate::commit::commit;
use crate::{TABLE, Ticketing};

/// The most lists of an event.
pub(crate) const LISTS_MAX: usize = 100;
/// How often a change of a list is tried again when scans counted at it in between.
const COMMIT_ATTEMPTS_MAX: usize = 16;

/// A list as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StandingList {
    pub id: ListId,
    pub list: CheckInList,
    pub tally: Tally,
    /// The version of its item; none if it is only there by default.
    pub version: Option<u64>,
}

/// Whether something is to change, and to what.
#[derive(Debug, Clone, Default)]
pub(crate) enum Edit<T> {
    #[default]
    Keep,
    Set(T),
}

impl<T: Clone> Edit<T> {
    fn apply(&self, standing: &mut T) {
        if let Self::Set(value) = self {
            *standing = value.clone();
        }
    }
}

/// The members of a list that may change.
#[derive(Debug, Clone, Default)]
pub(crate) struct CheckInListChanges {
    pub name: Edit<Option<String>>,
    pub ticket_type_ids: Edit<Option<Vec<TicketTypeId>>>,
    pub starts_at: Edit<Option<PlannedTime>>,
    pub ends_at: Edit<Option<PlannedTime>>,
    pub reentry: Edit<bool>,
}

impl CheckInListChanges {
    /// The list with what is to change.
    ///
    /// # Errors
    /// If it would end before it starts.
    pub fn apply(&self, mut list: CheckInList) -> Result<CheckInList, DoorError> {
        self.name.apply(&mut list.name);
        self.ticket_type_ids.apply(&mut list.ticket_type_ids);
        self.starts_at.apply(&mut list.starts_at);
        self.ends_at.apply(&mut list.ends_at);
        self.reentry.apply(&mut list.reentry);
        match (&list.starts_at, &list.ends_at) {
            (Some(start), Some(end)) if start.instant() >= end.instant() => {
                Err(DoorError::EndsBeforeItStarts)
            }
            _ => Ok(list),
        }
    }
}

fn standing(item: &Item) -> Result<StandingList, DoorError> {
    Ok(StandingList {
        id: item.key.sort.parse().map_err(|_| {
            DoorError::Store(turnout_store::StoreError::Corrupt {
                key: item.key.clone(),
                why: "a list has an id".into(),
            })
        })?,
        list: item.parse()?,
        tally: records::tally_of(item),
        version: Some(item.version),
    })
}

impl Ticketing {
    /// The list, if it is there; one that nobody has to make is there before its first scan.
    pub(crate) async fn check_in_list(&self, event: EventId, id: &ListId) -> Result<StandingList, DoorError> {
        let key = records::list_key(event, id.as_str());
        match self.store.get(&key, Read::Consistent).await? {
            Some(item) => standing(&item),
            None if id.is_made() => Err(DoorError::UnknownList),
            None => Ok(StandingList {
                id: id.clone(),
                list: CheckInList::default(),
                tally: Tally::default(),
                version: None,
            }),
        }
    }

    /// All lists of an event, the default one first.
    pub(crate) async fn check_in_lists(&self, event: EventId) -> Result<Vec<StandingList>, DoorError> {
        // More than a page holds cannot be made: names that scans made up included, the first page is all.
        let page = self.store.query(records::lists_query(event)).await?;
        let mut lists = page.items.iter().map(standing).collect::<Result<Vec<_>, _>>()?;
        if !lists.iter().any(|list| list.id.as_str() == LIST_DEFAULT) {
            lists.push(self.check_in_list(event, &ListId::default()).await?);
        }
        lists.sort_by_key(|list| (list.id.as_str() != LIST_DEFAULT, list.id.clone()));
        Ok(lists)
    }

    /// Makes a list.
    pub(crate) async fn create_check_in_list(
        &self,
        event: EventId,
        id: CheckInListId,
        list: CheckInList,
        _by: &Permit<Manage>,
    ) -> Result<StandingList, DoorError> {
        let id = ListId::from(id);
        let lists = self.check_in_lists(event).await?;
        if lists.len() >= LISTS_MAX {
            return Err(DoorError::TooManyLists);
        }
        let change = || {
            let item = records::list_item(event, &id, &list, Tally::default());
            Change::of(TABLE).put(item, Expect::Absent)
        };
        commit(&*self.store, change).await?;
        self.check_in_list(event, &id).await
    }

    /// Changes a list. Scans that are known keep what they came to until the next one of their ticket.
    pub(crate) async fn update_check_in_list(
        &self,
        event: EventId,
        id: &ListId,
        changes: &CheckInListChanges,
        _by: &Permit<Manage>,
    ) -> Result<StandingList, DoorError> {
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let found = self.check_in_list(event, id).await?;
            let list = changes.apply(found.list)?;
            let change = || {
                let item = records::list_item(event, id, &list, found.tally);
                records::put(Change::of(TABLE), item, found.version)
            };
            match commit(&*self.store, change).await {
                Ok(_) => return self.check_in_list(event, id).await,
                Err(CommitError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DoorError::KeptChanging)
    }

    /// Deletes a list at which nothing happened yet.
    pub(crate) async fn delete_check_in_list(
        &self,
        event: EventId,
        id: &ListId,
        _by: &Permit<Manage>,
    ) -> Result<(), DoorError> {
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let found = self.check_in_list(event, id).await?;
            let (true, Some(version)) = (id.is_made(), found.version) else {
                return Err(DoorError::ListStays);
            };
            // Also one whose scans were all taken back: their history is worth more than a short list.
            let used = self
                .store
                .query(records::changed_check_ins_query(event, id, jiff::Timestamp::UNIX_EPOCH).limit(1))
                .await?;
            if found.tally != Tally::default() || !used.items.is_empty() {
                return Err(DoorError::ListInUse);
            }
            let key = records::list_key(event, id.as_str());
            let change = || Change::of(TABLE).delete(key.clone(), Condition::Version(version));
            match commit(&*self.store, change).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DoorError::KeptChanging)
    }
}
