//! `turnout`: the one binary. Every role, and the operator's tools.

mod assets;
mod backup;
mod check;
mod config;
mod demo;
mod export;
mod gateway;
mod health;
mod healthcheck;
mod logging;
mod openapi;
mod page_head;
mod ports;
mod restore;
mod serve;
mod services;
mod tables;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Event management and ticketing in one binary: sells without overselling, tells everyone at once.
#[derive(Parser)]
#[command(name = "turnout", version = config::VERSION)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the product: all of it in one process, or one role of it.
    Serve(Box<config::ServeArgs>),
    /// Verifies every invariant over the stored data, while a server may be selling: exits 0 when all hold, 1 when one
    /// does not or the data cannot be read.
    Check(check::CheckArgs),
    /// Asks the process beside this one whether it is ready; exits 0 when it is.
    Healthcheck(healthcheck::HealthcheckArgs),
    /// Copies the embedded database to a file, while a server may be selling.
    Backup(backup::BackupArgs),
    /// Makes a data folder from a backup, once all of it was checked.
    Restore(restore::RestoreArgs),
    /// Prints everything that is stored, one JSON object a line; secrets and personal data included.
    Export(export::ExportArgs),
    /// Prints or creates the tables of DynamoDB.
    Tables(tables::TablesArgs),
    /// Prints the OpenAPI document.
    Openapi,
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The whole chain on one line, for a person; no trace of our own code.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(args) => serve::run(args.resolve()?).await,
            Command::Check(args) => check::run(args).await,
            Command::Healthcheck(args) => healthcheck::run(&args),
            Command::Backup(args) => backup::run(args).await,
            Command::Restore(args) => restore::run(args).await,
            Command::Export(args) => export::run(args).await,
            Command::Tables(args) => tables::run(args).await,
            Command::Openapi => openapi::print(),
        }
    })
}
