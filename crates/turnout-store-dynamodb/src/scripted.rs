//! For tests: a server that answers by a script, so that answers can be lost and conflicts made at will.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use turnout_store::Table;

use crate::{Config, Credentials, DynamoStore};

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Answers with this status and body.
    Answer(u16, Value),
    /// Reads it and hangs up: it may have been applied.
    Lose,
}

impl Step {
    pub(crate) fn ok() -> Self {
        Self::Answer(200, json!({}))
    }

    pub(crate) fn error(status: u16, code: &str) -> Self {
        let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
        Self::Answer(status, json!({ "__type": kind, "message": "said so" }))
    }

    /// A transaction that was cancelled for these reasons, each with the item as it stands.
    pub(crate) fn cancelled(reasons: &[(&str, Option<Value>)]) -> Self {
        let reasons: Vec<Value> = reasons
            .iter()
            .map(|(code, item)| match item {
                Some(item) => json!({ "Code": code, "Item": item }),
                None => json!({ "Code": code }),
            })
            .collect();
        let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        Self::Answer(
            400,
            json!({ "__type": kind, "Message": "cancelled", "CancellationReasons": reasons }),
        )
    }
}

#[derive(Debug)]
struct Script {
    steps: VecDeque<Step>,
    /// What it does when the steps are used up.
    rest: Step,
    requests: Vec<Value>,
}

/// The server; it ends with the test's runtime.
#[derive(Debug, Clone)]
pub(crate) struct Scripted {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

impl Scripted {
    /// Does these steps, one a request, and then always the last one.
    pub(crate) async fn start(steps: &[Step]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let rest = steps.last().unwrap().clone();
        let script = Arc::new(Mutex::new(Script {
            steps: steps.to_vec().into(),
            rest,
            requests: Vec::new(),
        }));
        let server = Self { address, script };
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().serve(connection));
            }
        });
        server
    }

    pub(crate) fn connect(&self, table: Table) -> DynamoStore {
        connect(self.address, table)
    }

    /// What it was asked so far.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.script.lock().unwrap().requests.clone()
    }

    async fn serve(self, connection: TcpStream) -> Option<()> {
        let mut connection = BufReader::new(connection);
        loop {
            let request = read_request(&mut connection).await?;
            let step = {
                let mut script = self.script.lock().unwrap();
                script.requests.push(request);
                script.steps.pop_front().unwrap_or_else(|| script.rest.clone())
            };
            let Step::Answer(status, body) = step else {
                return None;
            };
            let body = body.to_string();
            let answer = format!(
                "HTTP/1.1 {status} Scripted\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            connection.write_all(answer.as_bytes()).await.ok()?;
        }
    }
}

pub(crate) fn connect(address: SocketAddr, table: Table) -> DynamoStore {
    let keys = Credentials::Keys {
        access_key_id: "id".to_owned(),
        secret_access_key: "key".to_owned(),
        session_token: None,
    };
    let config = Config {
        endpoint: Some(format!("http://{address}")),
        region: "eu-central-1".to_owned(),
        table_prefix: "turnout-".to_owned(),
        tables: vec![table],
        credentials: keys,
    };
    DynamoStore::connect(&config).unwrap()
}

async fn read_request(connection: &mut BufReader<TcpStream>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}
