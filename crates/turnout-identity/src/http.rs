//! The route table.

mod cookie;
mod create_organizer;
mod find_member;
mod find_user;
mod get_me;
mod list_organizers;
mod list_signing_keys;
mod log_in;
mod log_out;
mod origin;
mod refresh_session;
mod sign_up;
mod views;

use axum::Router;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Identity;

/// The public operations, and their part of the API's document.
pub fn routes(identity: Identity) -> OpenApiRouter {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(sign_up::sign_up))
        .routes(routes!(log_in::log_in))
        .routes(routes!(refresh_session::refresh_session))
        .routes(routes!(log_out::log_out))
        .routes(routes!(list_signing_keys::list_signing_keys))
        .routes(routes!(get_me::get_me))
        .routes(routes!(
            create_organizer::create_organizer,
            list_organizers::list_organizers
        ))
        .with_state(identity)
}

/// What only our other services may ask.
pub fn internal_routes(identity: Identity) -> Router {
    Router::new()
        .route(
            "/internal/organizers/{organizer_id}/members/{user_id}",
            get(find_member::find_member),
        )
        .route("/internal/users/{user_id}", get(find_user::find_user))
        .with_state(identity)
}

#[derive(OpenApi)]
#[openapi(
    tags((name = "identity", description = "People, signed-in devices, organizers and their members.")),
    modifiers(&Bearer)
)]
struct Document;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The `access_token` of a Session."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}
