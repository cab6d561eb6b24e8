//! The contract of the port, on a way where answers get lost, requests are throttled and transactions conflict: nothing
//! is applied twice, and nobody is told otherwise.

mod support;

use support::{connect_to, server, troubled};
use turnout_store::conformance::{Fresh, TABLES};

async fn fresh() -> Fresh {
    let server = server().await;
    let way = troubled::way_to(server.address()).await;
    let store = connect_to(format!("http://{way}"), &TABLES);
    store
        .create_tables()
        .await
        .expect("tables are created without trouble");
    Fresh::on(store, server)
}

turnout_store::conformance_suite!(fresh().await);
