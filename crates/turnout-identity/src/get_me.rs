//! Who is signed in.

use turnout_domain::UserId;

use crate::Identity;
use crate::error::Unable;
use crate::model::{Membership, User};

/// The most organizers shown with the user; the list of organizers has all of them.
const ORGANIZERS_MAX: usize = 100;

impl Identity {
    /// The user and the organizers they are a member of; `None` if the account is gone.
    pub(crate) async fn get_me(&self, id: UserId) -> Result<Option<(User, Vec<Membership>)>, Unable> {
        let Some(user) = self.user(id).await? else {
            return Ok(None);
        };
        let (memberships, _) = self.list_organizers(id, ORGANIZERS_MAX, None).await?;
        Ok(Some((user, memberships)))
    }
}
