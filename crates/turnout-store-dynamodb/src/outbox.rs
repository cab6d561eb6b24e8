//! The outbox: messages wait in the table of the change that caused them, until someone has sent them.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, ReturnConsumedCapacity, WriteRequest};
use futures::future::try_join_all;
use turnout_domain::Envelope;
use turnout_store::{OutboxBatch, OutboxPosition, Query, StoreError, Table, Token};

use crate::attributes::{Attributes, PARTITION, SORT, key_attributes, key_of, text};
use crate::commit::count_write_units;
use crate::failure::{Failure, judge};
use crate::retry::Attempts;
use crate::store::DynamoStore;

/// Partitions the messages of a table are spread over, by token. One takes about 1,000 write units a second, which
/// is 500 changes with messages and their deletion: this many serve 2,000.
const OUTBOX_SHARDS: u128 = 4;
/// Before the shard's number. The space keeps the outbox apart: no key of the port has one.
const PARTITION_PREFIX: &str = "outbox ";
const MESSAGES: &str = "messages";
/// `DynamoDB`'s bound for a batch of writes.
const DELETIONS_MAX: usize = 25;
/// How long batches are tried to be deleted. What stays is sent twice, which subscribers put up with.
const DELETION_DURATION_MAX: Duration = Duration::from_secs(5);

/// Whether an item is the outbox's own.
pub(crate) fn is_outbox(attributes: &Attributes) -> bool {
    matches!(attributes.get(PARTITION), Some(AttributeValue::S(partition)) if partition.starts_with(PARTITION_PREFIX))
}

/// The item with the messages of a change. All of it follows from the change alone: sent again it must be the same.
pub(crate) fn to_attributes(token: Token, messages: &[Envelope]) -> Attributes {
    let mut attributes = key_attributes(&partition(token.0 % OUTBOX_SHARDS), &sort(token, messages));
    let messages = serde_json::to_string(messages).expect("an envelope is a plain record");
    attributes.insert(MESSAGES.to_owned(), text(messages));
    attributes
}

fn partition(shard: u128) -> String {
    format!("{PARTITION_PREFIX}{shard}")
}

/// Orders by the time of the first message, in microseconds since 1970, then by token.
fn sort(token: Token, messages: &[Envelope]) -> String {
    let at = messages
        .iter()
        .map(|message| message.occurred_at.as_microsecond())
        .min()
        .unwrap_or(0);
    format!("{:016} {:032x}", at.max(0), token.0)
}

