//! `turnout-load`: buys like a crowd, and checks afterwards that everyone was told the truth.
//!
//! It talks to the API as any client does, to addresses it is given, and ends by itself.

mod api;
mod rush;
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
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Rush(args) => rush::run(args).await,
        Command::Verify(args) => verify::run(args).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
