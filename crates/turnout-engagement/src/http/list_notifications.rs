//! `GET /notifications`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use turnout_domain::NotificationId;
use turnout_http::{Fields, PageParams, Params, Problem, ProblemView, SignedIn};
use turnout_store::Cursor;
use utoipa::{IntoParams, ToSchema};

use super::NotificationView;
use crate::Engagement;
use crate::list_notifications::{Inbox, ListNotifications};

/// Which notifications.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InboxParams {
    /// Those that came after this one, oldest first. Without it, all, newest first.
    #[param(value_type = Option<String>, example = "ntf_01JZ8Q6W3S9V4T7N2M5K0RBXCD")]
    after: Option<String>,
    /// The most items of the page: 1 to 100; 20 if it is not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of the caller's notifications.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationList)]
pub(crate) struct InboxView {
    /// The items; there may be fewer than asked for and still a next page.
    items: Vec<NotificationView>,
    /// Where the next page begins, if there is one.
    #[schema(required)]
    next_cursor: Option<String>,
    /// How many of all the caller's notifications are not read.
    #[schema(minimum = 0)]
    unread: i64,
}

/// Lists the caller's notifications.
#[utoipa::path(
    get,
    path = "/notifications",
    operation_id = "list_notifications",
    tag = "engagement",
    params(InboxParams),
    responses(
        (status = 200, description = "A page of the caller's notifications", body = InboxView),
        (status = 401, description = "Nobody is signed in", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is not valid", body = ProblemView, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list_notifications(
    State(engagement): State<Engagement>,
    caller: SignedIn,
    Params(params): Params<InboxParams>,
) -> Result<Json<InboxView>, Problem> {
    let inbox = engagement
        .list_notifications(params.into_command(caller)?)
        .await?;
    Ok(Json(inbox.into()))
}

impl InboxParams {
    fn into_command(self, caller: SignedIn) -> Result<ListNotifications, Problem> {
        let mut fields = Fields::new();
        let after = self.after.filter(|after| !after.is_empty());
        let after = after.map(|after| fields.parsed("/after", after.parse::<NotificationId>()));
        let after = fields.finish(Some(after.flatten()))?;
        let page = PageParams {
            limit: self.limit,
            cursor: self.cursor,
        };
        Ok(ListNotifications {
            user: caller.user,
            after,
            limit: page.limit()?,
            cursor: page.cursor(),
        })
    }
}

impl From<Inbox> for InboxView {
    fn from(inbox: Inbox) -> Self {
        Self {
            items: inbox.notifications.into_iter().map(Into::into).collect(),
            next_cursor: inbox.next.map(|Cursor(text)| text),
            unread: inbox.unread,
        }
    }
}
