//! The tables, and how a file of an older version becomes one of this.

use rusqlite::Connection;

/// Written into every file, so that a file of another program is not taken for ours: `Trno` in ASCII.
pub(crate) const APPLICATION_ID: i32 = 0x5472_6E6F;

/// What each version added to the one before; `PRAGMA user_version` counts them.
///
/// `items` has a rowid and a unique key beside it: with rows of some hundred bytes that takes 1.7 times fewer writes
/// than a table kept in the order of its key. What is text could be shorter as a blob, and nobody could read it.
const MIGRATIONS: [&str; 2] = [
    "
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
",
    // Whoever looks into a file sees when it came to what it is.
    "
CREATE TABLE migrations (
    version INTEGER PRIMARY KEY,
    at INTEGER NOT NULL         -- seconds since 1970
) STRICT;
",
];

/// The version of a file that this program writes.
pub(crate) const VERSION: i32 = 2;

/// Brings a file of version `from`, 0 for an empty one, to [`VERSION`], in one transaction: a file is of one version or
/// of the other, wherever the process is killed.
pub(crate) fn migrate(connection: &mut Connection, from: i32) -> rusqlite::Result<()> {
    let done = usize::try_from(from).unwrap_or(0);
    if done >= MIGRATIONS.len() {
        return Ok(());
    }
    if done > 0 {
        tracing::info!(from, to = VERSION, "Bringing the database up to date");
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for migration in &MIGRATIONS[done..] {
        transaction.execute_batch(migration)?;
    }
    for version in from + 1..=VERSION {
        let applied = "INSERT INTO migrations (version, at) VALUES (?1, unixepoch())";
        transaction.execute(applied, [version])?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(connection: &Connection, sql: &str) -> i64 {
        connection.query_row(sql, [], |row| row.get(0)).expect("a number")
    }

    /// A file as the program of that version left it.
    fn of_version(version: i32) -> Connection {
        let connection = Connection::open_in_memory().expect("memory");
        for migration in &MIGRATIONS[..usize::try_from(version).expect("small")] {
            connection.execute_batch(migration).expect("valid SQL");
        }
        connection
            .pragma_update(None, "application_id", APPLICATION_ID)
            .and_then(|()| connection.pragma_update(None, "user_version", version))
            .expect("set");
        connection
    }

    /// What makes up a file, in words that do not depend on the way it came about.
    fn shape(connection: &Connection) -> Vec<String> {
        let mut statement = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .expect("valid SQL");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<rusqlite::Result<_>>().expect("text")
    }

    #[test]
    fn a_file_of_any_older_version_becomes_one_of_this_and_keeps_what_it_has() {
        let mut new = Connection::open_in_memory().expect("memory");
        migrate(&mut new, 0).expect("a new file");
        for version in 1..VERSION {
            let mut old = of_version(version);
            old.execute_batch(
                "INSERT INTO items (tbl, pk, sk, version, counters, document) VALUES ('t', 'p', 's', 3, '{}', '1')",
            )
            .expect("an item");
            migrate(&mut old, version).expect("brought up to date");
            assert_eq!(shape(&old), shape(&new), "from version {version}");
            assert_eq!(number(&old, "PRAGMA user_version"), i64::from(VERSION));
            assert_eq!(number(&old, "SELECT version FROM items WHERE sk = 's'"), 3);
            let applied = "SELECT count(*) FROM migrations";
            assert_eq!(number(&old, applied), i64::from(VERSION - version));
            migrate(&mut old, VERSION).expect("nothing to do");
            assert_eq!(number(&old, applied), i64::from(VERSION - version));
        }
    }

    #[test]
    fn a_migration_that_fails_leaves_the_file_as_it_was() {
        let mut old = of_version(1);
        old.execute_batch("CREATE TABLE migrations (theirs)")
            .expect("in the way");
        let before = shape(&old);
        assert!(migrate(&mut old, 1).is_err());
        assert_eq!(shape(&old), before);
        assert_eq!(number(&old, "PRAGMA user_version"), 1);
    }
}
