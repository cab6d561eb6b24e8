//! Why something at the door is not done. A ticket that is not let in is no error: it is a verdict.

use axum::http::StatusCode;
use turnout_http::{FieldError, Problem};
use turnout_store::{CommitError, StoreError};

use crate::error::SaleError;

use super::check_in::SCANS_MAX;
use super::gate_links::GATE_LINKS_MAX;
use super::lists::LISTS_MAX;

/// Why something at the door is not done.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum DoorError {
    #[error("there is no such list")]
    UnknownList,
    #[error("there is no such ticket or scan")]
    Unknown,
    #[error("the event has as many lists as it may")]
    TooManyLists,
    #[error("the event has as many gate links as it may")]
    TooManyGateLinks,
    #[error("the list would end before it starts")]
    EndsBeforeItStarts,
    #[error("a list that every event has is not deleted")]
    ListStays,
    #[error("tickets were scanned at the list")]
    ListInUse,
    #[error("other changes were faster every time")]
    KeptChanging,
    #[error("the ticket was scanned too often at this list")]
    TooManyScans,
    #[error("the scan was taken back")]
    ScanUndone,
    #[error("there is no scan to take back")]
    NothingToUndo,
    #[error("it takes a supervisor")]
    SupervisorsOnly,
    #[error("the store did not do it")]
    Commit(#[from] CommitError),
    #[error("the store did not answer")]
    Store(#[from] StoreError),
    #[error("the sale's records could not be had")]
    Sale(#[from] SaleError),
}

impl From<DoorError> for Problem {
    fn from(error: DoorError) -> Self {
        match error {
            DoorError::UnknownList | DoorError::Unknown => Self::not_found(),
            DoorError::TooManyLists => Self::conflict(format!(
                "An event can have at most {LISTS_MAX} check-in lists. Delete one first."
            )),
            DoorError::TooManyGateLinks => Self::conflict(format!(
                "An event can have at most {GATE_LINKS_MAX} gate links that work. Revoke one first."
            )),
            DoorError::EndsBeforeItStarts => Self::validation(vec![FieldError::new(
                "/ends_at",
                "Choose a time after the start.",
            )]),
            DoorError::ListStays => {
                Self::conflict("This list is one every event has. It cannot be deleted; change it instead.")
            }
            DoorError::ListInUse => Self::conflict(
                "Tickets were scanned at this list, and what happened is kept. It cannot be deleted.",
            ),
            DoorError::KeptChanging => {
                Self::conflict("Someone changed this at the same moment. Look again, then repeat it.")
            }
            DoorError::TooManyScans => Self::conflict(format!(
                "This ticket was scanned {SCANS_MAX} times at this list, which is as often as is kept."
            )),
            DoorError::ScanUndone => {
                Self::conflict("This scan was taken back meanwhile. Scan the ticket again.")
            }
            DoorError::NothingToUndo => {
                Self::conflict("There is no scan of this ticket at this list that could be taken back.")
            }
            DoorError::SupervisorsOnly => Self::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "Not allowed",
                "This takes a supervisor. Ask whoever supervises the door.",
            ),
            DoorError::Commit(error) => error.into(),
            DoorError::Store(error) => error.into(),
            DoorError::Sale(error) => error.into(),
        }
    }
}
