//! What a table looks like, once: from here it is created, and from here the `CloudFormation` is printed.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::CreateTableInput;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use serde_json::{Value, json};
use turnout_store::{Index, Table};

use crate::attributes::{PARTITION, SORT, TTL};

/// The indexes, with the attributes of their keys. Names have at least three letters: AWS refuses shorter ones.
pub(crate) const INDEXES: [IndexDefinition; 2] = [
    IndexDefinition {
        name: "index1",
        partition: "g1pk",
        sort: "g1sk",
    },
    IndexDefinition {
        name: "index2",
        partition: "g2pk",
        sort: "g2sk",
    },
];

pub(crate) struct IndexDefinition {
    pub(crate) name: &'static str,
    pub(crate) partition: &'static str,
    pub(crate) sort: &'static str,
}

impl IndexDefinition {
    pub(crate) fn of(index: Index) -> &'static Self {
        &INDEXES[index.position()]
    }
}

/// The name of a service's table in `DynamoDB`.
pub fn table_name(prefix: &str, table: Table) -> String {
    format!("{prefix}{}", table.0)
}

/// The attributes of all keys: all are text.
fn key_attributes() -> impl Iterator<Item = &'static str> {
    [PARTITION, SORT]
        .into_iter()
        .chain(INDEXES.iter().flat_map(|index| [index.partition, index.sort]))
}

/// The request that creates a table. Billed by the request: a ticket sale is nothing for hours, then everything at once.
pub(crate) fn create_table(name: &str) -> Result<CreateTableInput, BuildError> {
    let mut request = CreateTableInput::builder()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .deletion_protection_enabled(true)
        .set_key_schema(Some(key_schema(PARTITION, SORT)?));
    for attribute in key_attributes() {
        request = request.attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name(attribute)
                .attribute_type(ScalarAttributeType::S)
                .build()?,
        );
    }
    for index in &INDEXES {
        request = request.global_secondary_indexes(
            GlobalSecondaryIndex::builder()
                .index_name(index.name)
                .set_key_schema(Some(key_schema(index.partition, index.sort)?))
                .projection(Projection::builder().projection_type(ProjectionType::All).build())
                .build()?,
        );
    }
    request.build()
}

fn key_schema(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
    };
    Ok(vec![
        element(partition, KeyType::Hash)?,
        element(sort, KeyType::Range)?,
    ])
}

/// The same tables as a `CloudFormation` template, with what an account of consequence also wants: recovery to any
/// second of the last 35 days, a key of the account's own, and no deletion by mistake.
pub fn cloud_formation(prefix: &str, tables: &[Table]) -> Value {
    let resources: serde_json::Map<String, Value> = tables
        .iter()
        .map(|table| (logical_id(*table), resource(*table)))
        .collect();
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The tables of Turnout, one a service.",
        "Parameters": {
            "TablePrefix": {
                "Type": "String",
                "Default": prefix,
                "AllowedPattern": "[A-Za-z0-9_.-]*",
                "Description": "What the names of all tables begin with.",
            },
        },
        "Resources": resources,
    })
}

fn resource(table: Table) -> Value {
    let attributes: Vec<Value> = key_attributes()
        .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }))
        .collect();
    let indexes: Vec<Value> = INDEXES
        .iter()
        .map(|index| {
            json!({
                "IndexName": index.name,
                "KeySchema": key_schema_json(index.partition, index.sort),
                "Projection": { "ProjectionType": "ALL" },
            })
        })
        .collect();
    json!({
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "TableName": { "Fn::Sub": format!("${{TablePrefix}}{}", table.0) },
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": attributes,
            "KeySchema": key_schema_json(PARTITION, SORT),
            "GlobalSecondaryIndexes": indexes,
            "TimeToLiveSpecification": { "AttributeName": TTL, "Enabled": true },
            "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
            "SSESpecification": { "SSEEnabled": true },
            "DeletionProtectionEnabled": true,
        },
    })
}

fn key_schema_json(partition: &str, sort: &str) -> Value {
    json!([
        { "AttributeName": partition, "KeyType": "HASH" },
        { "AttributeName": sort, "KeyType": "RANGE" },
    ])
}

/// A logical id is letters and digits only.
fn logical_id(table: Table) -> String {
    let mut letters = table.0.chars().filter(char::is_ascii_alphanumeric);
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain("Table".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_and_the_request_describe_the_same_table() {
        let template = cloud_formation("turnout-", &[Table("tickets")]);
        let properties = &template["Resources"]["TicketsTable"]["Properties"];
        let request = create_table("turnout-tickets").unwrap();

        let names = |list: &Value| -> Vec<String> {
            list.as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["AttributeName"].as_str().unwrap().to_owned())
                .collect()
        };
        let schema = |list: &[KeySchemaElement]| -> Vec<String> {
            list.iter()
                .map(|element| element.attribute_name().to_owned())
                .collect()
        };
        let attributes: Vec<&str> = request
            .attribute_definitions()
            .iter()
            .map(AttributeDefinition::attribute_name)
            .collect();
        assert_eq!(names(&properties["AttributeDefinitions"]), attributes);
        assert_eq!(names(&properties["KeySchema"]), schema(request.key_schema()));
        for (index, described) in request.global_secondary_indexes().iter().enumerate() {
            let in_template = &properties["GlobalSecondaryIndexes"][index];
            assert_eq!(in_template["IndexName"], described.index_name());
            assert_eq!(names(&in_template["KeySchema"]), schema(described.key_schema()));
        }
        assert_eq!(request.global_secondary_indexes().len(), INDEXES.len());
        assert_eq!(properties["TableName"]["Fn::Sub"], "${TablePrefix}tickets");
    }

    #[test]
    fn names_are_as_long_as_aws_wants_them() {
        assert!(INDEXES.iter().all(|index| index.name.len() >= 3));
    }
}
