//! `POST /notifications/{notification_id}/read`.

use axum::Json;
use axum::extract::State;
use turnout_domain::NotificationId;
use turnout_http::{Path, Problem, ProblemView, SignedIn};

use super::NotificationView;
use crate::Engagement;

/// Marks one of the caller's notifications as read. Done twice, the first time counts.
#[utoipa::path(
    post,
    path = "/notifications/{notification_id}/read",
    operation_id = "read_notification",
    tag = "engagement",
    params(("notification_id" = String, Path, description = "The notification")),
    responses(
        (status = 200, description = "The notification, read", body = NotificationView),
        (status = 401, description = "Nobody is signed in", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such notification", body = ProblemView, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read_notification(
    State(engagement): State<Engagement>,
    caller: SignedIn,
    Path(id): Path<NotificationId>,
) -> Result<Json<NotificationView>, Problem> {
    let read = engagement.read_notification(caller.user, id).await?;
    Ok(Json(read.into()))
}
