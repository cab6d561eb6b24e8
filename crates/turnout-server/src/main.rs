//! `turnout`: the one binary. Every role, and the operator's tools.

mod assets;
mod check;
mod config;
mod demo;
mod gateway;
mod health;
mod healthcheck;
mod logging;
mod openapi;
mod page_head;
mod ports;
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
    /// Verifies every invariant over the stored data; exits 0 when all hold.
    Check(check::CheckArgs),
    /// Asks the process beside this one whether it is ready; exits 0 when it is.
    Healthcheck(healthcheck::HealthcheckArgs),
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
            Command::Tables(args) => tables::run(args).await,
            Command::Openapi => openapi::print(),
        }
    })
}
