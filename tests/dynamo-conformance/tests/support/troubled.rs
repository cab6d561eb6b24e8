//! A way to the server on which answers get lost and requests are turned away, as dynoxide never does by itself.
//!
//! Which request meets with what follows from its number, so that no run is luckier than another. Trouble never comes
//! twice in a row: a lone client gets through at the second attempt.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{self, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const THROTTLED: &str =
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}"#;
const IN_CONFLICT: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "Message":"cancelled","CancellationReasons":[{"Code":"TransactionConflict"}]}"#;
const BROKEN: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"oh"}"#;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Nothing.
    None,
    /// The server never sees it and this is the answer.
    TurnedAway(u16, &'static str),
    /// The server does what it asks, and nobody hears of it.
    AnswerLost,
}

/// How many requests came so far that trouble is made for.
#[derive(Debug, Default)]
struct Counts {
    transactions: AtomicU64,
    others: AtomicU64,
}

impl Counts {
    fn next(&self, operation: &str) -> Trouble {
        match operation {
            "transactwriteitems" => match self.transactions.fetch_add(1, Ordering::Relaxed) % 10 {
                1 | 5 => Trouble::AnswerLost,
                3 => Trouble::TurnedAway(400, THROTTLED),
                7 => Trouble::TurnedAway(400, IN_CONFLICT),
                9 => Trouble::TurnedAway(500, BROKEN),
                _ => Trouble::None,
            },
            "getitem" | "batchgetitem" | "query" | "scan" | "batchwriteitem" => {
                match self.others.fetch_add(1, Ordering::Relaxed) % 12 {
                    3 => Trouble::AnswerLost,
                    7 => Trouble::TurnedAway(400, THROTTLED),
                    11 => Trouble::TurnedAway(500, BROKEN),
                    _ => Trouble::None,
                }
            }
            _ => Trouble::None,
        }
    }
}

/// Opens a troubled way to the server at `server`; it ends with the test's runtime.
pub async fn way_to(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind(super::ANY_PORT)
        .await
        .expect("there is a free port");
    let address = listener.local_addr().expect("it has an address");
    let counts = Arc::new(Counts::default());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let counts = Arc::clone(&counts);
            tokio::spawn(async move { carry(client, server, &counts).await });
        }
    });
    address
}

/// Carries the requests of a connection, until either side hangs up or an answer is lost.
async fn carry(client: TcpStream, server: SocketAddr, counts: &Counts) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let mut server = BufReader::new(TcpStream::connect(server).await?);
    loop {
        let request = Message::read(&mut client).await?;
        let trouble = counts.next(&request.operation);
        if let Trouble::TurnedAway(status, body) = trouble {
            let head = "content-type: application/x-amz-json-1.0";
            let answer = format!(
                "HTTP/1.1 {status} Trouble\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            client.write_all(answer.as_bytes()).await?;
            continue;
        }
        server.write_all(&request.bytes).await?;
        let answer = Message::read(&mut server).await?;
        if trouble == Trouble::AnswerLost {
            return Ok(());
        }
        client.write_all(&answer.bytes).await?;
    }
}

/// An HTTP request or answer.
struct Message {
    bytes: Vec<u8>,
    /// What is asked for, in lower case; empty for an answer.
    operation: String,
}

impl Message {
    async fn read(from: &mut BufReader<TcpStream>) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let (mut length, mut operation) = (0, String::new());
        loop {
            let begin = bytes.len();
            if from.read_until(b'\n', &mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = String::from_utf8_lossy(&bytes[begin..])
                .trim_end()
                .to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
            if let Some(target) = line.strip_prefix("x-amz-target:") {
                target
                    .rsplit('.')
                    .next()
                    .unwrap_or_default()
                    .clone_into(&mut operation);
            }
        }
        let begin = bytes.len();
        bytes.resize(begin + length, 0);
        from.read_exact(&mut bytes[begin..]).await?;
        Ok(Self { bytes, operation })
    }
}
