//! An announcement was posted: tell the event's holders.

use turnout_domain::messages::AnnouncementPosted;

use crate::Engagement;
use crate::error::EffectError;
use crate::items::FanOut;
use crate::model::{Cause, Kind};

impl Engagement {
    /// Plans to tell every holder.
    pub(crate) async fn announce(
        &self,
        cause: Cause,
        announcement: AnnouncementPosted,
    ) -> Result<(), EffectError> {
        self.plan(FanOut {
            cause,
            event: announcement.event_id,
            kind: Kind::Announcement,
            message: announcement.message,
            told: None,
        })
        .await
    }
}
