//! How an item of the port becomes an item of `DynamoDB`, and back.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use turnout_store::{Document, IndexKey, Item, Key, NewItem, StoreError, Table};

use crate::definition::INDEXES;

/// An item as `DynamoDB` has it.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

// None of these is a word that DynamoDB reserves, so expressions name them plainly; but `ttl` is, and is in none.
pub(crate) const PARTITION: &str = "pk";
pub(crate) const SORT: &str = "sk";
pub(crate) const VERSION: &str = "v";
pub(crate) const DOCUMENT: &str = "doc";
pub(crate) const TTL: &str = "ttl";

/// Before a counter's name: keeps it apart from the attributes above and from all reserved words.
const COUNTER_PREFIX: &str = "n_";

pub(crate) fn counter_attribute(counter: &str) -> String {
    format!("{COUNTER_PREFIX}{counter}")
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn key_attributes(partition: &str, sort: &str) -> Attributes {
    HashMap::from([
        (PARTITION.to_owned(), text(partition)),
        (SORT.to_owned(), text(sort)),
    ])
}

/// The item as it will stand at `version`.
pub(crate) fn from_new_item(item: NewItem, version: u64) -> Attributes {
    let mut attributes = key_attributes(&item.key.partition, &item.key.sort);
    attributes.insert(VERSION.to_owned(), number(version));
    attributes.insert(DOCUMENT.to_owned(), text(item.document.as_str()));
    for (counter, value) in item.counters {
        attributes.insert(counter_attribute(counter), number(value));
    }
    for (definition, index) in INDEXES.iter().zip(item.indexes) {
        if let Some(IndexKey { partition, sort }) = index {
            attributes.insert(definition.partition.to_owned(), text(partition));
            attributes.insert(definition.sort.to_owned(), text(sort));
        }
    }
    if let Some(at) = item.expires_at {
        attributes.insert(TTL.to_owned(), number(whole_seconds(at)));
    }
    attributes
}

/// Rounded up: never deleted early.
fn whole_seconds(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

/// Where the item stands.
pub(crate) fn key_of(table: Table, attributes: &Attributes) -> Key {
    let part = |name| {
        attributes
            .get(name)
            .and_then(|value| value.as_s().ok())
            .cloned()
            .unwrap_or_default()
    };
    Key {
        table,
        partition: part(PARTITION),
        sort: part(SORT),
    }
}

/// The item that stands there.
///
/// # Errors
/// [`StoreError::Corrupt`] if it was not written by this adapter.
pub(crate) fn to_item(table: Table, mut attributes: Attributes) -> Result<Item, StoreError> {
    let key = key_of(table, &attributes);
    let corrupt = |name: &str| StoreError::Corrupt {
        key: key.clone(),
        why: format!("the attribute `{name}` is missing or wrong"),
    };

    let version = attributes
        .get(VERSION)
        .and_then(as_number)
        .and_then(|version| u64::try_from(version).ok());
    let version = version.ok_or_else(|| corrupt(VERSION))?;
    let Some(AttributeValue::S(document)) = attributes.remove(DOCUMENT) else {
        return Err(corrupt(DOCUMENT));
    };
    let expires_at = match attributes.remove(TTL) {
        None => None,
        Some(ttl) => {
            let at = as_number(&ttl).and_then(|seconds| Timestamp::from_second(seconds).ok());
            Some(at.ok_or_else(|| corrupt(TTL))?)
        }
    };
    let mut indexes = [None, None];
    for (definition, index) in INDEXES.iter().zip(&mut indexes) {
        if let (Some(AttributeValue::S(partition)), Some(AttributeValue::S(sort))) = (
            attributes.remove(definition.partition),
            attributes.remove(definition.sort),
        ) {
            *index = Some(IndexKey { partition, sort });
        }
    }
    let mut counters = BTreeMap::new();
    for (name, value) in &attributes {
        if let Some(counter) = name.strip_prefix(COUNTER_PREFIX) {
            counters.insert(counter.to_owned(), as_number(value).ok_or_else(|| corrupt(name))?);
        }
    }
    Ok(Item {
        key,
        version,
        document: Document::from_stored(document),
        counters,
        indexes,
        expires_at,
    })
}

/// A whole number. `DynamoDB` counts on beyond 64 bits; here, as on every backend, a counter stops at its bound.
fn as_number(value: &AttributeValue) -> Option<i64> {
    let digits: i128 = value.as_n().ok()?.parse().ok()?;
    i64::try_from(digits)
        .ok()
        .or(Some(if digits < 0 { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use turnout_store::{Counter, Index};

    use super::*;

    const TABLE: Table = Table("tickets");

    fn pool() -> NewItem {
        NewItem::new(
            Key::new(TABLE, "pool#1", "pool"),
            Document::from_stored(r#"{"name":"Standing"}"#.to_owned()),
        )
        .counter(Counter("available"), -3)
        .index(Index::Second, IndexKey::new("event#1", "standing"))
        .expires_at(Timestamp::from_millisecond(1_700_000_000_001).unwrap())
    }

    #[test]
    fn an_item_comes_back_as_it_went() {
        let item = to_item(TABLE, from_new_item(pool(), 7)).unwrap();
        assert_eq!((item.key, item.version), (pool().key, 7));
        assert_eq!(item.document, pool().document);
        assert_eq!(item.counters, BTreeMap::from([("available".to_owned(), -3)]));
        assert_eq!(item.indexes, [None, Some(IndexKey::new("event#1", "standing"))]);
        assert_eq!(
            item.expires_at,
            Some(Timestamp::from_second(1_700_000_001).unwrap()),
            "rounded up"
        );
    }

    #[test]
    fn an_item_of_someone_else_is_corrupt_and_named() {
        let mut attributes = from_new_item(pool(), 1);
        attributes.remove(VERSION);
        let error = to_item(TABLE, attributes).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the item tickets/pool#1/pool cannot be read: the attribute `v` is missing or wrong"
        );
    }

    #[test]
    fn a_counter_beyond_64_bits_stops_at_the_bound() {
        assert_eq!(as_number(&number(i128::from(i64::MAX) + 2)), Some(i64::MAX));
        assert_eq!(as_number(&number(i128::from(i64::MIN) - 2)), Some(i64::MIN));
        assert_eq!(as_number(&AttributeValue::N("1.5".to_owned())), None);
    }
}
