//! Items as rows, and back.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use turnout_store::{Document, IndexKey, Item, Key, StoreError, Table};

use crate::health::unavailable;

/// The columns that [`item_of`] reads, in its order.
macro_rules! columns {
    () => {
        "id, pk, sk, version, counters, ipk1, isk1, ipk2, isk2, expires_at, document"
    };
}
pub(crate) use columns;

const ITEM_AT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM items WHERE tbl = ?1 AND pk = ?2 AND sk = ?3"
);
const INSERT: &str = "INSERT INTO items
    (tbl, pk, sk, version, counters, ipk1, isk1, ipk2, isk2, expires_at, document)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const UPDATE: &str =
    "UPDATE items SET version = ?2, counters = ?3, ipk1 = ?4, isk1 = ?5, ipk2 = ?6, isk2 = ?7,
    expires_at = ?8, document = ?9 WHERE id = ?1";
const UPDATE_COUNTERS: &str = "UPDATE items SET version = ?2, counters = ?3 WHERE id = ?1";

/// An item and the number of its row.
pub(crate) type Found = (i64, Item);

/// The item at `key`. The outer error is the database's, the inner one of this item alone.
pub(crate) fn item_at(
    connection: &Connection,
    key: &Key,
) -> rusqlite::Result<Result<Option<Found>, StoreError>> {
    let mut statement = connection.prepare_cached(ITEM_AT)?;
    let place = (key.table.0, &key.partition, &key.sort);
    let row = statement
        .query_row(place, |row| Ok(item_of(key.table, row)))
        .optional()?;
    Ok(row.transpose())
}

/// The item in a row of the columns [`columns`], and the row's number.
pub(crate) fn item_of(table: Table, row: &Row<'_>) -> Result<Found, StoreError> {
    let place = (|| {
        Ok((
            row.get(0)?,
            Key::new(table, row.get::<_, String>(1)?, row.get::<_, String>(2)?),
        ))
    })();
    let (id, key): (i64, Key) = place.map_err(|error: rusqlite::Error| unavailable(&error))?;
    match item_at_row(&key, row) {
        Ok(item) => Ok((id, item)),
        Err(why) => Err(StoreError::Corrupt { key, why }),
    }
}

fn item_at_row(key: &Key, row: &Row<'_>) -> Result<Item, String> {
    let text = |error: rusqlite::Error| error.to_string();
    let version: i64 = row.get(3).map_err(text)?;
    let counters = match row
        .get_ref(4)
        .and_then(|value| Ok(value.as_str()?))
        .map_err(text)?
    {
        "{}" => BTreeMap::new(),
        json => serde_json::from_str(json).map_err(|error| error.to_string())?,
    };
    let index = |at: usize| -> Result<Option<IndexKey>, String> {
        let partition: Option<String> = row.get(at).map_err(text)?;
        let sort: Option<String> = row.get(at + 1).map_err(text)?;
        Ok(partition
            .zip(sort)
            .map(|(partition, sort)| IndexKey { partition, sort }))
    };
    let expires_at = row.get::<_, Option<i64>>(9).map_err(text)?;
    let expires_at = expires_at
        .map(Timestamp::from_second)
        .transpose()
        .map_err(|error| error.to_string())?;
    Ok(Item {
        key: key.clone(),
        version: u64::try_from(version).map_err(|error| error.to_string())?,
        document: Document::from_stored(row.get(10).map_err(text)?),
        counters,
        indexes: [index(5)?, index(7)?],
        expires_at,
    })
}

/// Writes an item where none stands.
pub(crate) fn insert(connection: &Connection, item: &Item) -> rusqlite::Result<()> {
    let [first, second] = &item.indexes;
    let mut statement = connection.prepare_cached(INSERT)?;
    statement.execute(params![
        item.key.table.0,
        item.key.partition,
        item.key.sort,
        version(item),
        counters(item),
        first.as_ref().map(|key| &key.partition),
        first.as_ref().map(|key| &key.sort),
        second.as_ref().map(|key| &key.partition),
        second.as_ref().map(|key| &key.sort),
        item.expires_at.map(Timestamp::as_second),
        item.document.as_str(),
    ])?;
    Ok(())
}

/// Writes all of an item over row `id`.
pub(crate) fn update(connection: &Connection, id: i64, item: &Item) -> rusqlite::Result<()> {
    let [first, second] = &item.indexes;
    let mut statement = connection.prepare_cached(UPDATE)?;
    statement.execute(params![
        id,
        version(item),
        counters(item),
        first.as_ref().map(|key| &key.partition),
        first.as_ref().map(|key| &key.sort),
        second.as_ref().map(|key| &key.partition),
        second.as_ref().map(|key| &key.sort),
        item.expires_at.map(Timestamp::as_second),
        item.document.as_str(),
    ])?;
    Ok(())
}

/// Writes the version and the counters of an item over row `id`: the indexes need not be touched.
pub(crate) fn update_counters(connection: &Connection, id: i64, item: &Item) -> rusqlite::Result<()> {
    connection
        .prepare_cached(UPDATE_COUNTERS)?
        .execute(params![id, version(item), counters(item)])?;
    Ok(())
}

/// Deletes row `id`.
pub(crate) fn delete(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM items WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// A version is counted up by one and never comes near the bound of a row's number.
fn version(item: &Item) -> i64 {
    i64::try_from(item.version).unwrap_or(i64::MAX)
}

fn counters(item: &Item) -> String {
    serde_json::to_string(&item.counters).expect("names and whole numbers can be written as JSON")
}