fn to_batch(table: Table, attributes: &Attributes) -> OutboxBatch {
    let key = key_of(table, attributes);
    let messages = attributes
        .get(MESSAGES)
        .and_then(|value| value.as_s().ok())
        .map_or("", String::as_str);
    let (messages, unreadable) = match serde_json::from_str(messages) {
        Ok(messages) => (messages, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    OutboxBatch {
        position: OutboxPosition(format!("{}/{}", key.partition, key.sort)),
        messages,
        unreadable,
        elsewhere: !is_of_this_process(&key.sort),
    }
}

/// What [`sort`] made of a token of this process.
fn is_of_this_process(sort: &str) -> bool {
    let token = sort
        .split_once(' ')
        .map(|(_, token)| u128::from_str_radix(token, 16));
    matches!(token, Some(Ok(token)) if Token(token).is_of_this_process())
}

/// Where a position of [`to_batch`] stands.
fn to_key(position: &OutboxPosition) -> Option<(&str, &str)> {
    position
        .0
        .split_once('/')
        .filter(|(partition, sort)| partition.starts_with(PARTITION_PREFIX) && !sort.is_empty())
}

/// The oldest batches of all shards, behind the one at `after`: what orders them is the same in all shards.
pub(crate) async fn waiting(
    store: &DynamoStore,
    table: Table,
    after: Option<&OutboxPosition>,
    limit: usize,
) -> Result<Vec<OutboxBatch>, StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let after = after.and_then(to_key).map(|(_, sort)| sort);
    let shards = (0..OUTBOX_SHARDS).map(|shard| waiting_in(store, table, shard, after, limit));
    let mut items: Vec<Attributes> = try_join_all(shards).await?.into_iter().flatten().collect();
    items.sort_by_cached_key(|item| key_of(table, item).sort);
    let oldest = items.iter().take(limit);
    Ok(oldest.map(|item| to_batch(table, item)).collect())
}

async fn waiting_in(
    store: &DynamoStore,
    table: Table,
    shard: u128,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Attributes>, StoreError> {
    let name = store.name_of(table);
    let request = store.clients.reads.query();
    let request = match after {
        Some(sort) => request
            .key_condition_expression(format!("{PARTITION} = :p AND {SORT} > :s"))
            .expression_attribute_values(":s", text(sort)),
        None => request.key_condition_expression(format!("{PARTITION} = :p")),
    };
    let answer = request
        .table_name(&name)
        .expression_attribute_values(":p", text(partition(shard)))
        .limit(i32::try_from(limit.min(Query::LIMIT_MAX)).unwrap_or(i32::MAX))
        // Each look begins at the oldest: a stale one would give again what was just deleted.
        .consistent_read(true)
        .send()
        .await;
    Ok(answer
        .map_err(|error| judge(&name, &error).of_read())?
        .items
        .unwrap_or_default())
}

/// Deletes batches.
pub(crate) async fn sent(
    store: &DynamoStore,
    table: Table,
    positions: &[OutboxPosition],
) -> Result<(), StoreError> {
    // A batch of writes with one key twice is refused.
    let keys: BTreeSet<(&str, &str)> = positions.iter().filter_map(to_key).collect();
    let name = store.name_of(table);
    let deletions: Result<Vec<WriteRequest>, _> = keys
        .into_iter()
        .map(|(partition, sort)| {
            DeleteRequest::builder()
                .set_key(Some(key_attributes(partition, sort)))
                .build()
        })
        .map(|deletion| deletion.map(|deletion| WriteRequest::builder().delete_request(deletion).build()))
        .collect();
    let deletions = deletions.map_err(|error| StoreError::Unavailable {
        why: error.to_string(),
    })?;
    for batch in deletions.chunks(DELETIONS_MAX) {
        delete(store, table, &name, batch.to_vec()).await?;
    }
    Ok(())
}

async fn delete(
    store: &DynamoStore,
    table: Table,
    name: &str,
    batch: Vec<WriteRequest>,
) -> Result<(), StoreError> {
    let mut attempts = Attempts::within(DELETION_DURATION_MAX);
    let mut left = HashMap::from([(name.to_owned(), batch)]);
    loop {
        // To delete twice does no harm, so the client that retries will do.
        let request = store
            .clients
            .reads
            .batch_write_item()
            .set_request_items(Some(left));
        let answer = request
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let answer = answer.map_err(|error| judge(name, &error).of_read())?;
        count_write_units(table, answer.consumed_capacity());
        left = answer.unprocessed_items.unwrap_or_default();
        if left.values().all(Vec::is_empty) {
            return Ok(());
        }
        if !attempts.pause().await {
            return Err(
                Failure::Busy("messages that were sent could not all be deleted in time".to_owned())
                    .of_read(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use turnout_domain::MessageId;

    use super::*;

    fn message(at: &str) -> Envelope {
        Envelope {
            id: "msg_00000000000000000000000001".parse::<MessageId>().unwrap(),
            kind: "ticketing.test".to_owned(),
            occurred_at: at.parse().unwrap(),
            body: serde_json::value::to_raw_value(&serde_json::json!({ "at": at })).unwrap(),
        }
    }

    #[test]
    fn a_batch_comes_back_as_it_went() {
        let messages = [message("2026-07-04T20:00:00Z"), message("2026-07-04T20:00:01Z")];
        let attributes = to_attributes(Token(6), &messages);
        assert!(is_outbox(&attributes));
        let batch = to_batch(Table("tickets"), &attributes);
        assert_eq!(batch.messages, messages);
        assert_eq!(batch.unreadable, None);
        let (partition, sort) = to_key(&batch.position).unwrap();
        assert_eq!(
            (partition, sort),
            ("outbox 2", "1783195200000000 00000000000000000000000000000006")
        );
    }

    #[test]
    fn a_batch_that_cannot_be_read_says_so_and_can_be_marked() {
        let mut attributes = to_attributes(Token(6), &[message("2026-07-04T20:00:00Z")]);
        attributes.insert(MESSAGES.to_owned(), text("{"));
        let batch = to_batch(Table("tickets"), &attributes);
        assert!(batch.unreadable.is_some() && batch.messages.is_empty());
        assert!(to_key(&batch.position).is_some());
    }

    #[test]
    fn the_same_change_gives_the_same_item() {
        let messages = [message("2026-07-04T20:00:00Z")];
        assert_eq!(
            to_attributes(Token(7), &messages),
            to_attributes(Token(7), &messages)
        );
    }

    #[test]
    fn the_older_batch_is_first() {
        let older = sort(Token(9), &[message("2026-07-04T20:00:00Z")]);
        let newer = sort(Token(1), &[message("2026-07-04T20:00:00.000001Z")]);
        assert!(older < newer);
    }

    #[test]
    fn only_the_outbox_can_be_marked_as_sent() {
        for position in ["tickets/1", "outbox 1", "outbox 1/", ""] {
            assert_eq!(to_key(&OutboxPosition(position.to_owned())), None, "{position}");
        }
    }
}
