//! How a change becomes the actions of a `DynamoDB` transaction.

use std::fmt::Write as _;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use turnout_store::{Condition, Counter, Key, NewItem, Write};

use crate::attributes::{
    Attributes, DOCUMENT, PARTITION, VERSION, counter_attribute, from_new_item, key_attributes, number, text,
};

/// On a refusal the item comes back as it stands, so that nobody has to read it.
const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// The action of one write on the table called `table`.
pub(crate) fn action(table: &str, write: Write) -> Result<TransactWriteItem, BuildError> {
    let action = TransactWriteItem::builder();
    let action = match write {
        Write::Insert(item) => action.put(put(table, from_new_item(item, 1), &[Condition::Absent])?),
        Write::Replace(item, version) => action.put(replace(table, item, version)?),
        Write::Update(write) => action.update(update(table, write)?),
        Write::Delete(key, condition) => {
            let (condition, values) = conditions(&[condition]);
            let delete = Delete::builder()
                .table_name(table)
                .set_key(Some(key_of(&key)))
                .condition_expression(condition)
                .set_expression_attribute_values(none_if_empty(values))
                .return_values_on_condition_check_failure(ALL_OLD);
            action.delete(delete.build()?)
        }
        Write::Check(key, condition) => {
            let (condition, values) = conditions(&[condition]);
            let check = ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(key_of(&key)))
                .condition_expression(condition)
                .set_expression_attribute_values(none_if_empty(values))
                .return_values_on_condition_check_failure(ALL_OLD);
            action.condition_check(check.build()?)
        }
    };
    Ok(action.build())
}

/// A put of these attributes where the conditions hold of what stands there.
pub(crate) fn put(
    table: &str,
    attributes: Attributes,
    requirements: &[Condition],
) -> Result<Put, BuildError> {
    let (condition, values) = conditions(requirements);
    Put::builder()
        .table_name(table)
        .set_item(Some(attributes))
        .condition_expression(condition)
        .set_expression_attribute_values(none_if_empty(values))
        .return_values_on_condition_check_failure(ALL_OLD)
        .build()
}

fn replace(table: &str, item: NewItem, version: u64) -> Result<Put, BuildError> {
    put(
        table,
        from_new_item(item, version + 1),
        &[Condition::Version(version)],
    )
}

/// All additions are one `ADD`, which counts a missing counter as 0.
fn update(table: &str, write: turnout_store::Update) -> Result<Update, BuildError> {
    let requirements: Vec<Condition> = [Condition::Exists].into_iter().chain(write.conditions).collect();
    let (mut condition, mut values) = conditions(&requirements);
    let mut additions = vec![format!("{VERSION} :one")];
    values.insert(":one".to_owned(), number(1));
    for (place, (counter, n)) in write.add.into_iter().enumerate() {
        additions.push(format!("{} :a{place}", counter_attribute(counter.0)));
        values.insert(format!(":a{place}"), number(n));
        if let Some((sign, bound)) = bound_of(&requirements, counter, n) {
            let name = counter_attribute(counter.0);
            // A counter that is not there counts as 0, to which everything allowed can be added.
            write!(
                condition,
                " AND (attribute_not_exists({name}) OR {name} {sign} :b{place})"
            )
            .expect("a string takes all text");
            values.insert(format!(":b{place}"), number(bound));
        }
    }
    let mut expression = format!("ADD {}", additions.join(", "));
    if let Some(document) = write.document {
        expression = format!("{expression} SET {DOCUMENT} = :doc");
        values.insert(":doc".to_owned(), text(document.as_str()));
    }
    Update::builder()
        .table_name(table)
        .set_key(Some(key_of(&write.key)))
        .update_expression(expression)
        .condition_expression(condition)
        .set_expression_attribute_values(Some(values))
        .return_values_on_condition_check_failure(ALL_OLD)
        .build()
}

/// What a counter must be for the sum to stay within [`Counter::MAX`]: here numbers have 38 digits, and nothing else
/// would stop it. A take has a floor that says as much.
fn bound_of(requirements: &[Condition], counter: Counter, n: i64) -> Option<(&'static str, i64)> {
    let has_floor = requirements.iter().any(|condition| {
        matches!(condition, Condition::AtLeast(of, floor) if *of == counter && floor.saturating_add(n) >= -Counter::MAX)
    });
    match n.signum() {
        1 => Some(("<=", Counter::MAX - n)),
        -1 if !has_floor => Some((">=", -Counter::MAX - n)),
        _ => None,
    }
}

/// The conditions as one expression, and its values. A counter that is not there is at least nothing: the comparison
/// with a missing attribute is false.
fn conditions(conditions: &[Condition]) -> (String, Attributes) {
    let mut values = Attributes::new();
    let terms: Vec<String> = conditions
        .iter()
        .enumerate()
        .map(|(place, condition)| match condition {
            Condition::Absent => format!("attribute_not_exists({PARTITION})"),
            Condition::Exists => format!("attribute_exists({PARTITION})"),
            Condition::Version(version) => {
                values.insert(format!(":c{place}"), number(version));
                format!("{VERSION} = :c{place}")
            }
            Condition::AtLeast(counter, floor) => {
                values.insert(format!(":c{place}"), number(floor));
                format!("{} >= :c{place}", counter_attribute(counter.0))
            }
        })
        .collect();
    (terms.join(" AND "), values)
}

