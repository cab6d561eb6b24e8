//! The contract of the port, on `DynamoDB`'s wire protocol.

mod support;

use turnout_store::conformance::{Fresh, TABLES};

async fn fresh() -> Fresh {
    let (store, server) = support::fresh(&TABLES).await;
    Fresh::on(store, server)
}

turnout_store::conformance_suite!(fresh().await);
