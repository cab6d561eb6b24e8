//! `turnout check`: verifies every invariant over the stored data.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use turnout_store::Store;

use crate::config::{DynamodbConfig, StoreKind};
use crate::ports;

/// The most violations that are printed.
const SHOWN_MAX: usize = 50;

/// What `turnout check` can be told.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The folder with the embedded database. The product must not be running on it.
    #[arg(long, env = "TURNOUT_DATA", value_name = "DIR", default_value = "./data")]
    data: PathBuf,
    /// Where data lives.
    #[arg(long, env = "TURNOUT_STORE", value_enum, default_value = "sqlite")]
    store: StoreKind,
    /// A DynamoDB-compatible server to use instead of AWS.
    #[arg(long, env = "TURNOUT_DYNAMODB_ENDPOINT", value_name = "URL")]
    dynamodb_endpoint: Option<String>,
    /// What the names of DynamoDB tables begin with.
    #[arg(
        long,
        env = "TURNOUT_DYNAMODB_PREFIX",
        value_name = "TEXT",
        default_value = "turnout-"
    )]
    dynamodb_prefix: String,
    /// The AWS region.
    #[arg(
        long,
        env = "AWS_REGION",
        value_name = "REGION",
        default_value = "eu-central-1"
    )]
    aws_region: String,
}

/// Checks, prints a report, and fails if anything does not hold.
pub async fn run(args: CheckArgs) -> anyhow::Result<()> {
    let store: Arc<dyn Store> = match args.store {
        StoreKind::Sqlite => {
            anyhow::ensure!(
                args.data.is_dir(),
                "there is no data folder at {}",
                args.data.display()
            );
            Arc::new(ports::open_sqlite(&args.data)?)
        }
        StoreKind::Dynamodb => ports::open_dynamodb(
            &DynamodbConfig {
                endpoint: args.dynamodb_endpoint,
                prefix: args.dynamodb_prefix,
                region: args.aws_region,
            },
            vec![turnout_ticketing::TABLE],
        )?,
    };
    let report = turnout_ticketing::check(&*store).await?;
    println!(
        "Looked at {} events, {} orders, {} tickets, {} admissions.",
        report.events, report.orders, report.tickets, report.check_ins
    );
    for violation in report.violations.iter().take(SHOWN_MAX) {
        println!("Does not hold: {violation}");
    }
    let count = report.violations.len();
    anyhow::ensure!(count == 0, "{count} invariants do not hold");
    println!("Every invariant holds.");
    Ok(())
}
