//! Creates the tables, where `CloudFormation` does not: on a development server, or in an account used by hand.

use std::time::Duration;

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{TableStatus, TimeToLiveSpecification, TimeToLiveStatus};
use turnout_store::{StoreError, Table};

use crate::attributes::TTL;
use crate::definition::create_table;
use crate::failure::judge;
use crate::retry::Attempts;
use crate::store::DynamoStore;

/// AWS takes about ten seconds for a table.
const ACTIVE_DURATION_MAX: Duration = Duration::from_mins(2);

/// Creates the table if it is not there, and waits until it can be used. Whether it was created.
pub(crate) async fn create(store: &DynamoStore, table: Table) -> Result<bool, StoreError> {
    let name = store.name_of(table);
    let created = match status(store, &name).await? {
        Some(_) => false,
        None => request(store, &name).await?,
    };
    wait_until_active(store, &name).await?;
    let_expire(store, &name).await?;
    Ok(created)
}

async fn status(store: &DynamoStore, name: &str) -> Result<Option<TableStatus>, StoreError> {
    match store.clients.reads.describe_table().table_name(name).send().await {
        Ok(answer) => Ok(answer.table.and_then(|table| table.table_status)),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(DescribeTableError::is_resource_not_found_exception) =>
        {
            Ok(None)
        }
        Err(error) => Err(judge(name, &error).of_read()),
    }
}

/// False if another process was faster.
async fn request(store: &DynamoStore, name: &str) -> Result<bool, StoreError> {
    let definition = create_table(name).map_err(|error| StoreError::Unavailable {
        why: error.to_string(),
    })?;
    let request = store.clients.writes.create_table();
    let answer = request
        .table_name(name)
        .set_billing_mode(definition.billing_mode)
        .set_deletion_protection_enabled(definition.deletion_protection_enabled)
        .set_key_schema(definition.key_schema)
        .set_attribute_definitions(definition.attribute_definitions)
        .set_global_secondary_indexes(definition.global_secondary_indexes)
        .send()
        .await;
    match answer {
        Ok(_) => Ok(true),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(CreateTableError::is_resource_in_use_exception) =>
        {
            Ok(false)
        }
        Err(error) => Err(judge(name, &error).of_read()),
    }
}

async fn wait_until_active(store: &DynamoStore, name: &str) -> Result<(), StoreError> {
    let mut attempts = Attempts::within(ACTIVE_DURATION_MAX);
    while status(store, name).await? != Some(TableStatus::Active) {
        if !attempts.pause().await {
            return Err(StoreError::Unavailable {
                why: format!("the table `{name}` is still not active"),
            });
        }
    }
    Ok(())
}

/// Lets the store delete items past their time. AWS refuses to be told twice.
async fn let_expire(store: &DynamoStore, name: &str) -> Result<(), StoreError> {
    let answer = store
        .clients
        .reads
        .describe_time_to_live()
        .table_name(name)
        .send()
        .await;
    let answer = answer.map_err(|error| judge(name, &error).of_read())?;
    let status = answer
        .time_to_live_description
        .and_then(|described| described.time_to_live_status);
    if matches!(
        status,
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
    ) {
        return Ok(());
    }
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(TTL)
        .enabled(true)
        .build();
    let specification = specification.map_err(|error| StoreError::Unavailable {
        why: error.to_string(),
    })?;
    let request = store.clients.writes.update_time_to_live().table_name(name);
    request
        .time_to_live_specification(specification)
        .send()
        .await
        .map_err(|error| judge(name, &error).of_read())?;
    Ok(())
}
