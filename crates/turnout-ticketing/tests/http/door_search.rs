use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_http::Role;
use turnout_test_kit::Client;

use crate::door_stage::scan;
use crate::stage::{Stage, list};

async fn named(stage: &Stage, seat: &str, name: &str) -> Value {
    let mut body = stage.registration_of(seat, 1);
    body["buyer"]["name"] = json!(name);
    let client = stage.app.as_guest().with("idempotency-key", stage.key());
    let order = client.post("/tickets", body).await.expect(StatusCode::CREATED);
    list(&order, "tickets")[0].clone()
}

async fn find(client: &Client, stage: &Stage, query: &str) -> Vec<Value> {
    let reply = client.get(&stage.path(&format!("attendees?{query}"))).await;
    list(&reply.expect(StatusCode::OK), "items").to_vec()
}

#[tokio::test]
async fn a_name_is_found_and_whether_they_are_in() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    let zoe = named(&stage, &seat, "Zoë Ångström").await;
    named(&stage, &seat, "Ada Lovelace").await;
    let phone = stage.phone("main", "scan").await;
    let found = find(&phone, &stage, "q=angstrom%20zo").await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["name"], &found[0]["ticket_id"]),
        (&json!("Zoë Ångström"), &zoe["id"])
    );
    assert_eq!(
        (
            &found[0]["valid"],
            &found[0]["inside"],
            &found[0]["first_admitted_at"]
        ),
        (&json!(true), &json!(false), &json!(null))
    );
    let id = zoe["id"].as_str().unwrap();
    let admitted = phone
        .post(&format!("/tickets/{id}/validate"), json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(admitted["result"], "admitted");
    let found = find(&phone, &stage, "q=zo").await;
    assert_eq!(
        (&found[0]["inside"], &found[0]["first_admitted_at"]),
        (&json!(true), &json!("2027-01-15T12:00:00Z"))
    );
    assert_eq!(find(&phone, &stage, &format!("q={id}")).await.len(), 1);
    assert!(find(&phone, &stage, "q=nobody").await.is_empty());
}

#[tokio::test]
async fn whoever_bought_a_moment_ago_is_found_and_so_is_an_order_paid_late() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 2)]).await;
    let door = stage.door();
    assert!(find(&door, &stage, "q=ada").await.is_empty());
    stage.app.advance(SignedDuration::from_secs(2));
    assert!(find(&door, &stage, "q=ada").await.is_empty());
    stage.app.advance(SignedDuration::from_mins(9));
    stage.sold(&[(&seat, 1)]).await;
    assert_eq!(find(&door, &stage, "q=ada").await.len(), 1);
    stage.pay(&held).await.expect(StatusCode::OK);
    stage.app.advance(SignedDuration::from_secs(2));
    assert_eq!(find(&door, &stage, "q=ada").await.len(), 3);
}

#[tokio::test]
async fn an_answer_has_twenty_at_most() {
    let stage = Stage::of(None).await;
    let tickets = stage.tickets(60).await;
    scan(&stage.door(), &tickets[0], json!({})).await;
    assert_eq!(find(&stage.door(), &stage, "q=l").await.len(), 20);
}

#[tokio::test]
async fn who_may_search_and_how() {
    let stage = Stage::of(None).await;
    stage.tickets(1).await;
    let path = stage.path("attendees?q=ada");
    for role in [Role::Owner, Role::Manager, Role::BoxOffice, Role::Door] {
        let member = stage.app.as_member(stage.organizer, role);
        assert_eq!(find(&member, &stage, "q=ada").await.len(), 1);
    }
    let viewer = stage.app.as_member(stage.organizer, Role::Viewer);
    viewer
        .get(&path)
        .await
        .problem(StatusCode::FORBIDDEN, "forbidden");
    let stranger = stage.app.as_member(stage.app.organizer(), Role::Owner);
    for client in [stage.app.as_guest(), stranger] {
        client
            .get(&path)
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
    }
    for (query, bad) in [
        (String::new(), vec!["/q"]),
        ("q=%20".to_owned(), vec!["/q"]),
        (format!("q={}&list=A%20B", "x".repeat(101)), vec!["/q", "/list"]),
    ] {
        let reply = stage
            .manager
            .get(&stage.path(&format!("attendees?{query}")))
            .await;
        assert_eq!(reply.bad_fields(), bad);
    }
}
