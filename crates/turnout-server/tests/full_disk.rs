//! A disk that is full, and one that cannot be written: needs a file system of its own, and so the right to mount one.

mod support;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Server, said, text, turnout};

/// A small file system, gone when it is dropped.
struct Disk(PathBuf);

impl Disk {
    /// None where nothing can be mounted.
    fn mount(at: &Path) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16m", "tmpfs", text(at)])
            .output();
        mounted
            .is_ok_and(|mounted| mounted.status.success())
            .then(|| Self(at.to_owned()))
    }

    fn make_read_only(&self) {
        let options = ["-o", "remount,ro", text(&self.0)];
        let done = Command::new("mount").args(options).status();
        assert!(done.expect("mount runs").success());
    }

    /// Takes all the room there is.
    fn fill(&self) -> PathBuf {
        let filler = self.0.join("filler");
        let mut file = File::create(&filler).expect("room for a name");
        while file.write_all(&[0; 512]).is_ok() {}
        filler
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What cannot be unmounted at once goes when its last user does.
        drop(Command::new("umount").args(["--lazy", text(&self.0)]).status());
    }
}

#[test]
fn with_a_full_disk_requests_get_503_and_the_service_recovers_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = Disk::mount(folder.path()) else {
        eprintln!("nothing can be mounted here; the store's own tests bound the file instead");
        return;
    };
    let data = folder.path().join("data");
    let server = Server::start(&data, &[]);
    assert_eq!(server.sign_up("before@example.com"), 201);
    let filler = disk.fill();
    for number in 0..3 {
        assert_eq!(server.sign_up(&format!("during{number}@example.com")), 503);
        assert_eq!(server.get("/api/events"), 200, "what is there can be read");
    }
    std::fs::remove_file(filler).expect("removed");
    assert_eq!(server.sign_up("after@example.com"), 201, "without a restart");
    assert_eq!(server.sign_up("before@example.com"), 409, "nothing is lost");
    assert_eq!(
        server.sign_up("during0@example.com"),
        201,
        "what was refused is not there"
    );
    assert_eq!(server.get("/readyz"), 200);
    drop(server);
    let checked = turnout(&["check", "--data", text(&data)]);
    assert!(checked.status.success(), "{}", said(&checked));
}

#[test]
fn on_a_disk_that_cannot_be_written_it_says_so_and_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = Disk::mount(folder.path()) else {
        eprintln!("nothing can be mounted here");
        return;
    };
    let data = folder.path().join("data");
    drop(Server::start(&data, &[]));
    disk.make_read_only();
    let refused = turnout(&["serve", "--data", text(&data), "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = said(&refused);
    assert!(
        said.contains("cannot be used") && said.contains("Read-only"),
        "{said}"
    );
}
