//! What the readers ask the database.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use turnout_store::{
    Cursor, Direction, Index, Item, Key, OutboxBatch, OutboxPosition, Page, Query, Source, StoreError, Table,
};

use crate::health::unavailable;
use crate::rows::{self, columns};

/// From so many bytes of documents on, a page takes no more items, as `DynamoDB` has it: a thousand items of the
/// largest size would be 128 MB.
const PAGE_BYTES: usize = 1024 * 1024;

/// The item at `key`.
pub(crate) fn get(connection: &Connection, key: &Key) -> Result<Option<Item>, StoreError> {
    let found = rows::item_at(connection, key).map_err(|error| unavailable(&error))??;
    Ok(found.map(|(_, item)| item))
}

/// A statement and the values for it.
struct Asked {
    sql: String,
    values: Vec<Value>,
}

/// One page of a valid query.
pub(crate) fn query(connection: &Connection, query: &Query) -> Result<Page, StoreError> {
    page(connection, query.table, asked(query)?, query.limit, |item| {
        query.cursor_at(item)
    })
}

fn asked(query: &Query) -> Result<Asked, StoreError> {
    match &query.source {
        Source::Partition(partition) => of_partition(query, partition),
        Source::Index(index, partition) => of_index(query, *index, partition),
    }
}

/// One page of all items of a table, in the order of their keys.
pub(crate) fn scan(
    connection: &Connection,
    table: Table,
    after: Option<Key>,
    limit: usize,
) -> Result<Page, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM items WHERE tbl = ?1 AND (pk, sk) > (?2, ?3) ORDER BY pk, sk LIMIT ?4"
    );
    // No part of a key is empty, so before all of them.
    let (partition, sort) = after.map_or_else(Default::default, |key| (key.partition, key.sort));
    let values = vec![
        text(table.0),
        Value::Text(partition),
        Value::Text(sort),
        limit_of(limit),
    ];
    page(
        connection,
        table,
        Asked {
            sql: sql.to_owned(),
            values,
        },
        limit,
        |item| Cursor::of_scan(&item.key),
    )
}

/// The number of a batch. What is not a number never was a position here, and is before all.
pub(crate) fn outbox_number(position: Option<&OutboxPosition>) -> i64 {
    position.and_then(|position| position.0.parse().ok()).unwrap_or(0)
}

/// How many batches wait.
pub(crate) fn outbox_batches(connection: &Connection, table: Table) -> rusqlite::Result<i64> {
    let count = "SELECT count(*) FROM outbox WHERE tbl = ?1";
    connection.query_row(count, [table.0], |row| row.get(0))
}

/// The names of the tables that have items or messages. Each is found by a seek, however many items there are.
pub(crate) fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "WITH RECURSIVE names (name) AS (
            SELECT min(tbl) FROM items UNION ALL
            SELECT (SELECT min(tbl) FROM items WHERE tbl > name) FROM names WHERE name IS NOT NULL)
        SELECT name FROM names WHERE name IS NOT NULL UNION SELECT tbl FROM outbox ORDER BY 1",
    )?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

