//! `turnout export`: everything that is stored, as text.

use std::io::{BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use serde_json::value::RawValue;
use turnout_store::{Item, Query, Store, Table};
use turnout_store_sqlite::SqliteSnapshot;

use crate::config::Role;
use crate::services;

/// What `turnout export` can be told.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The folder with the embedded database. A server may run on it; what is exported is of one moment.
    #[arg(long, env = "TURNOUT_DATA", value_name = "DIR", default_value = "./data")]
    data: PathBuf,
    /// Only this table: identity, events, tickets or notifications.
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    table: &'static str,
    partition: &'a str,
    sort: &'a str,
    version: u64,
    counters: &'a std::collections::BTreeMap<String, i64>,
    indexes: [Option<Place<'a>>; 2],
    expires_at: Option<jiff::Timestamp>,
    document: &'a RawValue,
}

#[derive(Serialize)]
struct Place<'a> {
    partition: &'a str,
    sort: &'a str,
}

/// Prints every item, one JSON object a line, in the order of tables and keys.
pub async fn run(args: ExportArgs) -> anyhow::Result<()> {
    let tables = chosen(args.table.as_deref())?;
    let snapshot = SqliteSnapshot::open(&args.data)
        .with_context(|| format!("cannot read the database in {}", args.data.display()))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    match print(&snapshot, &tables, &mut out).await {
        // Whoever reads has seen enough, as `head` does.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        other => other,
    }
}

fn chosen(name: Option<&str>) -> anyhow::Result<Vec<Table>> {
    let mut tables = services::tables(Role::All);
    let names = tables.iter().map(|table| table.0).collect::<Vec<_>>().join(", ");
    tables.retain(|table| name.is_none_or(|name| name == table.0));
    anyhow::ensure!(!tables.is_empty(), "there is no such table; there are {names}");
    Ok(tables)
}

async fn print(store: &dyn Store, tables: &[Table], out: &mut impl Write) -> anyhow::Result<()> {
    for table in tables {
        let mut after = None;
        loop {
            let page = store.scan(*table, after, Query::LIMIT_MAX).await?;
            for item in &page.items {
                serde_json::to_writer(&mut *out, &line(item)?)?;
                out.write_all(b"\n")?;
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(out.flush()?)
}

fn line(item: &Item) -> anyhow::Result<Line<'_>> {
    let document = serde_json::from_str(item.document.as_str())
        .with_context(|| format!("the document of {} is not JSON", item.key))?;
    Ok(Line {
        table: item.key.table.0,
        partition: &item.key.partition,
        sort: &item.key.sort,
        version: item.version,
        counters: &item.counters,
        indexes: item.indexes.each_ref().map(|key| {
            key.as_ref().map(|key| Place {
                partition: &key.partition,
                sort: &key.sort,
            })
        }),
        expires_at: item.expires_at,
        document,
    })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let is = |kind: Option<ErrorKind>| kind == Some(ErrorKind::BrokenPipe);
    error.chain().any(|cause| {
        is(cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind))
            || is(cause
                .downcast_ref::<serde_json::Error>()
                .and_then(serde_json::Error::io_error_kind))
    })
}
