//! The routes.

mod cancel_event;
mod create_event;
mod details;
mod get_event;
mod list_events;
mod publish_event;
mod tell_event;
mod update_event;
mod view;

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Registration;

/// What everyone may ask.
pub fn routes(registration: Registration) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(create_event::create_event, list_events::list_events))
        .routes(routes!(get_event::get_event, update_event::update_event))
        .routes(routes!(publish_event::publish_event))
        .routes(routes!(cancel_event::cancel_event))
        .with_state(registration)
}

/// What other services may ask.
pub fn internal_routes(registration: Registration) -> Router {
    Router::new()
        .route("/internal/events/{event_id}", get(tell_event::tell_event))
        .with_state(registration)
}
