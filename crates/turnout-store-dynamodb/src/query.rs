//! Reads of a range, and of everything.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use turnout_store::{
    Cursor, Direction, Item, Page, Position, Query, Read, SortRange, Source, StoreError, Table, check_limit,
};

use crate::attributes::{Attributes, PARTITION, SORT, key_attributes, text, to_item};
use crate::definition::IndexDefinition;
use crate::failure::judge;
use crate::outbox::is_outbox;
use crate::store::DynamoStore;

pub(crate) async fn query(store: &DynamoStore, query: Query) -> Result<Page, StoreError> {
    query.validate()?;
    let position = query.position()?;
    let (first, last) = query.range.bounds();
    if first > last {
        return Ok(Page {
            items: Vec::new(),
            next: None,
        });
    }
    let name = store.name_of(query.table);
    let (condition, values) = key_condition(&query);
    let request = store.clients.reads.query();
    let answer = request
        .table_name(&name)
        .set_index_name(index_of(&query).map(|index| index.name.to_owned()))
        .key_condition_expression(condition)
        .set_expression_attribute_values(Some(values))
        .set_exclusive_start_key(position.map(|position| start_key(&query, position)))
        .scan_index_forward(query.direction == Direction::Forward)
        .limit(i32::try_from(query.limit).unwrap_or(i32::MAX))
        // An index cannot be read consistently; AWS refuses to try.
        .consistent_read(query.read == Read::Consistent && index_of(&query).is_none())
        .send()
        .await
        .map_err(|error| judge(&name, &error).of_read())?;
    let items = to_items(query.table, answer.items.unwrap_or_default())?;
    // More to come is said by the last key; it is the last item's, as nothing is filtered.
    let next = answer
        .last_evaluated_key
        .and(items.last())
        .map(|last| query.cursor_at(last));
    Ok(Page { items, next })
}

fn index_of(query: &Query) -> Option<&'static IndexDefinition> {
    match query.source {
        Source::Partition(_) => None,
        Source::Index(index, _) => Some(IndexDefinition::of(index)),
    }
}

/// The condition on the keys, and its values.
fn key_condition(query: &Query) -> (String, HashMap<String, AttributeValue>) {
    let (Source::Partition(partition) | Source::Index(_, partition)) = &query.source;
    let (pk, sk) = index_of(query).map_or((PARTITION, SORT), |index| (index.partition, index.sort));
    let (condition, ends): (String, &[&String]) = match &query.range {
        SortRange::All => (String::new(), &[]),
        SortRange::Prefix(prefix) => (format!(" AND begins_with({sk}, :a)"), &[prefix]),
        SortRange::Between(first, last) => (format!(" AND {sk} BETWEEN :a AND :b"), &[first, last]),
        SortRange::AtLeast(first) => (format!(" AND {sk} >= :a"), &[first]),
        SortRange::AtMost(last) => (format!(" AND {sk} <= :a"), &[last]),
    };
    let named = [":a", ":b"]
        .into_iter()
        .zip(ends)
        .map(|(name, end)| (name.to_owned(), text(end.as_str())));
    let values = named.chain([(":p".to_owned(), text(partition))]).collect();
    (format!("{pk} = :p{condition}"), values)
}

/// The key that `DynamoDB` goes on behind: the item's own and, for an index, its key there.
fn start_key(query: &Query, position: Position) -> Attributes {
    let mut key = key_attributes(&position.key.partition, &position.key.sort);
    if let (Source::Index(index, partition), Some(sort)) = (&query.source, position.index_sort) {
        let index = IndexDefinition::of(*index);
        key.insert(index.partition.to_owned(), text(partition));
        key.insert(index.sort.to_owned(), text(sort));
    }
    key
}

/// The outbox is skipped. A page that held nothing else is followed by the next one: a cursor can only stand on an item
/// of the port.
pub(crate) async fn scan(
    store: &DynamoStore,
    table: Table,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page, StoreError> {
    check_limit(limit)?;
    let name = store.name_of(table);
    let after = after.map(|cursor| cursor.scanned(table)).transpose()?;
    let mut start = after.map(|key| key_attributes(&key.partition, &key.sort));
    loop {
        let request = store.clients.reads.scan();
        let answer = request
            .table_name(&name)
            .set_exclusive_start_key(start)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| judge(&name, &error).of_read())?;
        let stored = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .filter(|item| !is_outbox(item));
        let items = to_items(table, stored)?;
        start = answer.last_evaluated_key;
        if start.is_none() || !items.is_empty() {
            let next = start.and(items.last()).map(|last| Cursor::of_scan(&last.key));
            return Ok(Page { items, next });
        }
    }
}

fn to_items(table: Table, items: impl IntoIterator<Item = Attributes>) -> Result<Vec<Item>, StoreError> {
    items.into_iter().map(|item| to_item(table, item)).collect()
}

#[cfg(test)]
mod tests {
    use turnout_store::{Document, Index, IndexKey, Key};

    use super::*;

    const TABLE: Table = Table("tickets");

    fn condition(query: Query, range: SortRange) -> (String, Vec<String>) {
        let (condition, values) = key_condition(&query.range(range));
        let value = |name: &str| values.get(name).map(|value| value.as_s().unwrap().clone());
        (
            condition,
            [":p", ":a", ":b"].into_iter().filter_map(value).collect(),
        )
    }

    #[test]
    fn ranges_become_conditions_on_the_keys() {
        let ranges = [
            (SortRange::All, "pk = :p", vec!["p"]),
            (
                SortRange::Prefix("a".to_owned()),
                "pk = :p AND begins_with(sk, :a)",
                vec!["p", "a"],
            ),
            (
                SortRange::Between("a".to_owned(), "b".to_owned()),
                "pk = :p AND sk BETWEEN :a AND :b",
                vec!["p", "a", "b"],
            ),
            (
                SortRange::AtLeast("a".to_owned()),
                "pk = :p AND sk >= :a",
                vec!["p", "a"],
            ),
            (
                SortRange::AtMost("a".to_owned()),
                "pk = :p AND sk <= :a",
                vec!["p", "a"],
            ),
        ];
        for (range, expected, values) in ranges {
            let (condition, found) = condition(Query::partition(TABLE, "p"), range);
            assert_eq!(
                (condition.as_str(), found),
                (expected, values.into_iter().map(str::to_owned).collect())
            );
        }
    }

    #[test]
    fn an_index_has_keys_of_its_own() {
        let query = Query::index(TABLE, Index::Second, "p");
        assert_eq!(
            condition(query, SortRange::AtLeast("a".to_owned())).0,
            "g2pk = :p AND g2sk >= :a"
        );
    }

    #[test]
    fn a_page_of_an_index_goes_on_behind_both_keys() {
        let query = Query::index(TABLE, Index::First, "event#1");
        let item = Item {
            key: Key::new(TABLE, "order#1", "order"),
            version: 1,
            document: Document::empty(),
            counters: [].into(),
            indexes: [Some(IndexKey::new("event#1", "held")), None],
            expires_at: None,
        };
        let next = query.clone().after(Some(query.cursor_at(&item)));
        let key = start_key(&next, next.position().unwrap().unwrap());
        let expected = [
            ("pk", "order#1"),
            ("sk", "order"),
            ("g1pk", "event#1"),
            ("g1sk", "held"),
        ];
        assert_eq!(
            key,
            expected
                .map(|(name, value)| (name.to_owned(), text(value)))
                .into()
        );
    }
}
