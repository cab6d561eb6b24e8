//! Reads by key.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use turnout_store::{Item, Key, Read, StoreError, Table, check_keys};

use crate::attributes::{Attributes, key_attributes, key_of, to_item};
use crate::failure::{Failure, judge};
use crate::retry::Attempts;
use crate::store::DynamoStore;

/// How long a batch of keys is read for. `DynamoDB` answers 16 MB at a time and, when it is busy, fewer.
const BATCH_DURATION_MAX: Duration = Duration::from_secs(5);

pub(crate) async fn get(store: &DynamoStore, key: &Key, read: Read) -> Result<Option<Item>, StoreError> {
    key.validate()?;
    let name = store.name_of(key.table);
    let request = store.clients.reads.get_item();
    let answer = request
        .table_name(&name)
        .set_key(Some(key_attributes(&key.partition, &key.sort)))
        .consistent_read(read == Read::Consistent)
        .send()
        .await
        .map_err(|error| judge(&name, &error).of_read())?;
    answer.item.map(|item| to_item(key.table, item)).transpose()
}

pub(crate) async fn get_many(
    store: &DynamoStore,
    keys: &[Key],
    read: Read,
) -> Result<Vec<Option<Item>>, StoreError> {
    check_keys(keys)?;
    let mut found = HashMap::with_capacity(keys.len());
    let mut left = ask_for(store, keys, read)?;
    let tables: BTreeMap<String, Table> = keys
        .iter()
        .map(|key| (store.name_of(key.table), key.table))
        .collect();
    let names = tables.keys().map(String::as_str).collect::<Vec<_>>().join("`, `");
    let mut attempts = Attempts::within(BATCH_DURATION_MAX);
    while !left.is_empty() {
        let answer = store
            .clients
            .reads
            .batch_get_item()
            .set_request_items(Some(left))
            .send()
            .await;
        let answer = answer.map_err(|error| judge(&names, &error).of_read())?;
        for (name, items) in answer.responses.unwrap_or_default() {
            let Some(table) = tables.get(&name) else { continue };
            for item in items {
                found.insert(key_of(*table, &item), to_item(*table, item)?);
            }
        }
        left = answer.unprocessed_keys.unwrap_or_default();
        if !left.is_empty() && !attempts.pause().await {
            return Err(Failure::Busy("not all items could be read in time".to_owned()).of_read());
        }
    }
    // One key may be asked for twice.
    Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
}

/// The keys by the names of their tables, each once: `DynamoDB` refuses a batch that asks twice for one item.
fn ask_for(
    store: &DynamoStore,
    keys: &[Key],
    read: Read,
) -> Result<HashMap<String, KeysAndAttributes>, StoreError> {
    let mut of_tables: HashMap<String, Vec<Attributes>> = HashMap::new();
    let distinct: HashSet<&Key> = keys.iter().collect();
    for key in distinct {
        let of_table = of_tables.entry(store.name_of(key.table)).or_default();
        of_table.push(key_attributes(&key.partition, &key.sort));
    }
    let asked = of_tables.into_iter().map(|(name, keys)| {
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(read == Read::Consistent);
        Ok((name, keys.build()?))
    });
    asked
        .collect::<Result<_, aws_sdk_dynamodb::error::BuildError>>()
        .map_err(|error| StoreError::Unavailable {
            why: error.to_string(),
        })
}
