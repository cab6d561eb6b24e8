//! To create an event: a draft, which only its organizer's members see.

use turnout_domain::messages::EventChange;
use turnout_http::{Manage, Permit};
use turnout_store::CommitError;

use crate::model::{CountedEvent, Details, Event};
use crate::{Registration, items};

impl Registration {
    /// Creates a draft of the permit's organizer.
    pub(crate) async fn create_event(
        &self,
        by: &Permit<Manage>,
        details: Details,
    ) -> Result<CountedEvent, CommitError> {
        let now = self.now();
        let event = Event::draft(self.event_id(now), by.organizer(), details, now);
        let message = self.told(&event, EventChange::Created);
        self.commit(items::insert(&event).emit(message)).await?;
        tracing::info!(event.id = %event.id, organizer.id = %event.organizer, "Created event `{}`", event.id);
        Ok(CountedEvent { event, registered: 0 })
    }
}
