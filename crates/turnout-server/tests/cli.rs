//! The operator's tools, with the real binary.

mod support;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use support::{Server, said, text, turnout};
use turnout_store::{Change, Counter, Query, Store, Table};
use turnout_store_sqlite::{Options, SqliteStore};

fn check(data: &Path) -> std::process::Output {
    turnout(&["check", "--data", text(data)])
}

fn export(data: &Path, table: &str) -> String {
    let exported = turnout(&["export", "--data", text(data), "--table", table]);
    assert!(exported.status.success(), "{}", said(&exported));
    String::from_utf8(exported.stdout).expect("JSON is UTF-8")
}

#[test]
fn a_backup_made_while_someone_writes_has_all_that_was_acknowledged_and_checks_clean() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let backup = folder.path().join("backup.db");
    let server = Server::start(&data, &["--demo"]);
    let (stop, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    let before = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                let number = written.load(Ordering::SeqCst);
                assert_eq!(server.sign_up(&format!("writer{number}@example.com")), 201);
                written.fetch_add(1, Ordering::SeqCst);
            }
        });
        while written.load(Ordering::SeqCst) < 3 {
            std::thread::yield_now();
        }
        let before = written.load(Ordering::SeqCst);
        let made = turnout(&["backup", text(&backup), "--data", text(&data)]);
        assert!(made.status.success(), "{}", said(&made));
        let checked = check(&data);
        assert!(checked.status.success(), "beside the server: {}", said(&checked));
        stop.store(true, Ordering::SeqCst);
        before
    });
    let again = turnout(&["backup", text(&backup), "--data", text(&data)]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("is there already"), "{}", said(&again));
    drop(server);

    let restored = folder.path().join("restored");
    let done = turnout(&["restore", text(&backup), "--data", text(&restored)]);
    assert!(done.status.success(), "{}", said(&done));
    let checked = check(&restored);
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(
        said(&checked).contains("Every invariant holds."),
        "{}",
        said(&checked)
    );
    let people = export(&restored, "identity");
    for number in 0..before {
        assert!(
            people.contains(&format!("writer{number}@example.com")),
            "number {number}"
        );
    }
    assert!(
        export(&restored, "tickets").lines().count() > 10,
        "the demo sold some"
    );
    let server = Server::start(&restored, &[]);
    assert_eq!(server.get("/readyz"), 200);
    assert_eq!(
        server.sign_up("writer0@example.com"),
        409,
        "that account is there"
    );
    assert_eq!(server.sign_up("later@example.com"), 201);
}

#[test]
fn a_count_that_is_wrong_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Server::start(folder.path(), &["--demo"]));
    assert!(check(folder.path()).status.success());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let store = SqliteStore::open(folder.path(), &Options::default()).expect("nobody has it");
        let events = Table("events");
        let page = store
            .scan(events, None, Query::LIMIT_MAX)
            .await
            .expect("it answers");
        let mut counts = page
            .items
            .into_iter()
            .filter(|item| item.key.sort == "participants");
        let count = counts.next().expect("an event is counted").key;
        let change = Change::of(events).give(count, Counter("registered"), 1);
        store.commit(change).await.expect("it takes the change");
        store.close().await;
    });
    let checked = check(folder.path());
    assert_eq!(checked.status.code(), Some(1));
    let said = said(&checked);
    assert!(said.contains("Does not hold: evt_"), "{said}");
    assert!(said.contains("error: 1 invariants do not hold"), "{said}");
}

#[test]
fn nothing_is_restored_from_what_is_no_backup_or_over_what_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup.db"));
    drop(Server::start(&data, &[]));
    let made = turnout(&["backup", text(&backup), "--data", text(&data)]);
    assert!(made.status.success(), "{}", said(&made));

    let full = folder.path().join("full");
    std::fs::create_dir(&full).expect("a folder");
    std::fs::write(full.join("notes.txt"), "mine").expect("written");
    let refused = turnout(&["restore", text(&backup), "--data", text(&full)]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("--replace"), "{}", said(&refused));
    assert!(!full.join("turnout.db").exists());

    let empty = folder.path().join("empty");
    let foreign = folder.path().join("foreign.db");
    std::fs::write(&foreign, "not a database at all, ".repeat(100)).expect("written");
    let whole = std::fs::read(&backup).expect("read");
    let cut = folder.path().join("cut.db");
    std::fs::write(&cut, &whole[..whole.len() / 2]).expect("written");
    let torn = folder.path().join("torn.db");
    let mut bytes = whole.clone();
    let page = 4096;
    bytes[2 * page..3 * page].fill(0xA5);
    std::fs::write(&torn, bytes).expect("written");
    for (file, words) in [
        (&foreign, "is not a database of Turnout"),
        (&cut, "is damaged"),
        (&torn, "is damaged"),
        (&folder.path().join("nowhere.db"), "there is no database"),
    ] {
        let refused = turnout(&["restore", text(file), "--data", text(&empty)]);
        assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
        assert!(said(&refused).contains(words), "{words}: {}", said(&refused));
        assert!(!empty.join("turnout.db").exists());
    }

    let server = Server::start(&data, &[]);
    let refused = turnout(&["restore", text(&backup), "--data", text(&data), "--replace"]);
    assert!(
        said(&refused).contains("in use by another process"),
        "{}",
        said(&refused)
    );
    drop(server);
    let replaced = turnout(&["restore", text(&backup), "--data", text(&data), "--replace"]);
    assert!(replaced.status.success(), "{}", said(&replaced));
    assert!(data.join("turnout.db.replaced").exists());
    assert!(check(&data).status.success());
}

#[test]
fn a_folder_without_a_database_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    for tool in [
        &["check"][..],
        &["export"],
        &["backup", text(&folder.path().join("copy"))],
    ] {
        let refused = turnout(&[tool, &["--data", text(folder.path())]].concat());
        assert_eq!(refused.status.code(), Some(1));
        assert!(
            said(&refused).contains("there is no database at"),
            "{}",
            said(&refused)
        );
    }
    let unknown = turnout(&["export", "--data", text(folder.path()), "--table", "bills"]);
    assert!(
        said(&unknown).contains("identity, events, tickets"),
        "{}",
        said(&unknown)
    );
}

#[test]
fn the_version_names_the_commit_it_was_built_from() {
    let printed = turnout(&["--version"]);
    let printed = String::from_utf8(printed.stdout).expect("a version is UTF-8");
    let version = printed
        .strip_prefix(concat!("turnout ", env!("CARGO_PKG_VERSION"), " ("))
        .and_then(|rest| rest.strip_suffix(")\n"))
        .unwrap_or_else(|| panic!("{printed}"));
    let told = std::env::var("TURNOUT_COMMIT").ok();
    let git = std::process::Command::new("git")
        .args(["rev-parse", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok());
    let commit = told.or(git).map_or_else(
        || "unknown".to_owned(),
        |commit| commit.chars().take(12).collect(),
    );
    assert_eq!(version, commit);
}
