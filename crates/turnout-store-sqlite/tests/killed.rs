//! A process killed under load has kept every change that it was answered for, whole, and none in part.
//!
//! The test starts itself again as the process to be killed: [`a_process_to_be_killed`] does nothing unless it is told
//! a folder.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use turnout_store::{Change, Counter, Document, Expect, Key, NewItem, Query, Read, Store, Table, Update};
use turnout_store_sqlite::{Options, SqliteStore};

const FOLDER: &str = "TURNOUT_TEST_KILLED_FOLDER";
const CYCLES: usize = 3;
const ANSWERS_MIN: usize = 300;
const BUYERS: usize = 16;
const TABLE: Table = Table("t");
const SOLD: Counter = Counter("sold");

fn pool() -> Key {
    Key::new(TABLE, "pool", "1")
}

fn order(name: &str) -> Key {
    Key::new(TABLE, "order", name)
}

fn ticket(name: &str) -> Key {
    Key::new(TABLE, "ticket", name)
}

fn sale(name: &str) -> Change {
    let item = |key| NewItem::new(key, Document::of(&name));
    Change::of(TABLE)
        .put(item(order(name)), Expect::Absent)
        .put(item(ticket(name)), Expect::Absent)
        .update(Update::of(pool()).give(SOLD, 1))
}

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder, &Options::default()).expect("the folder opens")
}

/// The names of all orders, or of all tickets.
async fn names(store: &SqliteStore, partition: &str) -> BTreeSet<String> {
    let mut query = Query::partition(TABLE, partition).limit(Query::LIMIT_MAX);
    let mut names = BTreeSet::new();
    loop {
        let page = store.query(query.clone()).await.expect("the store answers");
        names.extend(page.items.into_iter().map(|item| item.key.sort));
        if page.next.is_none() {
            return names;
        }
        query = query.after(page.next);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_to_be_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let store = open(Path::new(&folder));
    let buyers = (0..BUYERS).map(|buyer| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 0.. {
                let name = format!("{}-{buyer}-{number}", std::process::id());
                store.commit(sale(&name)).await.expect("a sale");
                // One write a line, or those of two buyers would mix.
                let line = format!("sold {name}\n");
                std::io::stdout()
                    .lock()
                    .write_all(line.as_bytes())
                    .expect("the test listens");
            }
        })
    });
    futures::future::join_all(buyers).await;
}

/// Starts the process, listens to its answers, kills it, and gives all that it said.
fn kill_under_load(folder: &Path) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "a_process_to_be_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the test starts again");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut sold = Vec::new();
    let mut listen = |line: std::io::Result<String>| {
        if let Ok(name) = line
            .as_deref()
            .map(|line| line.strip_prefix("sold ").map(str::to_owned))
        {
            sold.extend(name);
        }
        sold.len()
    };
    while lines
        .next()
        .map(&mut listen)
        .expect("it goes on until it is killed")
        < ANSWERS_MIN
    {}
    child.kill().expect("killed");
    child.wait().expect("ended");
    // What it had said before it was killed is still in the pipe.
    for line in lines {
        listen(line);
    }
    sold
}

#[tokio::test]
async fn a_killed_process_has_kept_every_sale_that_was_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let new = NewItem::new(pool(), Document::empty()).counter(SOLD, 0);
    store
        .commit(Change::of(TABLE).put(new, Expect::Absent))
        .await
        .expect("committed");
    store.close().await;
    let mut answered = BTreeSet::new();
    for cycle in 0..CYCLES {
        answered.extend(kill_under_load(folder.path()));
        let store = open(folder.path());
        let orders = names(&store, "order").await;
        assert!(
            answered.is_subset(&orders),
            "cycle {cycle}: a sale that was answered is gone"
        );
        assert_eq!(
            names(&store, "ticket").await,
            orders,
            "cycle {cycle}: a sale is there in part"
        );
        let pool = store
            .get(&pool(), Read::Consistent)
            .await
            .expect("the store answers");
        let pool = pool.expect("the pool stands");
        let sold = u64::try_from(orders.len()).expect("some");
        assert_eq!(
            (u64::try_from(pool.counter(SOLD)), pool.version),
            (Ok(sold), sold + 1),
            "cycle {cycle}"
        );
        assert!(
            store
                .integrity_check()
                .await
                .expect("the store answers")
                .is_empty()
        );
        store.close().await;
    }
    assert!(answered.len() >= CYCLES * ANSWERS_MIN);
}
