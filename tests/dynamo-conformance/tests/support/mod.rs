//! A server of its own for every test.
#![allow(dead_code, reason = "each test uses its own part")]

pub mod troubled;

use std::net::{Ipv4Addr, SocketAddr};

use turnout_dynamo_conformance::Server;
use turnout_store::Table;
use turnout_store_dynamodb::{Config, Credentials, DynamoStore};

/// Any port of this machine alone.
pub const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// An empty server.
pub async fn server() -> Server {
    Server::start(ANY_PORT, None).await.expect("there is a free port")
}

/// A handle of its own on the server, as another process would have.
pub fn connect(server: &Server, tables: &[Table]) -> DynamoStore {
    connect_to(server.endpoint(), tables)
}

/// A handle on the server that listens there.
pub fn connect_to(endpoint: String, tables: &[Table]) -> DynamoStore {
    let config = Config {
        endpoint: Some(endpoint),
        region: "eu-central-1".to_owned(),
        table_prefix: "turnout-".to_owned(),
        tables: tables.to_vec(),
        credentials: Credentials::Keys {
            access_key_id: "local".to_owned(),
            secret_access_key: "local".to_owned(),
            session_token: None,
        },
    };
    DynamoStore::connect(&config).expect("the credentials are given")
}

/// A store with empty tables, and the server it stands on.
pub async fn fresh(tables: &[Table]) -> (DynamoStore, Server) {
    let server = server().await;
    let store = connect(&server, tables);
    store.create_tables().await.expect("the server creates tables");
    (store, server)
}
