//! Opening a store: nothing is written until the folder and the file are known to be ours and sound.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use turnout_domain::{Clock, SystemClock};

use crate::folder::Folder;
use crate::{connection, schema};

/// The first version without a way to damage a file when two connections write and checkpoint at one instant.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// A file up to this size is looked through at the start, which takes a fraction of a second. A larger one would keep
/// the doors shut: what is wrong in it shows when it is read, and `turnout check` looks at all of it.
const QUICK_CHECK_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// Tells when items expire and tokens are forgotten.
    pub clock: Arc<dyn Clock>,
    /// How many reads go on at once; each takes a connection and up to 4 MiB.
    pub readers: usize,
    /// The most bytes the file may have; the store is busy, as with a full disk, when it would have more.
    pub bytes_max: Option<u64>,
}

impl Default for Options {
    /// The machine's clock, four readers, as many bytes as the disk has.
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            readers: 4,
            bytes_max: None,
        }
    }
}

/// Why a store was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The library is too old to be safe.
    #[error("SQLite {found} can damage a file in write-ahead mode; 3.51.3 or newer is needed")]
    OldSqlite {
        /// Its version.
        found: &'static str,
    },
    /// Another process has the folder open.
    #[error(
        "the folder {} is in use by another process ({process}): two servers cannot write one folder",
        folder.display()
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The number of the process, as it wrote it down.
        process: String,
    },
    /// The folder is not on a disk of this machine.
    #[error("the folder {} is on a network file system ({kind}), where SQLite can lose data", folder.display())]
    NetworkFileSystem {
        /// The folder.
        folder: PathBuf,
        /// What it is on.
        kind: &'static str,
    },
    /// The file is not a database, or one of another program.
    #[error("the file {} is not a database of Turnout, and was left alone", file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
    },
    /// The file was written by a newer program.
    #[error(
        "the file {} has version {found} and this program knows up to {known}: use a newer one",
        file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its version.
        found: i32,
        /// The newest version that this program knows.
        known: i32,
    },
    /// There is no store.
    #[error("there is no database at {}", file.display())]
    Missing {
        /// Where it would be.
        file: PathBuf,
    },
    /// The file was written by an older program, and is only read here.
    #[error(
        "the file {} has version {found} and this program reads {known}: start the server on it once, which brings it \
         up to date",
        file.display()
    )]
    Older {
        /// The file.
        file: PathBuf,
        /// Its version.
        found: i32,
        /// The version that this program reads.
        known: i32,
    },
    /// The file is damaged.
    #[error("the file {} is damaged ({what}): restore a backup with `turnout restore`", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The folder or its lock cannot be used.
    #[error("the folder {} cannot be used", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A setting that durability hangs on did not take.
    #[error("the file {} does not take the setting {setting}, without which commits could be lost", file.display())]
    NotDurable {
        /// The file.
        file: PathBuf,
        /// The setting.
        setting: &'static str,
    },
    /// The database cannot be opened.
    #[error("the file {} cannot be opened", file.display())]
    Database {
        /// The file.
        file: PathBuf,
        /// What `SQLite` said.
        source: rusqlite::Error,
    },
    /// A thread cannot be started.
    #[error("a thread of the store cannot be started")]
    Thread(#[source] std::io::Error),
}

/// What a store stands on.
pub(crate) struct Opened {
    pub(crate) folder: Folder,
    pub(crate) writer: Connection,
    pub(crate) checkpointer: Connection,
    pub(crate) readers: Vec<Connection>,
    /// The number of the next batch of the outbox.
    pub(crate) outbox_next: i64,
}

pub(crate) fn open(path: &Path, options: &Options) -> Result<Opened, OpenError> {
    if rusqlite::version_number() < SQLITE_VERSION_MIN {
        return Err(OpenError::OldSqlite {
            found: rusqlite::version(),
        });
    }
    let folder = Folder::lock(path)?;
    let file = folder.database();
    let failed = |source| database_error(&file, source);
    let mut writer = connection::open(&file).map_err(failed)?;
    let version = owned_version(&writer, &file)?;
    quick_check(&writer, &file)?;
    if let Some(setting) = connection::set_up(&writer).map_err(failed)? {
        return Err(OpenError::NotDurable { file, setting });
    }
    schema::migrate(&mut writer, version).map_err(failed)?;
    if let Some(bytes_max) = options.bytes_max {
        let page: u32 = writer
            .pragma_query_value(None, "page_size", |row| row.get(0))
            .map_err(failed)?;
        let pages = i64::try_from(bytes_max / u64::from(page.max(1))).unwrap_or(i64::MAX);
        writer
            .pragma_update(None, "max_page_count", pages)
            .map_err(failed)?;
    }
    let checkpointer = connection::open(&file).map_err(failed)?;
    if let Some(setting) = connection::set_up(&checkpointer).map_err(failed)? {
        return Err(OpenError::NotDurable { file, setting });
    }
    let readers = (0..options.readers.max(1)).map(|_| connection::open_reader(&file));
    let readers = readers.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    // Numbers of batches that are gone are not given again while the process lives; nobody remembers them longer.
    let last = "SELECT coalesce(max(id), 0) + 1 FROM outbox";
    let outbox_next = writer.query_row(last, [], |row| row.get(0)).map_err(failed)?;
    Ok(Opened {
        folder,
        writer,
        checkpointer,
        readers,
        outbox_next,
    })
}

/// Looks through a small file. That one is cut short is found in any.
fn quick_check(connection: &Connection, file: &Path) -> Result<(), OpenError> {
    let bytes = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
    if bytes > QUICK_CHECK_BYTES_MAX {
        return Ok(());
    }
    let what: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|source| database_error(file, source))?;
    if what == "ok" {
        return Ok(());
    }
    let file = file.to_owned();
    Err(OpenError::Damaged { file, what })
}

/// The version of the file, 0 for an empty one, if it is ours. Reads only.
pub(crate) fn owned_version(connection: &Connection, file: &Path) -> Result<i32, OpenError> {
    let pragma = |name| {
        let value = connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        value.map_err(|source| database_error(file, source))
    };
    let (application, version, objects) = (
        pragma("application_id")?,
        pragma("user_version")?,
        pragma("schema_version")?,
    );
    match application {
        schema::APPLICATION_ID if version > schema::VERSION => Err(OpenError::Newer {
            file: file.to_owned(),
            found: version,
            known: schema::VERSION,
        }),
        schema::APPLICATION_ID => Ok(version),
        0 if version == 0 && objects == 0 => Ok(0),
        _ => Err(OpenError::Foreign {
            file: file.to_owned(),
        }),
    }
}

pub(crate) fn database_error(file: &Path, source: rusqlite::Error) -> OpenError {
    let file = file.to_owned();
    match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => OpenError::Foreign { file },
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => OpenError::Damaged {
            file,
            what: source.to_string(),
        },
        _ => OpenError::Database { file, source },
    }
}
