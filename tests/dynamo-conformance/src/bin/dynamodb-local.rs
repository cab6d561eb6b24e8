//! A DynamoDB-compatible server for development and end-to-end tests. Any credentials will do.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use turnout_dynamo_conformance::Server;

/// How long requests that run may take to end. A client that has sent half a request would hold the server for ever.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// A DynamoDB-compatible server for development and tests.
#[derive(Debug, Parser)]
#[command(name = "dynamodb-local")]
struct Arguments {
    /// Where to listen; port 0 takes any that is free.
    #[arg(long, default_value = "127.0.0.1:8000")]
    listen: SocketAddr,
    /// The file to keep everything in. Without it, all is in memory and gone in the end.
    #[arg(long)]
    data: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dynamodb-local: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> io::Result<()> {
    // Before the address is told: from then on a signal must find a handler.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let server = Server::start(arguments.listen, arguments.data.as_deref()).await?;
    println!("Listening on {}", server.endpoint());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tokio::time::timeout(STOP_TIMEOUT, server.stop())
        .await
        .unwrap_or(Ok(()))
}
