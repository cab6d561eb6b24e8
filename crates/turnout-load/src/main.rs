//! `turnout-load`: buys like a crowd, and checks afterwards that everyone was told the truth.
//!
//! It talks to the API as any client does, to addresses it is given, and ends by itself.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures are floats; what they are made of is far below 2^52"
)]

mod api;
mod cluster;
mod figures;
mod histories;
mod http;
mod report;
mod rush;
mod units;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Buys like a crowd, and checks that everyone was told the truth.
#[derive(Parser)]
#[command(name = "turnout-load", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Many buyers want few places, all at once; whoever gets no answer asks again with the same key.
    Rush(rush::RushArgs),
    /// Every order that was acknowledged to the rush is there, and its event adds up.
    Verify(verify::VerifyArgs),
    /// Random clients at many events; what they were told is checked against everything else that happened.
    Histories(histories::HistoriesArgs),
    /// Two processes of every role under load, while each is killed, frozen and restarted in turn.
    Cluster(cluster::ClusterArgs),
    /// What a sale over HTTP costs.
    #[command(subcommand)]
    Http(http::HttpCommand),
    /// What an order costs on DynamoDB, in write units.
    Units(units::UnitsArgs),
    /// Puts the figures of benchmarks together, and says which targets they meet.
    Report(report::ReportArgs),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Rush(args) => rush::run(args).await,
        Command::Verify(args) => verify::run(args).await,
        Command::Histories(args) => histories::run(args).await,
        Command::Cluster(args) => cluster::run(args).await,
        Command::Http(command) => http::run(command).await,
        Command::Units(args) => units::run(args).await,
        Command::Report(args) => report::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
