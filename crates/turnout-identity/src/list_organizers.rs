//! The organizers that someone is a member of.

use turnout_domain::UserId;
use turnout_store::{Cursor, Direction, Query, Read, SortRange, Source};

use crate::Identity;
use crate::error::Unable;
use crate::items::{MEMBERSHIPS, TABLE, organizer_key, read_membership, read_organizer, user_partition};
use crate::model::Membership;

impl Identity {
    /// One page of the user's organizers, the oldest first, and where the next begins. Read consistently, so that one
    /// that was just made is there.
    pub(crate) async fn list_organizers(
        &self,
        user: UserId,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<Membership>, Option<Cursor>), Unable> {
        let query = Query {
            table: TABLE,
            source: Source::Partition(user_partition(user)),
            range: SortRange::Prefix(MEMBERSHIPS.to_owned()),
            direction: Direction::Forward,
            limit,
            cursor,
            read: Read::Consistent,
        };
        let page = self.store().query(query).await?;
        let roles = page
            .items
            .iter()
            .map(read_membership)
            .collect::<Result<Vec<_>, _>>()?;
        let keys: Vec<_> = roles.iter().map(|(id, _)| organizer_key(*id)).collect();
        let found = self.store().get_many(&keys, Read::Consistent).await?;
        let mut memberships = Vec::with_capacity(found.len());
        for ((id, role), item) in roles.into_iter().zip(found) {
            // An organizer that is gone between the two reads is not shown.
            if let Some(item) = item {
                let organizer = read_organizer(id, &item)?;
                memberships.push(Membership { organizer, role });
            }
        }
        Ok((memberships, page.next))
    }
}
