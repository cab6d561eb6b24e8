//! Tidying: what expired, and tokens that nobody will ask for again.

use rusqlite::Connection;

/// How long a token is remembered: the contract's ten minutes, and one for clocks that disagree.
const TOKEN_SECONDS: i64 = 11 * 60;
/// How long an item stands after it expired: whoever reads it meanwhile sees for himself that it did.
const EXPIRED_SECONDS: i64 = 3600;
/// The most items deleted by one sweep, so that the changes behind it do not wait long.
const ITEMS_MAX: i64 = 1_000;
/// The most tokens; a sweep a second keeps up with as many commits.
const TOKENS_MAX: i64 = 12_000;

/// The oldest tokens come first, so only the front of the table is looked at.
const OLD_TOKENS: &str = "SELECT id FROM (SELECT id, at FROM tokens ORDER BY id LIMIT ?2) WHERE at < ?1";
const EXPIRED_ITEMS: &str = "SELECT id FROM items WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2";

/// Whether a sweep at `now`, in seconds since 1970, would delete anything.
pub(crate) fn is_due(connection: &Connection, now: i64) -> rusqlite::Result<bool> {
    let due = |rows: &str, before: i64| {
        connection
            .prepare_cached(&format!("SELECT EXISTS ({rows})"))?
            .query_row((before, 1), |row| row.get(0))
    };
    Ok(due(OLD_TOKENS, now - TOKEN_SECONDS)? || due(EXPIRED_ITEMS, now - EXPIRED_SECONDS)?)
}

/// Deletes some of what is due in the transaction that `connection` has begun; gives how many items.
pub(crate) fn sweep(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    let delete = |table: &str, rows: &str, before: i64, max: i64| {
        let statement = format!("DELETE FROM {table} WHERE id IN ({rows})");
        connection.prepare_cached(&statement)?.execute((before, max))
    };
    delete("tokens", OLD_TOKENS, now - TOKEN_SECONDS, TOKENS_MAX)?;
    delete("items", EXPIRED_ITEMS, now - EXPIRED_SECONDS, ITEMS_MAX)
}
