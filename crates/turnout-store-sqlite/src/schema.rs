//! The tables, and how a file of an older version becomes one of this.

use rusqlite::Connection;

/// Written into every file, so that a file of another program is not taken for ours: `Trno` in ASCII.
pub(crate) const APPLICATION_ID: i32 = 0x5472_6E6F;

/// What each version added to the one before; `PRAGMA user_version` counts them.
///
/// `items` has a rowid and a unique key beside it: with rows of some hundred bytes that takes 1.7 times fewer writes
/// than a table kept in the order of its key. What is text could be shorter as a blob, and nobody could read it.
const MIGRATIONS: [&str; 1] = ["
CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    tbl TEXT NOT NULL,
    pk TEXT NOT NULL,
    sk TEXT NOT NULL,
    version INTEGER NOT NULL,
    counters TEXT NOT NULL,     -- JSON: names and whole numbers
    ipk1 TEXT, isk1 TEXT,       -- the item's place in the first index, if it has one
    ipk2 TEXT, isk2 TEXT,       -- and in the second
    expires_at INTEGER,         -- seconds since 1970
    document TEXT NOT NULL,     -- JSON
    UNIQUE (tbl, pk, sk)
) STRICT;
CREATE INDEX items_first ON items (tbl, ipk1, isk1, pk, sk) WHERE ipk1 IS NOT NULL;
CREATE INDEX items_second ON items (tbl, ipk2, isk2, pk, sk) WHERE ipk2 IS NOT NULL;
CREATE INDEX items_expiry ON items (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    tbl TEXT NOT NULL,
    messages TEXT NOT NULL      -- JSON: the envelopes of one change
) STRICT;
CREATE INDEX outbox_table ON outbox (tbl);

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,     -- in the order of time, so that the oldest are found at the front
    token BLOB NOT NULL UNIQUE,
    versions TEXT NOT NULL,     -- JSON: the answer that was given
    at INTEGER NOT NULL         -- seconds since 1970
) STRICT;
"];

/// The version of a file that this program writes.
pub(crate) const VERSION: i32 = 1;

/// Brings a file of version `from`, 0 for an empty one, to [`VERSION`], in one transaction.
pub(crate) fn migrate(connection: &mut Connection, from: i32) -> rusqlite::Result<()> {
    let done = usize::try_from(from).unwrap_or(0);
    if done >= MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for migration in &MIGRATIONS[done..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}
