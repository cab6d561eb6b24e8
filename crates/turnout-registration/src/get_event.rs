//! To look at one event.

use turnout_domain::{EventId, OrganizerId};
use turnout_http::{Caller, Manage, Permit, Problem};

use crate::Registration;
use crate::model::{CountedEvent, State};

impl Registration {
    /// The event, if the caller may see it: a draft is only for its organizer's members.
    pub(crate) async fn visible_event(&self, id: EventId, caller: &Caller) -> Result<CountedEvent, Problem> {
        let found = self.event(id).await?.ok_or_else(Problem::not_found)?;
        match found.event.state {
            State::Published { .. } | State::Cancelled { .. } => Ok(found),
            State::Draft if self.is_member(caller, found.event.organizer).await? => Ok(found),
            State::Draft => Err(Problem::not_found()),
        }
    }

    /// Proof that the caller may manage the event; 404 to who is no member, as if it were not there.
    pub(crate) async fn event_permit(
        &self,
        id: EventId,
        caller: &Caller,
    ) -> Result<(CountedEvent, Permit<Manage>), Problem> {
        let found = self.event(id).await?.ok_or_else(Problem::not_found)?;
        let permit = self.edge().permit(caller, found.event.organizer).await?;
        Ok((found, permit))
    }

    /// Whether the caller is a member of the organizer, of whatever role.
    pub(crate) async fn is_member(&self, caller: &Caller, organizer: OrganizerId) -> Result<bool, Problem> {
        match caller.user() {
            None => Ok(false),
            Some(user) => Ok(self.edge().role(user, organizer).await?.is_some()),
        }
    }
}
