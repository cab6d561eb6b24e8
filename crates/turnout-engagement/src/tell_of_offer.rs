//! Someone who waited is offered places, and told so.

use turnout_domain::messages::WaitlistOffered;

use crate::Engagement;
use crate::error::EffectError;
use crate::model::{Cause, Kind, Notification, places_offered};

impl Engagement {
    /// Tells someone signed in that places came free for them. A guest has no inbox: the page they wait on tells them.
    pub(crate) async fn tell_of_offer(
        &self,
        cause: Cause,
        offered: &WaitlistOffered,
    ) -> Result<(), EffectError> {
        let Some(user) = offered.user_id else {
            return Ok(());
        };
        let event = self.event(offered.event_id).await?;
        let title = event.as_ref().map(|event| event.title.as_str());
        let message = places_offered(offered, title);
        let told = Notification::caused(cause, user, offered.event_id, Kind::WaitlistOffered, message);
        Ok(self.store_notifications(vec![told]).await?)
    }
}
