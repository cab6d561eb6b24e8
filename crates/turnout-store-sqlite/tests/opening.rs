//! Opening: who may, and what is left alone.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use turnout_domain::FixedClock;
use turnout_store::{
    Change, Counter, Document, Expect, Index, IndexKey, Item, Key, NewItem, Query, Read, Store, Table,
};
use turnout_store_sqlite::{BackupError, OpenError, Options, SqliteStore};

const TABLE: Table = Table("t");
const LEFT: Counter = Counter("left");

fn open(folder: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(folder, &Options::default())
}

fn key(sort: &str) -> Key {
    Key::new(TABLE, "p", sort)
}

fn insert(sort: &str) -> Change {
    let item = NewItem::new(key(sort), Document::of(&"Grüße")).counter(LEFT, 7);
    Change::of(TABLE).put(item.index(Index::First, IndexKey::new("i", sort)), Expect::Absent)
}

async fn get(store: &SqliteStore, sort: &str) -> Option<Item> {
    store
        .get(&key(sort), Read::Consistent)
        .await
        .expect("the store answers")
}

/// The file as another program sees it.
fn file(folder: &Path) -> Connection {
    Connection::open(folder.join("turnout.db")).expect("the file opens")
}

#[tokio::test]
async fn everything_is_there_when_the_folder_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join("made/on/the/way");
    let store = open(&inside).expect("a new folder opens");
    let change = insert("a").put(NewItem::new(key("b"), Document::empty()), Expect::Absent);
    let first = store.commit(change.clone()).await.expect("committed");
    store
        .commit(Change::of(TABLE).take(key("a"), LEFT, 3))
        .await
        .expect("committed");
    let before = get(&store, "a").await;
    store.close().await;
    let store = open(&inside).expect("the folder opens again");
    assert_eq!(get(&store, "a").await, before);
    let found = store
        .query(Query::index(TABLE, Index::First, "i"))
        .await
        .expect("the store answers");
    assert_eq!(found.items.len(), 1);
    assert_eq!(
        store.commit(change).await.expect("a retry after a restart"),
        first
    );
    assert_eq!(get(&store, "a").await, before);
}

#[tokio::test]
async fn a_folder_in_use_is_refused_and_free_again_after_closing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).expect("an empty folder opens");
    let Err(refused @ OpenError::InUse { .. }) = open(folder.path()) else {
        panic!("two stores in one folder")
    };
    let said = refused.to_string();
    assert!(said.contains("in use by another process"), "{said}");
    assert!(said.contains(&std::process::id().to_string()), "{said}");
    drop(store);
    open(folder.path()).expect("the folder is free");
}

#[tokio::test]
async fn files_that_are_not_ours_are_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("turnout.db");
    std::fs::write(
        &path,
        "not a database, but longer than its header would be: ".repeat(20),
    )
    .expect("written");
    let before = std::fs::read(&path).expect("read");
    let refused = open(folder.path()).expect_err("not a database");
    assert!(matches!(refused, OpenError::Foreign { .. }), "{refused:?}");
    assert_eq!(std::fs::read(&path).expect("read"), before);
    std::fs::remove_file(&path).expect("removed");

    file(folder.path())
        .execute_batch("CREATE TABLE theirs (x)")
        .expect("another program's file");
    let before = std::fs::read(&path).expect("read");
    let refused = open(folder.path()).expect_err("another program's file");
    assert!(
        refused.to_string().contains("is not a database of Turnout"),
        "{refused}"
    );
    assert_eq!(std::fs::read(&path).expect("read"), before);
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path()).expect("an empty folder opens").close().await;
    file(folder.path())
        .pragma_update(None, "user_version", 99)
        .expect("changed");
    let refused = open(folder.path()).expect_err("a file from the future");
    assert!(
        matches!(refused, OpenError::Newer { found: 99, .. }),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_operator_can_read_the_file_while_it_is_in_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).expect("an empty folder opens");
    store.commit(insert("a")).await.expect("committed");
    let theirs = file(folder.path());
    let pragma = |name: &str| -> String {
        theirs
            .query_row(
                &format!("SELECT CAST((SELECT * FROM pragma_{name}) AS TEXT)"),
                [],
                |row| row.get(0),
            )
            .expect("a pragma")
    };
    assert_eq!(pragma("journal_mode"), "wal");
    assert_eq!(pragma("application_id"), 0x5472_6E6F.to_string());
    let left: i64 = theirs
        .query_row(
            "SELECT json_extract(counters, '$.left') FROM items WHERE sk = 'a'",
            [],
            |row| row.get(0),
        )
        .expect("counters are JSON");
    let document: String = theirs
        .query_row("SELECT document FROM items", [], |row| row.get(0))
        .expect("documents are text");
    assert_eq!((left, document.as_str()), (7, "\"Grüße\""));
}

#[tokio::test]
async fn a_backup_is_whole_while_the_store_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder.path().join("store")).expect("an empty folder opens");
    for number in 0..50 {
        store
            .commit(insert(&number.to_string()))
            .await
            .expect("committed");
    }
    let restored = folder.path().join("restored");
    std::fs::create_dir(&restored).expect("a folder");
    let copy = restored.join("turnout.db");
    store.backup(&copy).await.expect("a backup");
    store.commit(insert("later")).await.expect("the store goes on");
    assert!(matches!(
        store.backup(&copy).await,
        Err(BackupError::Exists { .. })
    ));
    assert!(
        store
            .integrity_check()
            .await
            .expect("the store answers")
            .is_empty()
    );

    let copy = open(&restored).expect("a backup opens as a store");
    assert!(
        copy.integrity_check()
            .await
            .expect("the store answers")
            .is_empty()
    );
    assert!(get(&copy, "49").await.is_some());
    assert_eq!(get(&copy, "later").await, None);
    copy.commit(insert("later")).await.expect("a backup goes on");
}

#[tokio::test]
async fn an_hour_after_it_expired_an_item_is_swept_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let now: Timestamp = "2026-07-04T20:00:00Z".parse().expect("a timestamp");
    let clock = Arc::new(FixedClock::at(now));
    let options = Options {
        clock: Arc::clone(&clock) as _,
        ..Options::default()
    };
    let store = SqliteStore::open(folder.path(), &options).expect("an empty folder opens");
    let hold = NewItem::new(key("hold"), Document::empty()).expires_at(now + SignedDuration::from_mins(10));
    let change = Change::of(TABLE).put(hold, Expect::Absent);
    store.commit(change.clone()).await.expect("committed");
    store.commit(insert("order")).await.expect("committed");
    clock.advance(SignedDuration::from_mins(70));
    store.sweep().await.expect("swept");
    assert!(get(&store, "hold").await.is_some(), "an hour is not over yet");
    clock.advance(SignedDuration::from_secs(1));
    // The writer sweeps by itself too, and may have been first.
    store.sweep().await.expect("swept");
    assert_eq!(get(&store, "hold").await, None);
    assert!(get(&store, "order").await.is_some());
    let tokens: i64 = file(folder.path())
        .query_row("SELECT count(*) FROM tokens", [], |row| row.get(0))
        .expect("tokens are rows");
    assert_eq!(tokens, 0, "after ten minutes nobody asks for a token again");
}
