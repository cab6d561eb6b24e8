use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_http::Role;

use crate::stage::{Stage, list, text};

#[tokio::test]
async fn an_events_orders_come_newest_first_page_by_page() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let mut placed = Vec::new();
    for _ in 0..7 {
        placed.push(stage.held(&[(&seat, 1)]).await["id"].clone());
        stage.app.advance(SignedDuration::from_secs(1));
    }
    placed.reverse();
    let path = format!("/orders?event_id={}&limit=3", stage.event);
    let mut listed: Vec<Value> = Vec::new();
    let mut next = path.clone();
    for _ in 0..5 {
        let page = stage.manager.get(&next).await.expect(StatusCode::OK);
        assert!(list(&page, "items").len() <= 3);
        listed.extend(list(&page, "items").iter().map(|order| order["id"].clone()));
        assert!(list(&page, "items").iter().all(|order| order["secret"].is_null()));
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("{path}&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(listed, placed);
}

#[tokio::test]
async fn tickets_are_shown_with_their_admissions() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let order = stage.sold(&[(&seat, 2)]).await;
    let ticket = text(&list(&order, "tickets")[1]["id"]);
    let path = format!("/tickets/{ticket}/validate");
    stage.manager.post(&path, json!({})).await.expect(StatusCode::OK);
    let listed = stage
        .manager
        .get(&format!("/orders?event_id={}", stage.event))
        .await;
    let listed = listed.expect(StatusCode::OK);
    let tickets = list(&listed["items"][0], "tickets");
    assert!(tickets[0]["checked_in_at"].is_null());
    assert_eq!(tickets[1]["checked_in_at"], "2027-01-15T12:00:00Z");
}

#[tokio::test]
async fn they_are_for_members() {
    let stage = Stage::of(None).await;
    stage.priced(None).await;
    let app = &stage.app;
    let path = format!("/orders?event_id={}", stage.event);
    app.as_guest()
        .get(&path)
        .await
        .problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let stranger = app.as_user(app.user()).get(&path).await;
    stranger.problem(StatusCode::NOT_FOUND, "not-found");
    let door = app.as_member(stage.organizer, Role::Door).get(&path).await;
    door.problem(StatusCode::FORBIDDEN, "forbidden");
    let unknown = stage
        .manager
        .get("/orders?event_id=evt_01JZ8Q4V3M0000000000000000")
        .await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
}

#[tokio::test]
async fn bad_parameters_are_named() {
    let stage = Stage::of(None).await;
    stage.priced(None).await;
    let get = async |query: String| stage.manager.get(&format!("/orders?{query}")).await.bad_fields();
    assert_eq!(get(String::new()).await, ["/event_id"]);
    assert_eq!(get("event_id=nonsense".into()).await, ["/event_id"]);
    assert_eq!(
        get(format!("event_id={}&limit=101", stage.event)).await,
        ["/limit"]
    );
    assert_eq!(get(format!("event_id={}&limit=0", stage.event)).await, ["/limit"]);
    assert_eq!(
        get(format!("event_id={}&cursor=x", stage.event)).await,
        ["/cursor"]
    );
}
