use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_http::Role;
use turnout_test_kit::Client;

use crate::door_stage::scan;
use crate::stage::{Stage, list, text};

fn bytes(value: &Value) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text(value)).expect("base64url")
}

/// Reads a page as a phone does: with the key it brings, once that is known.
fn opened(page: &Value) -> Value {
    let payload: Value = serde_json::from_slice(&bytes(&page["payload"])).unwrap();
    let header: Value = serde_json::from_slice(&bytes(&page["protected"])).unwrap();
    let key = list(&payload, "keys")
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .expect("its key");
    let key = VerifyingKey::from_bytes(&bytes(&key["x"]).try_into().unwrap()).unwrap();
    let signature = Signature::from_slice(&bytes(&page["signature"])).unwrap();
    let signed = format!("{}.{}", text(&page["protected"]), text(&page["payload"]));
    key.verify_strict(signed.as_bytes(), &signature)
        .expect("signed with the key");
    assert_eq!(payload["next_cursor"], page["next_cursor"]);
    payload
}

/// All pages.
async fn manifest(client: &Client, stage: &Stage, at: &str, since: Option<&Value>) -> Vec<Value> {
    let since = since
        .map(|since| format!("since={}", text(since)))
        .unwrap_or_default();
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = stage.path(&format!("check-in-lists/{at}/manifest?{since}{cursor}"));
        let reply = client.get(&path).await;
        let page = reply.expect(StatusCode::OK);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        pages.push(opened(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages,
        }
    }
}

fn all(pages: &[Value], name: &str) -> Vec<Value> {
    pages.iter().flat_map(|page| list(page, name).to_vec()).collect()
}

#[tokio::test]
async fn a_phone_gets_everyone_who_may_come_and_everyone_who_is_in() {
    let stage = Stage::of(None).await;
    let tickets = stage.tickets(3).await;
    let id = stage
        .list_of(json!({ "reentry": true, "starts_at": "2027-01-15T11:00:00" }))
        .await;
    let phone = stage.phone(&id, "scan").await;
    scan(&phone, &tickets[1], json!({ "nonce": "scan-1" })).await;
    let pages = manifest(&phone, &stage, &id, None).await;
    let first = &pages[0];
    assert_eq!(
        (&first["version"], &first["whole"], &first["time_zone"]),
        (&json!(1), &json!(true), &json!("Europe/Lisbon"))
    );
    let shown = &first["list"];
    assert_eq!(
        (&shown["id"], &shown["starts_at"], &shown["reentry"]),
        (&json!(id), &json!("2027-01-15T11:00:00Z"), &json!(true))
    );
    assert_eq!((&shown["admitted"], &shown["inside"]), (&json!(1), &json!(1)));
    let listed = all(&pages, "tickets");
    let ids: Vec<&Value> = listed.iter().map(|ticket| &ticket["id"]).collect();
    assert_eq!(
        ids,
        tickets.iter().map(|ticket| &ticket["id"]).collect::<Vec<_>>()
    );
    assert_eq!(
        listed[0],
        json!({ "id": tickets[0]["id"], "type": 0, "generation": 0, "valid": true, "name": "Ada Lovelace" })
    );
    assert_eq!(first["ticket_types"][0]["name"], "Standing");
    let check_ins = all(&pages, "check_ins");
    assert_eq!(
        check_ins,
        [json!({
            "id": tickets[1]["id"], "first_admitted_at": "2027-01-15T12:00:00Z", "first_gate": "North", "inside": true,
            "nonces": ["scan-1"],
        })]
    );
    // No address and no code leaves the house.
    let text = json!(pages).to_string();
    assert!(!text.contains("ada@example.org") && !text.contains(tickets[0]["code"].as_str().unwrap()));
}

#[tokio::test]
async fn asked_again_it_tells_what_changed() {
    let stage = Stage::of(None).await;
    let tickets = stage.tickets(2).await;
    let phone = stage.phone("main", "scan").await;
    stage.app.advance(SignedDuration::from_mins(2));
    let first = manifest(&phone, &stage, "main", None).await;
    stage.app.advance(SignedDuration::from_mins(5));
    let pages = manifest(&phone, &stage, "main", Some(&first[0]["as_of"])).await;
    assert_eq!(
        (&pages[0]["whole"], all(&pages, "tickets").len()),
        (&json!(false), 0)
    );
    let late = stage.tickets(1).await;
    scan(&phone, &tickets[0], json!({})).await;
    stage.app.advance(SignedDuration::from_secs(3));
    let changed = manifest(&phone, &stage, "main", Some(&pages[0]["as_of"])).await;
    let ids: Vec<Value> = all(&changed, "tickets")
        .iter()
        .map(|ticket| ticket["id"].clone())
        .collect();
    assert_eq!(ids, [late[0]["id"].clone()]);
    assert_eq!(all(&changed, "check_ins")[0]["id"], tickets[0]["id"]);
    assert_eq!(changed[0]["list"]["admitted"], 1);
    // Another process may not know what changed before it began: it tells everything.
    let elsewhere = phone.at(stage.another_process());
    let whole = manifest(&elsewhere, &stage, "main", Some(&changed[0]["as_of"])).await;
    assert_eq!(
        (&whole[0]["whole"], all(&whole, "tickets").len()),
        (&json!(true), 3)
    );
    stage.app.advance(SignedDuration::from_mins(10));
    let later = manifest(&elsewhere, &stage, "main", Some(&whole[0]["as_of"])).await;
    assert_eq!(later[0]["whole"], false);
}

#[tokio::test]
async fn thousands_of_tickets_come_in_pages() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    for _ in 0..41 {
        stage.register(&seat, 100).await.expect(StatusCode::CREATED);
    }
    let pages = manifest(&stage.door(), &stage, "main", None).await;
    let counts: Vec<usize> = pages.iter().map(|page| list(page, "tickets").len()).collect();
    assert_eq!(counts, [2_000, 2_000, 100, 0]);
    let mut ids: Vec<String> = all(&pages, "tickets")
        .iter()
        .map(|ticket| text(&ticket["id"]))
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 4_100);
}

#[tokio::test]
async fn who_may_take_a_manifest_along() {
    let stage = Stage::of(None).await;
    let path = stage.path("check-in-lists/main/manifest");
    for role in [Role::Owner, Role::Manager, Role::BoxOffice, Role::Door] {
        stage
            .app
            .as_member(stage.organizer, role)
            .get(&path)
            .await
            .expect(StatusCode::OK);
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
    let unknown = stage.path("check-in-lists/cil_01JZ8Q4V3M0000000000000000/manifest");
    stage
        .manager
        .get(&unknown)
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    assert_eq!(
        stage.manager.get(&format!("{path}?since=x")).await.bad_fields(),
        ["/since"]
    );
    assert_eq!(
        stage.manager.get(&format!("{path}?cursor=x")).await.bad_fields(),
        ["/cursor"]
    );
}
