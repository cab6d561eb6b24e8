//! Where a page ended, sealed: a client carries it and cannot make or change one.
//!
//! A cursor is a position and a code over it (HMAC-SHA-256, cut to 16 bytes) that only who has the table's key can
//! make. The code covers the table and the question too, so that a cursor is good for the query that gave it and no
//! other. The key is an item of the table itself: made once, the same for all processes, and there after a restart.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{Change, CommitError, Document, Expect, Key, NewItem, Read, Store, StoreError, Table};

/// The bytes of a code: nobody guesses 128 bits, and a cursor stays short.
const CODE_BYTES: usize = 16;
const KEY_BYTES: usize = 32;
/// Reads until a key that another process is making is there.
const ATTEMPTS_MAX: usize = 5;

/// Where a page ended, as it goes out to a client and comes back: opaque, and of use for the same query only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// The keys of this process by table. They are the process's and not a store's, so that a cursor can be made where no
/// store is at hand: in the middle of a page, or for a place that a service makes up of several queries.
static KEYS: LazyLock<RwLock<HashMap<Table, [u8; KEY_BYTES]>>> = LazyLock::new(RwLock::default);

/// For tables whose key was not asked for: its cursors are good in this process only.
static OWN_KEY: LazyLock<[u8; KEY_BYTES]> = LazyLock::new(random_key);

impl Cursor {
    /// A cursor for `position`, which [`open`](Self::open) gives back to who asks the same `question`.
    pub fn seal(table: Table, question: &str, position: &str) -> Self {
        let mut bytes = code(table, question, position).finalize().into_bytes()[..CODE_BYTES].to_vec();
        bytes.extend_from_slice(position.as_bytes());
        Self(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The position that was sealed.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] if the cursor was not sealed for this question, or not with the table's key.
    pub fn open(&self, table: Table, question: &str) -> Result<String, StoreError> {
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(&self.0)
            .map_err(|_| StoreError::Cursor)?;
        let (sealed, position) = bytes.split_at_checked(CODE_BYTES).ok_or(StoreError::Cursor)?;
        let position = std::str::from_utf8(position).map_err(|_| StoreError::Cursor)?;
        code(table, question, position)
            .verify_truncated_left(sealed)
            .map_err(|_| StoreError::Cursor)?;
        Ok(position.to_owned())
    }

    /// The cursor of a page of a [scan](crate::Store::scan) that ends with the item at `key`.
    pub fn of_scan(key: &Key) -> Self {
        Self::seal(key.table, SCAN, &format!("{} {}", key.partition, key.sort))
    }

    /// Where a scan of `table` goes on.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] if the cursor is of a query or of another table, or was tampered with.
    pub fn scanned(&self, table: Table) -> Result<Key, StoreError> {
        let position = self.open(table, SCAN)?;
        let (partition, sort) = position.split_once(' ').ok_or(StoreError::Cursor)?;
        let key = Key::new(table, partition, sort);
        key.validate().map_err(|_| StoreError::Cursor)?;
        Ok(key)
    }
}

const SCAN: &str = "scan";

/// The parts are told apart by a character that none of them has.
fn code(table: Table, question: &str, position: &str) -> Hmac<Sha256> {
    let keys = KEYS.read().unwrap_or_else(PoisonError::into_inner);
    let key = keys.get(&table).unwrap_or(&OWN_KEY);
    let mut code = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    for part in [table.0, question, position] {
        code.update(part.as_bytes());
        code.update(b"\0");
    }
    code
}

fn random_key() -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).expect("the operating system gives random numbers");
    key
}

#[derive(Serialize, Deserialize)]
struct CursorKeyItem {
    secret: String,
}

/// Seals the cursors of `table` with the key that is kept there, from now on and in the whole process; makes one if
/// there is none. To be called once at the start, before anybody is served. Without it cursors are good in this
/// process only.
///
/// # Errors
/// [`StoreError`] if the key can be neither read nor made.
pub async fn keep_cursor_key(store: &dyn Store, table: Table) -> Result<(), StoreError> {
    let at = Key::new(table, "key", "cursors");
    let corrupt = || StoreError::Corrupt {
        key: at.clone(),
        why: format!("a key has {KEY_BYTES} bytes"),
    };
    let mut why = String::new();
    for _ in 0..ATTEMPTS_MAX {
        if let Some(item) = store.get(&at, Read::Consistent).await? {
            let secret = item.parse::<CursorKeyItem>()?.secret;
            let key = BASE64_URL_SAFE_NO_PAD
                .decode(secret)
                .ok()
                .and_then(|key| key.try_into().ok())
                .ok_or_else(corrupt)?;
            KEYS.write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(table, key);
            return Ok(());
        }
        let secret = BASE64_URL_SAFE_NO_PAD.encode(random_key());
        let item = NewItem::new(at.clone(), Document::of(&CursorKeyItem { secret }));
        // Whoever was first, and whatever became of it: the next read tells.
        match store.commit(Change::of(table).put(item, Expect::Absent)).await {
            Ok(_) | Err(CommitError::Refused(_)) => {}
            Err(error) => why = error.to_string(),
        }
    }
    Err(StoreError::Unavailable { why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;

    const TABLE: Table = Table("sealed");

    #[test]
    fn a_cursor_opens_for_its_own_question_only() {
        let cursor = Cursor::seal(TABLE, "all", "p s");
        assert_eq!(cursor.open(TABLE, "all").expect("its own"), "p s");
        assert!(cursor.open(TABLE, "some").is_err());
        assert!(cursor.open(Table("another"), "all").is_err());
    }

    #[test]
    fn whatever_character_of_a_cursor_is_changed_it_is_refused() {
        let Cursor(genuine) = Cursor::seal(TABLE, "all", "partition sort");
        for place in 0..genuine.len() {
            let mut forged = genuine.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            let forged = Cursor(String::from_utf8(forged).expect("ASCII"));
            assert!(forged.open(TABLE, "all").is_err(), "{forged:?}");
        }
        assert!(Cursor(genuine + "AAAA").open(TABLE, "all").is_err());
    }

    #[test]
    fn a_cursor_that_was_only_encoded_is_refused() {
        let forged = Cursor(BASE64_URL_SAFE_NO_PAD.encode("0123456789abcdefpartition sort"));
        assert!(forged.open(TABLE, "all").is_err());
    }

    #[tokio::test]
    async fn the_key_is_made_once_and_found_again() {
        let (table, store) = (Table("kept"), MemoryStore::new());
        let before = Cursor::seal(table, "all", "p s");
        keep_cursor_key(&store, table).await.expect("made");
        assert!(before.open(table, "all").is_err(), "the key is another one now");
        let cursor = Cursor::seal(table, "all", "p s");
        KEYS.write().expect("no panic").remove(&table);
        assert!(cursor.open(table, "all").is_err());
        keep_cursor_key(&store, table).await.expect("found");
        assert_eq!(cursor.open(table, "all").expect("as after a restart"), "p s");
    }
}
