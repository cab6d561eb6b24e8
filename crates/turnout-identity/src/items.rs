//! How identity's types become items of the store, and back.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use turnout_domain::{Email, OrganizerId, SessionId, UserId};
use turnout_http::Role;
use turnout_store::{Document, Item, Key, NewItem, StoreError, Table};

use crate::model::{
    Organizer, OrganizerName, PasswordHash, PersonName, Previous, Secret, Session, TokenHash, User,
};

/// Identity's own table.
pub const TABLE: Table = Table("identity");

/// What the sort keys of a person's memberships begin with.
pub(crate) const MEMBERSHIPS: &str = "member#";
/// The partition of the keys that tokens are signed with.
pub(crate) const SIGNING_KEYS: &str = "signing-key";

pub(crate) fn user_key(user: UserId) -> Key {
    Key::new(TABLE, user_partition(user), "user")
}

pub(crate) fn user_partition(user: UserId) -> String {
    format!("user#{user}")
}

/// Addresses are hashed to fit into a key's alphabet and bounds, and because keys are named in logs.
pub(crate) fn email_key(email: &Email) -> Key {
    let hash = BASE64.encode(Sha256::digest(email.canonical()));
    Key::new(TABLE, format!("email#{hash}"), "email")
}

pub(crate) fn session_key(session: SessionId) -> Key {
    Key::new(TABLE, format!("session#{session}"), "session")
}

pub(crate) fn organizer_key(organizer: OrganizerId) -> Key {
    Key::new(TABLE, format!("organizer#{organizer}"), "organizer")
}

/// The member, in the organizer's partition.
pub(crate) fn member_key(organizer: OrganizerId, user: UserId) -> Key {
    Key::new(TABLE, format!("organizer#{organizer}"), format!("member#{user}"))
}

/// The same, in the user's partition.
pub(crate) fn membership_key(user: UserId, organizer: OrganizerId) -> Key {
    Key::new(TABLE, user_partition(user), format!("{MEMBERSHIPS}{organizer}"))
}

/// The key to sign with from the `number`th change of keys on, 1 being the first. Numbered, and not named at random, so
/// that two processes which both find none make the same item, and one of them is refused.
pub(crate) fn signing_key_key(number: u32) -> Key {
    Key::new(TABLE, SIGNING_KEYS, format!("{number:08}"))
}

#[derive(Serialize, Deserialize)]
struct UserItem {
    email: Email,
    name: PersonName,
    password_hash: String,
    created_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct EmailItem {
    user: UserId,
}

#[derive(Serialize, Deserialize)]
struct SessionItem {
    user: UserId,
    created_at: Timestamp,
    expires_at: Timestamp,
    token_hash: String,
    previous: Option<PreviousItem>,
    rotation_key: String,
}

#[derive(Serialize, Deserialize)]
struct PreviousItem {
    token_hash: String,
    used_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct OrganizerItem {
    name: OrganizerName,
    created_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct MemberItem {
    role: Role,
    since: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct SigningKeyItem {
    secret: String,
    created_at: Timestamp,
}

pub(crate) fn user_item(user: &User) -> NewItem {
    let item = UserItem {
        email: user.email.clone(),
        name: user.name.clone(),
        password_hash: user.password.reveal().to_owned(),
        created_at: user.created_at,
    };
    NewItem::new(user_key(user.id), Document::of(&item))
}

pub(crate) fn read_user(id: UserId, item: &Item) -> Result<User, StoreError> {
    let stored: UserItem = item.parse()?;
    Ok(User {
        id,
        email: stored.email,
        name: stored.name,
        password: PasswordHash::from_phc(stored.password_hash),
        created_at: stored.created_at,
    })
}

pub(crate) fn email_item(user: &User) -> NewItem {
    NewItem::new(email_key(&user.email), Document::of(&EmailItem { user: user.id }))
}

/// Whose address it is.
pub(crate) fn read_email(item: &Item) -> Result<UserId, StoreError> {
    item.parse::<EmailItem>().map(|stored| stored.user)
}

pub(crate) fn session_item(session: &Session) -> NewItem {
    let previous = session.previous.as_ref().map(|previous| PreviousItem {
        token_hash: BASE64.encode(previous.token.0),
        used_at: previous.used_at,
    });
    let item = SessionItem {
        user: session.user,
        created_at: session.created_at,
        expires_at: session.expires_at,
        token_hash: BASE64.encode(session.token.0),
        previous,
        rotation_key: BASE64.encode(session.rotation_key.reveal()),
    };
    NewItem::new(session_key(session.id), Document::of(&item)).expires_at(session.expires_at)
}

pub(crate) fn read_session(id: SessionId, item: &Item) -> Result<Session, StoreError> {
    let stored: SessionItem = item.parse()?;
    let previous = match stored.previous {
        None => None,
        Some(previous) => Some(Previous {
            token: TokenHash(bytes(item, &previous.token_hash)?),
            used_at: previous.used_at,
        }),
    };
    Ok(Session {
        id,
        user: stored.user,
        created_at: stored.created_at,
        expires_at: stored.expires_at,
        token: TokenHash(bytes(item, &stored.token_hash)?),
        previous,
        rotation_key: Secret::new(bytes(item, &stored.rotation_key)?),
    })
}

pub(crate) fn organizer_item(organizer: &Organizer) -> NewItem {
    let item = OrganizerItem {
        name: organizer.name.clone(),
        created_at: organizer.created_at,
    };
    NewItem::new(organizer_key(organizer.id), Document::of(&item))
}

pub(crate) fn read_organizer(id: OrganizerId, item: &Item) -> Result<Organizer, StoreError> {
    let stored: OrganizerItem = item.parse()?;
    Ok(Organizer {
        id,
        name: stored.name,
        created_at: stored.created_at,
    })
}

/// A member's role, twice: where the organizer is asked for, and where the user is.
pub(crate) fn member_items(
    organizer: OrganizerId,
    user: UserId,
    role: Role,
    since: Timestamp,
) -> [NewItem; 2] {
    let document = Document::of(&MemberItem { role, since });
    [
        NewItem::new(member_key(organizer, user), document.clone()),
        NewItem::new(membership_key(user, organizer), document),
    ]
}

pub(crate) fn read_role(item: &Item) -> Result<Role, StoreError> {
    item.parse::<MemberItem>().map(|stored| stored.role)
}

/// Which organizer an item of a user's memberships is about, and the role there.
pub(crate) fn read_membership(item: &Item) -> Result<(OrganizerId, Role), StoreError> {
    let id = item.key.sort.strip_prefix(MEMBERSHIPS).unwrap_or_default();
    let id = id.parse().map_err(|error| corrupt(item, &error))?;
    Ok((id, read_role(item)?))
}

pub(crate) fn signing_key_item(number: u32, secret: &[u8; 32], created_at: Timestamp) -> NewItem {
    let item = SigningKeyItem {
        secret: BASE64.encode(secret),
        created_at,
    };
    NewItem::new(signing_key_key(number), Document::of(&item))
}

pub(crate) fn read_signing_key(item: &Item) -> Result<[u8; 32], StoreError> {
    bytes(item, &item.parse::<SigningKeyItem>()?.secret)
}

fn bytes(item: &Item, text: &str) -> Result<[u8; 32], StoreError> {
    let bytes = BASE64.decode(text).map_err(|error| corrupt(item, &error))?;
    bytes
        .try_into()
        .map_err(|_| corrupt(item, &"32 bytes are expected"))
}

/// Says what is wrong with the record, without what it holds.
fn corrupt(item: &Item, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt {
        key: item.key.clone(),
        why: why.to_string(),
    }
}