fn key_of(key: &Key) -> Attributes {
    key_attributes(&key.partition, &key.sort)
}

/// `DynamoDB` refuses an empty set of values.
fn none_if_empty(values: Attributes) -> Option<Attributes> {
    (!values.is_empty()).then_some(values)
}

/// The version a write leaves its item at, as far as it can be told from the write alone.
pub(crate) fn version_after(write: &Write) -> u64 {
    match write {
        Write::Insert(_) => 1,
        Write::Replace(_, version) => version + 1,
        Write::Update(update) => update
            .conditions
            .iter()
            .find_map(|condition| match condition {
                Condition::Version(version) => Some(version + 1),
                _ => None,
            })
            .unwrap_or(0),
        Write::Delete(..) | Write::Check(..) => 0,
    }
}

#[cfg(test)]
mod tests {
    use turnout_store::{Document, Table, Update};

    use super::*;

    const LEFT: Counter = Counter("left");

    fn key() -> Key {
        Key::new(Table("tickets"), "pool#1", "pool")
    }

    fn value(values: Option<&Attributes>, name: &str) -> String {
        let value = &values.unwrap()[name];
        value.as_n().or_else(|_| value.as_s()).unwrap().clone()
    }

    #[test]
    fn an_insert_is_a_put_where_nothing_stands() {
        let action = action("t", Write::Insert(NewItem::new(key(), Document::empty()))).unwrap();
        let put = action.put().unwrap();
        assert_eq!(put.condition_expression(), Some("attribute_not_exists(pk)"));
        assert_eq!(put.expression_attribute_values(), None);
        assert_eq!(put.item()[VERSION], number(1));
    }

    #[test]
    fn a_replacement_rises_from_the_version_it_expects() {
        let action = action("t", Write::Replace(NewItem::new(key(), Document::empty()), 4)).unwrap();
        let put = action.put().unwrap();
        assert_eq!(put.condition_expression(), Some("v = :c0"));
        assert_eq!(value(put.expression_attribute_values(), ":c0"), "4");
        assert_eq!(put.item()[VERSION], number(5));
    }

    #[test]
    fn an_update_takes_where_enough_is_left() {
        let write = Update::of(key())
            .take(LEFT, 2)
            .require(Condition::Version(3))
            .document(Document::empty());
        let action = action("t", Write::Update(write)).unwrap();
        let update = action.update().unwrap();
        assert_eq!(
            update.condition_expression(),
            Some("attribute_exists(pk) AND n_left >= :c1 AND v = :c2")
        );
        assert_eq!(
            update.update_expression(),
            "ADD v :one, n_left :a0 SET doc = :doc"
        );
        let values = update.expression_attribute_values();
        assert_eq!(value(values, ":a0"), "-2");
        assert_eq!(value(values, ":c1"), "2");
        assert_eq!(value(values, ":doc"), "{}");
    }

    #[test]
    fn a_gift_goes_as_far_as_a_counter_holds() {
        let action = action("t", Write::Update(Update::of(key()).give(LEFT, 2))).unwrap();
        let update = action.update().unwrap();
        assert_eq!(
            update.condition_expression(),
            Some("attribute_exists(pk) AND (attribute_not_exists(n_left) OR n_left <= :b0)")
        );
        let bound = value(update.expression_attribute_values(), ":b0");
        assert_eq!(bound, (Counter::MAX - 2).to_string());
    }

    #[test]
    fn every_action_brings_the_item_back_when_refused() {
        let deleted = action("t", Write::Delete(key(), Condition::Exists)).unwrap();
        let checked = action("t", Write::Check(key(), Condition::AtLeast(LEFT, 1))).unwrap();
        let returned = [
            deleted
                .delete()
                .unwrap()
                .return_values_on_condition_check_failure(),
            checked
                .condition_check()
                .unwrap()
                .return_values_on_condition_check_failure(),
        ];
        assert_eq!(returned, [Some(&ALL_OLD), Some(&ALL_OLD)]);
    }

    #[test]
    fn versions_are_told_where_the_write_says_them() {
        let item = NewItem::new(key(), Document::empty());
        assert_eq!(version_after(&Write::Insert(item.clone())), 1);
        assert_eq!(version_after(&Write::Replace(item, 8)), 9);
        assert_eq!(version_after(&Write::Update(Update::of(key()).take(LEFT, 1))), 0);
        assert_eq!(
            version_after(&Write::Update(Update::of(key()).require(Condition::Version(2)))),
            3
        );
        assert_eq!(version_after(&Write::Delete(key(), Condition::Exists)), 0);
    }
}
