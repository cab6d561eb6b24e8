//! The adapters, chosen by configuration.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use turnout_bus::{Bus, MemoryBus};
use turnout_domain::{RandomIds, SystemClock};
use turnout_store::{MeteredStore, Store, Table};
use turnout_store_sqlite::SqliteStore;

use crate::config::{BusKind, Config, DynamodbConfig, StoreKind};
use crate::services::Foundation;

/// The adapters, and what is to be waited for at the end, in this order.
pub struct Adapters {
    pub foundation: Foundation,
    pub closing: Vec<BoxFuture<'static, ()>>,
}

/// Opens the store and the bus that the configuration asks for. `stopping` ends what the bus has running.
pub async fn open(config: &Config, stopping: &CancellationToken) -> anyhow::Result<Adapters> {
    // The bus first: what its handlers still commit needs the store.
    let mut closing = Vec::new();
    let bus: Arc<dyn Bus> = match config.bus {
        BusKind::Memory => Arc::new(MemoryBus::new()),
        BusKind::Nats => open_nats(config, stopping, &mut closing).await?,
    };
    let store: Arc<dyn Store> = match config.store {
        StoreKind::Sqlite => {
            let store = open_sqlite(&config.data)?;
            // Closed, not only dropped, so that the folder is free for others once the process says it stopped.
            closing.push(store.clone().close().boxed());
            Arc::new(store)
        }
        StoreKind::Dynamodb => {
            let tables = crate::services::tables(config.role);
            open_dynamodb(&config.dynamodb, tables)?
        }
    };
    #[cfg(feature = "faults")]
    let store = faults::perhaps(store)?;
    let store: Arc<dyn Store> = Arc::new(MeteredStore::new(store));
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let foundation = Foundation {
        store,
        bus,
        clock,
        ids,
    };
    Ok(Adapters { foundation, closing })
}

/// A store that stumbles, for tests of a whole process. No build for users has it.
#[cfg(feature = "faults")]
mod faults {
    use std::sync::Arc;

    use anyhow::Context;
    use turnout_store::{FaultyStore, Store};

    /// `SEED:PERCENT`: so many of a hundred reads and commits meet a fault drawn from the seed.
    const VARIABLE: &str = "TURNOUT_FAULTS";

    /// The store, stumbling if the environment says so.
    pub fn perhaps(store: Arc<dyn Store>) -> anyhow::Result<Arc<dyn Store>> {
        let Ok(text) = std::env::var(VARIABLE) else {
            return Ok(store);
        };
        let (seed, per_cent) = text
            .split_once(':')
            .and_then(|(seed, per_cent)| Some((seed.parse().ok()?, per_cent.parse().ok()?)))
            .with_context(|| format!("{VARIABLE} `{text}` should be SEED:PERCENT, such as 7:5"))?;
        tracing::warn!(
            seed,
            per_cent,
            "Faults are let loose on the store; this is a test"
        );
        let store = FaultyStore::new(store);
        store.shake(seed, per_cent);
        Ok(Arc::new(store))
    }
}

/// Opens the embedded database in the data folder.
pub fn open_sqlite(data: &std::path::Path) -> anyhow::Result<SqliteStore> {
    use anyhow::Context;
    SqliteStore::open(data, &turnout_store_sqlite::Options::default())
        .with_context(|| format!("cannot open the database in {}", data.display()))
}

/// Opens these tables of DynamoDB.
#[cfg(feature = "dynamodb")]
pub fn open_dynamodb(config: &DynamodbConfig, tables: Vec<Table>) -> anyhow::Result<Arc<dyn Store>> {
    Ok(Arc::new(dynamodb(config, tables)?))
}

/// A handle on DynamoDB's tables.
#[cfg(feature = "dynamodb")]
pub fn dynamodb(
    config: &DynamodbConfig,
    tables: Vec<Table>,
) -> anyhow::Result<turnout_store_dynamodb::DynamoStore> {
    let config = turnout_store_dynamodb::Config {
        endpoint: config.endpoint.clone(),
        region: config.region.clone(),
        table_prefix: config.prefix.clone(),
        tables,
        credentials: turnout_store_dynamodb::Credentials::Environment,
    };
    Ok(turnout_store_dynamodb::DynamoStore::connect(&config)?)
}

/// Says how to get a build that can.
#[cfg(not(feature = "dynamodb"))]
pub fn open_dynamodb(_config: &DynamodbConfig, _tables: Vec<Table>) -> anyhow::Result<Arc<dyn Store>> {
    anyhow::bail!(
        "this build has no DynamoDB adapter: build it with `--features dynamodb`, or use --store sqlite"
    )
}

#[cfg(feature = "nats")]
async fn open_nats(
    config: &Config,
    stopping: &CancellationToken,
    closing: &mut Vec<BoxFuture<'static, ()>>,
) -> anyhow::Result<Arc<dyn Bus>> {
    let nats = turnout_bus_nats::NatsConfig::at(&config.nats_url).replicas(config.nats_replicas.into());
    let bus = Arc::new(turnout_bus_nats::NatsBus::connect(nats, stopping.clone()).await?);
    let closed = bus.clone();
    closing.push(async move { closed.closed().await }.boxed());
    Ok(bus)
}

#[cfg(not(feature = "nats"))]
#[expect(clippy::unused_async, reason = "the same shape as with the adapter")]
async fn open_nats(
    _config: &Config,
    _stopping: &CancellationToken,
    _closing: &mut Vec<BoxFuture<'static, ()>>,
) -> anyhow::Result<Arc<dyn Bus>> {
    anyhow::bail!("this build has no NATS adapter: build it with `--features nats`, or use --bus memory")
}
