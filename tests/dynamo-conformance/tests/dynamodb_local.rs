//! The server as a process: it tells where it listens, goes when asked, and finds its data again.

mod support;

use std::path::Path;
use std::process::Stdio;

use support::connect_to;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use turnout_store::{Change, Document, Expect, Key, NewItem, Read, Store, Table};

const TICKETS: Table = Table("tickets");

/// The process, and where it says it listens.
async fn start(file: &Path) -> (Child, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_dynamodb-local"))
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(file)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the server is built");
    let output = server.stdout.take().expect("its output is piped");
    let line = BufReader::new(output)
        .lines()
        .next_line()
        .await
        .expect("it writes lines");
    let line = line.expect("it says where it listens");
    let endpoint = line
        .strip_prefix("Listening on ")
        .expect("in these words")
        .to_owned();
    (server, endpoint)
}

async fn terminate(mut server: Child) {
    let process = server.id().expect("it runs").to_string();
    let told = Command::new("kill").args(["-TERM", &process]).status().await;
    assert!(told.expect("there is a kill").success());
    assert!(server.wait().await.expect("it can be waited for").success());
}

#[tokio::test]
async fn the_server_goes_when_asked_and_keeps_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynamodb.sqlite");
    let key = Key::new(TICKETS, "order#1", "order");

    let (server, endpoint) = start(&file).await;
    let store = connect_to(endpoint, &[TICKETS]);
    store.create_tables().await.unwrap();
    let order = NewItem::new(key.clone(), Document::empty());
    store
        .commit(Change::of(TICKETS).put(order, Expect::Absent))
        .await
        .unwrap();
    // The client still holds its connection open.
    terminate(server).await;

    let (server, endpoint) = start(&file).await;
    let store = connect_to(endpoint, &[TICKETS]);
    assert!(store.get(&key, Read::Consistent).await.unwrap().is_some());
    terminate(server).await;
}
