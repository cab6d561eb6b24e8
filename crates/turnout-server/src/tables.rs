//! `turnout tables`: DynamoDB's tables, from the one definition that the adapter has.

use clap::{Args, Subcommand};

/// What `turnout tables` can be told.
#[derive(Debug, Args)]
pub struct TablesArgs {
    #[command(subcommand)]
    command: TablesCommand,
    /// A DynamoDB-compatible server to use instead of AWS.
    #[arg(long, env = "TURNOUT_DYNAMODB_ENDPOINT", value_name = "URL", global = true)]
    dynamodb_endpoint: Option<String>,
    /// What the names of the tables begin with.
    #[arg(
        long,
        env = "TURNOUT_DYNAMODB_PREFIX",
        value_name = "TEXT",
        default_value = "turnout-",
        global = true
    )]
    dynamodb_prefix: String,
    /// The AWS region.
    #[arg(
        long,
        env = "AWS_REGION",
        value_name = "REGION",
        default_value = "eu-central-1",
        global = true
    )]
    aws_region: String,
}

#[derive(Debug, Subcommand)]
enum TablesCommand {
    /// Creates the tables that are not there yet.
    Create,
    /// Prints them as a CloudFormation template.
    Cloudformation,
}

#[cfg(feature = "dynamodb")]
/// Creates or prints the tables.
pub async fn run(args: TablesArgs) -> anyhow::Result<()> {
    let tables = crate::services::tables(crate::config::Role::All);
    match args.command {
        TablesCommand::Create => {
            let config = crate::config::DynamodbConfig {
                endpoint: args.dynamodb_endpoint,
                prefix: args.dynamodb_prefix,
                region: args.aws_region,
            };
            let created = crate::ports::dynamodb(&config, tables)?.create_tables().await?;
            for name in &created {
                println!("Created {name}");
            }
            if created.is_empty() {
                println!("All tables are there already.");
            }
        }
        TablesCommand::Cloudformation => {
            let template = turnout_store_dynamodb::cloud_formation(&args.dynamodb_prefix, &tables);
            println!("{}", serde_json::to_string_pretty(&template)?);
        }
    }
    Ok(())
}

#[cfg(not(feature = "dynamodb"))]
/// Says how to get a build that can.
#[expect(clippy::unused_async, reason = "the same shape as with the adapter")]
pub async fn run(_args: TablesArgs) -> anyhow::Result<()> {
    anyhow::bail!("this build has no DynamoDB adapter: build it with `--features dynamodb`")
}
