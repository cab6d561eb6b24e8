//! New organizers.

use turnout_domain::{OrganizerId, UserId};
use turnout_http::Role;
use turnout_store::{Change, Expect};

use crate::Identity;
use crate::error::Unable;
use crate::items::{TABLE, member_items, organizer_item};
use crate::model::{Membership, Organizer, OrganizerName};

impl Identity {
    /// Makes an organizer, whose owner is whoever asked for it.
    pub(crate) async fn create_organizer(
        &self,
        owner: UserId,
        name: OrganizerName,
    ) -> Result<Membership, Unable> {
        let now = self.clock().now();
        let organizer = Organizer {
            id: OrganizerId::from_ulid(self.ids().ulid(now)),
            name,
            created_at: now,
        };
        let role = Role::Owner;
        let [member, membership] = member_items(organizer.id, owner, role, now);
        let change = Change::of(TABLE)
            .put(organizer_item(&organizer), Expect::Absent)
            .put(member, Expect::Absent)
            .put(membership, Expect::Absent);
        self.commit(change).await?;
        tracing::info!(organizer.id = %organizer.id, user.id = %owner, "Created organizer `{}`", organizer.id);
        Ok(Membership { organizer, role })
    }
}
