//! The folder that a store owns: one process at a time, on a disk of this machine.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::OpenError;

/// The database in the folder.
pub(crate) const DATABASE: &str = "turnout.db";
pub(crate) const LOCK: &str = "turnout.lock";

/// The folder, locked until it is dropped. The system lets go of the lock when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

/// The database in a folder that is open elsewhere, or that nobody writes.
pub(crate) fn database_in(path: &Path) -> Result<PathBuf, OpenError> {
    let file = path.join(DATABASE);
    if file.is_file() {
        Ok(file)
    } else {
        Err(OpenError::Missing { file })
    }
}

impl Folder {
    /// Makes the folder if need be, and locks it.
    pub(crate) fn lock(path: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Folder {
            folder: path.to_owned(),
            source,
        };
        std::fs::create_dir_all(path).map_err(failed)?;
        if let Some(kind) = network_file_system(path).map_err(failed)? {
            return Err(OpenError::NetworkFileSystem {
                folder: path.to_owned(),
                kind,
            });
        }
        let lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join(LOCK));
        let mut lock = lock.map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Without its number the message is still clear.
                let _unknown = lock.take(20).read_to_string(&mut holder);
                return Err(OpenError::InUse {
                    folder: path.to_owned(),
                    process: holder.trim().to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        lock.set_len(0).map_err(failed)?;
        lock.rewind().map_err(failed)?;
        writeln!(lock, "{}", std::process::id()).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The database file.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }
}

/// The kind of network file system that the folder is on, if it is on one. Locks and shared memory do not work there
/// as `SQLite` needs them.
#[cfg(target_os = "linux")]
fn network_file_system(path: &Path) -> std::io::Result<Option<&'static str>> {
    // From linux/magic.h and the file systems' own headers.
    const KINDS: [(u32, &str); 9] = [
        (0x6969, "NFS"),
        (0x517B, "SMB"),
        (0xFE53_4D42, "SMB"),
        (0xFF53_4D42, "SMB"),
        (0x00C3_6400, "Ceph"),
        (0x5346_414F, "AFS"),
        (0x7375_7245, "Coda"),
        (0x0102_1997, "9P"),
        (0x0BD0_0BD0, "Lustre"),
    ];
    let status = rustix::fs::statfs(path)?;
    // The field's type differs between machines; the magic numbers have 32 bits on all of them.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "only the low 32 bits are the kind"
    )]
    let found = status.f_type as u32;
    Ok(KINDS
        .iter()
        .find(|(magic, _)| *magic == found)
        .map(|(_, kind)| *kind))
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as where it can fail")]
fn network_file_system(_path: &Path) -> std::io::Result<Option<&'static str>> {
    Ok(None)
}
