//! `turnout check`: verifies every invariant over the stored data.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use turnout_store::{OutboxPosition, Store, Table};
use turnout_store_sqlite::SqliteSnapshot;

use crate::config::{DynamodbConfig, Role, StoreKind};
use crate::{ports, services};

/// The most violations that are printed.
const SHOWN_MAX: usize = 50;
/// How many batches of an outbox are read at a time.
const OUTBOX_PAGE: usize = 1_000;

/// What `turnout check` can be told.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The folder with the embedded database. A server may run on it: what is checked is of one moment.
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
    let mut violations = Vec::new();
    let store: Arc<dyn Store> = match args.store {
        StoreKind::Sqlite => {
            let snapshot = SqliteSnapshot::open(&args.data)
                .with_context(|| format!("cannot read the database in {}", args.data.display()))?;
            let faults = snapshot.integrity_check().await?;
            violations.extend(
                faults
                    .into_iter()
                    .map(|fault| format!("the file is damaged: {fault}")),
            );
            Arc::new(snapshot)
        }
        StoreKind::Dynamodb => {
            println!("DynamoDB has no snapshot: what is written meanwhile may look like a violation.");
            ports::open_dynamodb(
                &DynamodbConfig {
                    endpoint: args.dynamodb_endpoint,
                    prefix: args.dynamodb_prefix,
                    region: args.aws_region,
                },
                services::tables(Role::All),
            )?
        }
    };
    violations.extend(check_services(&*store).await?);
    for table in services::tables(Role::All) {
        violations.extend(check_outbox(&*store, table).await?);
    }
    for violation in violations.iter().take(SHOWN_MAX) {
        println!("Does not hold: {violation}");
    }
    let count = violations.len();
    anyhow::ensure!(count == 0, "{count} invariants do not hold");
    println!("Every invariant holds.");
    Ok(())
}

/// Each service knows what must be true of its own table.
async fn check_services(store: &dyn Store) -> anyhow::Result<Vec<String>> {
    let registration = turnout_registration::check(store).await?;
    println!(
        "Events: looked at {} events, {} participants.",
        registration.events, registration.participants
    );
    let ticketing = turnout_ticketing::check(store).await?;
    println!(
        "Tickets: looked at {} events, {} orders, {} tickets, {} admissions.",
        ticketing.events, ticketing.orders, ticketing.tickets, ticketing.check_ins
    );
    let engagement = turnout_engagement::check(store).await?;
    println!(
        "Notifications: looked at {} notifications, {} holders.",
        engagement.notifications, engagement.holders
    );
    let all = [
        registration.violations,
        ticketing.violations,
        engagement.violations,
    ];
    Ok(all.concat())
}

/// Counts what waits to be sent. That something waits is no violation: it is when it cannot be read.
async fn check_outbox(store: &dyn Store, table: Table) -> anyhow::Result<Vec<String>> {
    let (mut batches, mut oldest, mut unreadable) = (0_u64, None, Vec::new());
    let mut after: Option<OutboxPosition> = None;
    loop {
        let page = store.outbox(table, after.as_ref(), OUTBOX_PAGE).await?;
        for batch in &page {
            batches += 1;
            let first = batch.messages.iter().map(|message| message.occurred_at).min();
            oldest = [oldest, first].into_iter().flatten().min();
            if let Some(why) = &batch.unreadable {
                let position = &batch.position.0;
                unreadable.push(format!(
                    "batch {position} of the outbox of {} cannot be read: {why}",
                    table.0
                ));
            }
        }
        after = page.last().map(|batch| batch.position.clone());
        if page.len() < OUTBOX_PAGE {
            break;
        }
    }
    if batches > 0 {
        let since = oldest.map_or_else(String::new, |oldest| format!(", the oldest since {oldest}"));
        println!(
            "Outbox of {}: {batches} changes have messages to be sent{since}.",
            table.0
        );
    }
    Ok(unreadable)
}
