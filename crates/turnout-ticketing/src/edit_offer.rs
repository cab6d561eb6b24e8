//! What all edits of an event's offer have in common: gather, decide, commit; again if sales or others were faster.

use turnout_domain::EventId;
use turnout_domain::messages::StockChanged;
use turnout_http::{FieldError, Problem};
use turnout_store::{Change, CommitError, Expect, Write};

use crate::commit::commit;
use crate::error::SaleError;
use crate::items;
use crate::model::{EventCopy, Offer};
use crate::{TABLE, Ticketing};

/// How often an edit is made again when sales or another edit came in between.
pub(crate) const ATTEMPTS_MAX: usize = 32;

/// Why an offer is not edited.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EditError {
    #[error("some fields are not valid")]
    Invalid(Vec<FieldError>),
    #[error("{0}")]
    Conflict(String),
    #[error("it was edited since it was read")]
    Changed,
    #[error("there is no such thing")]
    Unknown,
    #[error(transparent)]
    Sale(#[from] SaleError),
}

impl EditError {
    /// One field that is not valid.
    pub fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, detail)])
    }

    /// Something else was faster every time.
    pub fn kept_changing() -> Self {
        let why = "the event's offer kept changing".into();
        Self::Sale(CommitError::Busy { why }.into())
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Invalid(errors) => Self::validation(errors),
            EditError::Conflict(detail) => Self::conflict(detail),
            EditError::Changed => Self::changed(),
            EditError::Unknown => Self::not_found(),
            EditError::Sale(error) => error.into(),
        }
    }
}

/// The version an edit is based on must be the one that stands, if it names one.
pub(crate) fn unchanged(based_on: Option<u64>, revision: u64) -> Result<(), EditError> {
    if based_on.is_none_or(|version| version == revision + 1) {
        Ok(())
    } else {
        Err(EditError::Changed)
    }
}

impl Ticketing {
    /// Commits the writes together with the event's item, so that every sale after it is planned with them; whether the
    /// offer was still as it was read. If not, it is to be read again.
    pub(crate) async fn commit_edit(
        &self,
        offer: &Offer,
        event: &EventCopy,
        writes: Vec<Write>,
    ) -> Result<bool, SaleError> {
        let told = self.envelope(&StockChanged {
            event_id: event.event_id,
        });
        let change = || {
            let mut change = Change::of(TABLE).put(items::event_item(event), Expect::Version(offer.version));
            change.writes.extend(writes.iter().cloned());
            change.emit(told.clone())
        };
        match commit(&*self.store, change).await {
            Ok(_) => Ok(true),
            Err(CommitError::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Edits the offer as `decide` says: what becomes of the event, what is written, and what to answer.
    pub(crate) async fn edit_offer<T>(
        &self,
        event: EventId,
        decide: impl Fn(&Offer) -> Result<(EventCopy, Vec<Write>, T), EditError>,
    ) -> Result<T, EditError> {
        for _ in 0..ATTEMPTS_MAX {
            let offer = self.offer(event).await?;
            let (event, writes, answer) = decide(&offer)?;
            if self.commit_edit(&offer, &event, writes).await? {
                return Ok(answer);
            }
        }
        Err(EditError::kept_changing())
    }
}
