use axum::http::StatusCode;
use serde_json::json;

use crate::people::{app, sign_up};

#[tokio::test]
async fn our_other_services_are_told_whom_a_message_goes_to_and_nobody_else_is() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let path = format!("/internal/users/{}", ada.user_id());
    let user = app.as_peer().get(&path).await.expect(StatusCode::OK);
    assert_eq!(
        user,
        json!({ "id": ada.user_id(), "email": "ada@example.org", "name": "Ada" })
    );
    ada.client
        .get(&path)
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    let unknown = app
        .as_peer()
        .get(&format!("/internal/users/{}", app.user()))
        .await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
}
