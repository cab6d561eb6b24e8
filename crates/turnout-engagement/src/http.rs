//! The route table.

mod list_notifications;
mod notify;
mod open_socket;
mod read_notification;
mod views;

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Engagement;

pub(crate) use views::{DeskEntryView, NotificationView};

/// What everyone may call. The socket is no operation of the document, which has no words for it: docs/api-design.md
/// says what it speaks.
pub fn routes(engagement: Engagement) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(notify::notify))
        .routes(routes!(list_notifications::list_notifications))
        .routes(routes!(read_notification::read_notification))
        .route("/ws", get(open_socket::open_socket))
        .with_state(engagement)
}

/// What only other services may call: nothing yet, since all they have to say comes by the bus.
pub fn internal_routes(_engagement: Engagement) -> Router {
    Router::new()
}
