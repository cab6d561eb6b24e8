//! The OpenAPI document: made from the handlers of all services.

mod problems;

use axum::routing::get;
use axum::{Json, Router};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, Server};

use crate::config::Role;
use crate::services::{Foundation, ServiceSettings, Services, Wiring};

/// Adds what no single handler knows.
fn completed(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Turnout")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Events, tickets, the door, and news of every change. Errors are problems of RFC 9457.",
        ))
        .build();
    document.servers = Some(vec![Server::new("/api")]);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    // A gate link's credential: `Authorization: Gate …`, a scheme that OpenAPI has no name for.
    let gate = ApiKey::Header(ApiKeyValue::with_description(
        "Authorization",
        "`Gate` and the credential of a gate link, which pairs a phone with a door.",
    ));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    components.add_security_scheme("gate", SecurityScheme::ApiKey(gate));
    problems::complete(&mut document);
    document
}

/// The document of the whole product, whichever roles this process has.
pub fn whole() -> OpenApi {
    let foundation = Foundation {
        store: std::sync::Arc::new(turnout_store::MemoryStore::new()),
        bus: std::sync::Arc::new(turnout_bus::MemoryBus::new()),
        clock: std::sync::Arc::new(turnout_domain::SystemClock),
        ids: std::sync::Arc::new(turnout_domain::RandomIds),
    };
    let wiring = Wiring::new(Role::All, "not used: nothing is called", |_| String::new());
    completed(Services::new(Role::All, &foundation, &wiring, &ServiceSettings::default()).openapi)
}

/// `/openapi.json`.
pub fn routes() -> Router {
    let document = whole();
    Router::new().route(
        "/openapi.json",
        get(move || std::future::ready(Json(document.clone()))),
    )
}

/// Prints the document.
pub fn print() -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&whole())?);
    Ok(())
}
