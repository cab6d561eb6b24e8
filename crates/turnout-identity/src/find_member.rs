//! What the other services ask: who is what at an organizer.

use turnout_domain::{OrganizerId, UserId};
use turnout_http::Role;
use turnout_store::{Read, StoreError};

use crate::Identity;
use crate::items::{member_key, read_role};

impl Identity {
    /// The user's role at the organizer, if a member.
    pub(crate) async fn find_member(
        &self,
        organizer: OrganizerId,
        user: UserId,
    ) -> Result<Option<Role>, StoreError> {
        let item = self
            .store()
            .get(&member_key(organizer, user), Read::Consistent)
            .await?;
        item.map(|item| read_role(&item)).transpose()
    }
}