/// Messages that wait behind the batch with this number, the oldest first.
pub(crate) fn outbox(
    connection: &Connection,
    table: Table,
    after: i64,
    limit: usize,
) -> Result<Vec<OutboxBatch>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let waiting = "SELECT id, messages FROM outbox WHERE tbl = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    let rows = (|| {
        let mut statement = connection.prepare_cached(waiting)?;
        let rows = statement.query_map((table.0, after, limit), |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<Vec<(i64, String)>>>()
    })();
    let rows = rows.map_err(|error| unavailable(&error))?;
    let batches = rows.into_iter().map(|(id, json)| {
        let (messages, unreadable) = match serde_json::from_str(&json) {
            Ok(messages) => (messages, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        OutboxBatch {
            position: OutboxPosition(id.to_string()),
            messages,
            unreadable,
            elsewhere: false,
        }
    });
    Ok(batches.collect())
}

/// Where a cursor stands, the bound of the range on that side is left out: the cursor is inside the range.
fn of_partition(query: &Query, partition: &str) -> Result<Asked, StoreError> {
    let (mut first, mut last) = query.range.bounds();
    let position = query.position()?.map(|position| position.key.sort);
    let (from, to, order) = match (query.direction, position) {
        (Direction::Forward, None) => (">=", "<=", "ASC"),
        (Direction::Backward, None) => (">=", "<=", "DESC"),
        (Direction::Forward, Some(sort)) => {
            first = sort;
            (">", "<=", "ASC")
        }
        (Direction::Backward, Some(sort)) => {
            last = sort;
            (">=", "<", "DESC")
        }
    };
    let sql = format!(
        "SELECT {} FROM items WHERE tbl = ?1 AND pk = ?2 AND sk {from} ?3 AND sk {to} ?4 ORDER BY sk {order} LIMIT ?5",
        columns!()
    );
    let values = vec![
        text(query.table.0),
        text(partition),
        Value::Text(first),
        Value::Text(last),
        limit_of(query.limit),
    ];
    Ok(Asked { sql, values })
}

/// As [`of_partition`], with the item's own key behind its place in the index.
fn of_index(query: &Query, index: Index, partition: &str) -> Result<Asked, StoreError> {
    let (first, last) = query.range.bounds();
    let number = index.position() + 1;
    let mut values = vec![text(query.table.0), text(partition), limit_of(query.limit)];
    let mut bound = |value: String| {
        values.push(Value::Text(value));
        format!("?{}", values.len())
    };
    let (mut from, mut to) = (format!("isk{number} >= "), format!("isk{number} <= "));
    if let Some(position) = query.position()? {
        let parts = [
            position.index_sort.unwrap_or_default(),
            position.key.partition,
            position.key.sort,
        ];
        let [at, pk, sk] = parts.map(&mut bound);
        let behind = |sign| format!("(isk{number}, pk, sk) {sign} ({at}, {pk}, {sk})");
        match query.direction {
            Direction::Forward => (from, to) = (behind(">"), to + &bound(last)),
            Direction::Backward => (from, to) = (from + &bound(first), behind("<")),
        }
    } else {
        (from, to) = (from + &bound(first), to + &bound(last));
    }
    let order = match query.direction {
        Direction::Forward => "ASC",
        Direction::Backward => "DESC",
    };
    let sql = format!(
        "SELECT {} FROM items WHERE tbl = ?1 AND ipk{number} = ?2 AND {from} AND {to}
        ORDER BY isk{number} {order}, pk {order}, sk {order} LIMIT ?3",
        columns!()
    );
    Ok(Asked { sql, values })
}

fn page(
    connection: &Connection,
    table: Table,
    asked: Asked,
    limit: usize,
    cursor_at: impl Fn(&Item) -> Cursor,
) -> Result<Page, StoreError> {
    let failed = |error: rusqlite::Error| unavailable(&error);
    let mut statement = connection.prepare_cached(&asked.sql).map_err(failed)?;
    let mut rows = statement.query(params_from_iter(asked.values)).map_err(failed)?;
    let mut items: Vec<Item> = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.next().map_err(failed)? {
        if items.len() == limit || bytes >= PAGE_BYTES {
            let next = items.last().map(cursor_at);
            return Ok(Page { items, next });
        }
        let (_, item) = rows::item_of(table, row)?;
        bytes += item.document.as_str().len();
        items.push(item);
    }
    Ok(Page { items, next: None })
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// One more than asked for, to know whether there is a next page.
fn limit_of(limit: usize) -> Value {
    Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use turnout_store::{NewItem, SortRange};

    use super::*;

    const TABLE: Table = Table("t");

    fn plan(asked: &Asked) -> String {
        let mut connection = Connection::open_in_memory().expect("memory");
        crate::schema::migrate(&mut connection, 0).expect("a new file");
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {}", asked.sql))
            .expect("valid SQL");
        let rows = statement.query_map(params_from_iter(asked.values.clone()), |row| {
            row.get::<_, String>(3)
        });
        rows.expect("a plan")
            .collect::<rusqlite::Result<Vec<_>>>()
            .expect("text")
            .join("; ")
    }

    fn item() -> Item {
        let key = Key::new(TABLE, "p", "s");
        let new = NewItem::new(key, turnout_store::Document::empty());
        let new = new.index(Index::Second, turnout_store::IndexKey::new("i", "s"));
        match turnout_store::evaluate::apply(turnout_store::Write::Insert(new), None) {
            turnout_store::evaluate::Effect::Put(item) => item,
            other => panic!("an insert leaves an item, not {other:?}"),
        }
    }

    #[test]
    fn a_page_begins_where_the_one_before_ended_and_sorts_nothing() {
        let range = SortRange::Prefix("s".to_owned());
        let of_table = Query::partition(TABLE, "p").range(range.clone());
        let of_index = Query::index(TABLE, Index::Second, "i").range(range);
        let seeks = [
            (of_table.clone(), false, "tbl=? AND pk=? AND sk>? AND sk<?"),
            (of_table.clone(), true, "tbl=? AND pk=? AND sk>? AND sk<?"),
            (of_table.backward(), true, "tbl=? AND pk=? AND sk>? AND sk<?"),
            (
                of_index.clone(),
                false,
                "items_second (tbl=? AND ipk2=? AND isk2>? AND isk2<?",
            ),
            (
                of_index.clone(),
                true,
                "items_second (tbl=? AND ipk2=? AND (isk2,pk,sk)>(?,?,?) AND isk2<?",
            ),
            (
                of_index.backward(),
                true,
                "items_second (tbl=? AND ipk2=? AND isk2>? AND (isk2,pk,sk)<(?,?,?)",
            ),
        ];
        for (query, going_on, seek) in seeks {
            let cursor = going_on.then(|| query.cursor_at(&item()));
            let query = query.after(cursor);
            let plan = plan(&asked(&query).expect("a valid query"));
            assert!(
                plan.contains(seek) && !plan.contains("TEMP"),
                "{query:?} is {plan}"
            );
        }
    }
}
