//! Files that are damaged, older, or only read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use turnout_domain::{Envelope, MessageId};
use turnout_store::conformance::a_retry_after_a_restart_is_applied_once;
use turnout_store::{
    Change, CommitError, Condition, Counter, Document, Expect, Key, NewItem, Read, Store, StoreError, Table,
};
use turnout_store_sqlite::{OpenError, Options, SqliteSnapshot, SqliteStore, restore};

const TABLE: Table = Table("t");
const LEFT: Counter = Counter("left");

fn open(folder: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(folder, &Options::default())
}

fn insert(sort: &str) -> Change {
    let document = Document::of(&"x".repeat(900));
    let item = NewItem::new(Key::new(TABLE, "p", sort), document).counter(LEFT, 7);
    Change::of(TABLE).put(item, Expect::Absent)
}

/// A folder with a closed store of some hundred pages.
async fn filled() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).expect("an empty folder opens");
    for number in 0..300 {
        store
            .commit(insert(&format!("{number:03}")))
            .await
            .expect("committed");
    }
    store.close().await;
    let file = folder.path().join("turnout.db");
    (folder, file)
}

#[tokio::test]
async fn a_token_is_known_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let again = async || {
        let store: Arc<dyn Store> = Arc::new(open(folder.path()).expect("the folder opens"));
        store
    };
    a_retry_after_a_restart_is_applied_once(again).await;
}

#[tokio::test]
async fn a_file_that_was_cut_short_is_found_at_the_start() {
    let (folder, file) = filled().await;
    let bytes = std::fs::read(&file).expect("read");
    std::fs::write(&file, &bytes[..bytes.len() / 2 / 4096 * 4096]).expect("written");
    let refused = open(folder.path()).expect_err("half is missing");
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");
    assert!(refused.to_string().contains("restore a backup"), "{refused}");
}

#[tokio::test]
async fn a_page_that_was_overwritten_is_found_at_the_start() {
    let (folder, file) = filled().await;
    let mut bytes = std::fs::read(&file).expect("read");
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xA5);
    std::fs::write(&file, bytes).expect("written");
    let refused = open(folder.path()).expect_err("a page is no page");
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_log_of_another_file_is_not_taken_for_this_ones() {
    let (folder, _) = filled().await;
    std::fs::write(folder.path().join("turnout.db-wal"), [0xA5; 12_000]).expect("written");
    let store = open(folder.path()).expect("what is no log has no commits");
    let key = Key::new(TABLE, "p", "299");
    assert!(
        store
            .get(&key, Read::Consistent)
            .await
            .expect("it answers")
            .is_some()
    );
}

#[tokio::test]
async fn an_item_that_cannot_be_read_stops_nobody_else() {
    let (folder, file) = filled().await;
    let theirs = Connection::open(&file).expect("the file opens");
    theirs
        .execute("UPDATE items SET counters = '{' WHERE sk = '007'", [])
        .expect("changed");
    drop(theirs);
    let store = open(folder.path()).expect("the file itself is sound");
    let key = Key::new(TABLE, "p", "007");
    let read = store.get(&key, Read::Consistent).await;
    assert!(
        matches!(&read, Err(StoreError::Corrupt { key: at, .. }) if *at == key),
        "{read:?}"
    );
    let taken = store.commit(Change::of(TABLE).take(key.clone(), LEFT, 1)).await;
    assert!(
        matches!(&taken, Err(CommitError::Corrupt { key: at, .. }) if *at == key),
        "{taken:?}"
    );
    let checked = Change::of(TABLE).check(Key::new(TABLE, "p", "008"), Condition::Exists);
    store.commit(checked).await.expect("the others are as before");
}

#[tokio::test]
async fn a_batch_that_cannot_be_read_stops_no_other() {
    let (folder, file) = filled().await;
    let store = open(folder.path()).expect("it opens");
    for number in 0..3 {
        let message = Envelope {
            id: format!("msg_{number:026}").parse::<MessageId>().expect("digits"),
            kind: "t.happened".to_owned(),
            occurred_at: "2026-07-04T20:00:00Z".parse().expect("a time"),
            body: serde_json::value::to_raw_value(&number).expect("a number"),
        };
        let change = insert(&format!("with-message-{number}")).emit(message);
        store.commit(change).await.expect("committed");
    }
    let theirs = Connection::open(&file).expect("the file opens");
    theirs
        .execute("UPDATE outbox SET messages = '[' WHERE id = 2", [])
        .expect("changed");
    let batches = store.outbox(TABLE, None, 10).await.expect("it answers");
    let readable: Vec<_> = batches.iter().map(|batch| batch.unreadable.is_none()).collect();
    assert_eq!(readable, [true, false, true]);
    let position = batches[1].position.clone();
    store
        .outbox_sent(TABLE, &[position])
        .await
        .expect("it can be marked");
    assert_eq!(store.outbox(TABLE, None, 10).await.expect("it answers").len(), 2);
}

#[tokio::test]
async fn a_snapshot_is_of_one_moment_beside_the_store_and_writes_nothing() {
    let (folder, file) = filled().await;
    let store = open(folder.path()).expect("it opens");
    store.commit(insert("before")).await.expect("committed");
    let snapshot = SqliteSnapshot::open(folder.path()).expect("beside the store");
    store.commit(insert("behind")).await.expect("committed");
    let stands = async |sort: &str| {
        let item = snapshot.get(&Key::new(TABLE, "p", sort), Read::Consistent).await;
        item.expect("it answers").is_some()
    };
    assert!(stands("before").await && !stands("behind").await);
    assert!(matches!(
        snapshot.commit(insert("here")).await,
        Err(CommitError::Busy { .. })
    ));
    assert_eq!(snapshot.tables().await.expect("it answers"), ["t"]);
    assert!(snapshot.integrity_check().await.expect("it answers").is_empty());
    drop((snapshot, store));

    let restored = folder.path().join("restored");
    turnout_store_sqlite::back_up(folder.path(), &folder.path().join("copy.db"))
        .await
        .expect("copied, with nobody running");
    assert!(file.exists());
    restore(&folder.path().join("copy.db"), &restored, false).expect("restored");
    let store = open(&restored).expect("it opens");
    let key = Key::new(TABLE, "p", "behind");
    assert!(
        store
            .get(&key, Read::Consistent)
            .await
            .expect("it answers")
            .is_some()
    );
}

/// The very file that version 1 of the program left, as far as it matters: without what came later.
#[tokio::test]
async fn a_file_of_the_version_before_is_brought_up_to_date_and_read_only_before_refused() {
    let (folder, file) = filled().await;
    let theirs = Connection::open(&file).expect("the file opens");
    theirs
        .execute_batch("DROP TABLE migrations; PRAGMA user_version = 1;")
        .expect("changed");
    drop(theirs);
    let refused = SqliteSnapshot::open(folder.path()).expect_err("only read here");
    assert!(
        matches!(refused, OpenError::Older { found: 1, .. }),
        "{refused:?}"
    );
    let store = open(folder.path()).expect("brought up to date");
    let key = Key::new(TABLE, "p", "299");
    assert!(
        store
            .get(&key, Read::Consistent)
            .await
            .expect("it answers")
            .is_some()
    );
    store.close().await;
    SqliteSnapshot::open(folder.path()).expect("up to date");
    let theirs = Connection::open(&file).expect("the file opens");
    let version: i64 = theirs
        .query_row("SELECT max(version) FROM migrations", [], |row| row.get(0))
        .expect("recorded");
    assert_eq!(version, 2);
}
