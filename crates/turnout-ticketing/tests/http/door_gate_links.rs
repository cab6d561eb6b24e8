use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_http::Role;
use turnout_store::{Store, StoreError};

use crate::door_stage::{scan, scanned};
use crate::stage::{Stage, list, text};

#[tokio::test]
async fn a_gate_link_pairs_a_phone_without_an_account() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    let id = stage.list_of(json!({})).await;
    let link = stage.gate_link(&id, "scan").await;
    assert!(text(&link["id"]).starts_with("gat_"));
    // Six hours after the event ends.
    assert_eq!(
        (&link["state"], &link["expires_at"]),
        (&json!("open"), &json!("2027-07-05T04:00:00Z"))
    );
    let phone = stage.paired(&link);
    let own = phone.get("/gate-link").await.expect(StatusCode::OK);
    assert_eq!(
        (&own["event_title"], &own["list_id"]),
        (&json!("Jazz Night"), &json!(id))
    );
    assert_eq!((&own["gate"], &own["role"]), (&json!("North"), &json!("scan")));
    stage.app.advance(SignedDuration::from_mins(5));
    let reply = scan(&phone, ticket, json!({})).await;
    assert_eq!(
        (&reply["result"], &reply["list"]),
        (&json!("admitted"), &json!(id))
    );
    assert_eq!(reply["attendee"]["name"], "Ada Lovelace");
    // The phone learns who it is, but neither their address nor a code that could be printed.
    assert!(reply["ticket"].is_null() && !reply.to_string().contains("ada@example.org"));
    let links = stage
        .manager
        .get(&stage.path("gate-links"))
        .await
        .expect(StatusCode::OK);
    let shown = &list(&links, "items")[0];
    assert_eq!(
        (&shown["credential"], &shown["last_used_at"]),
        (&json!(null), &json!("2027-01-15T12:05:00Z"))
    );
    stage.audit().await;
}

#[tokio::test]
async fn what_is_kept_of_a_credential_does_not_open_the_door() {
    let stage = Stage::of(None).await;
    let link = stage.gate_link("main", "scan").await;
    let credential = text(&link["credential"]);
    let secret = credential.split_once('.').unwrap().1.to_owned();
    let page = stage
        .app
        .store()
        .inner()
        .scan(turnout_ticketing::TABLE, None, 1_000)
        .await;
    let page: Result<_, StoreError> = page;
    let stored: String = page
        .unwrap()
        .items
        .iter()
        .map(|item| item.document.as_str().to_owned())
        .collect();
    assert!(stored.contains("secret_hash") && !stored.contains(&secret));
}

#[tokio::test]
async fn a_revoked_link_is_refused_at_once_and_an_expired_one_from_its_time_on() {
    let stage = Stage::of(None).await;
    let tickets = stage.tickets(2).await;
    let link = stage.gate_link("main", "scan").await;
    let phone = stage.paired(&link);
    scan(&phone, &tickets[0], json!({})).await;
    let path = stage.path(&format!("gate-links/{}", text(&link["id"])));
    for _ in 0..2 {
        assert_eq!(stage.manager.delete(&path).await.status(), StatusCode::NO_CONTENT);
    }
    let manifest = stage.path("check-in-lists/main/manifest");
    for reply in [
        scanned(&phone, &tickets[1], json!({})).await,
        scanned(&phone, &json!({ "code": "nonsense" }), json!({})).await,
        phone.get("/gate-link").await,
        phone.get(&manifest).await,
        phone.get(&stage.path("attendees?q=a")).await,
    ] {
        reply.problem(StatusCode::UNAUTHORIZED, "gate-link-revoked");
    }
    let body = json!({ "name": "Grace", "gate": "North", "expires_at": "2027-01-15T13:00:00" });
    let link = stage
        .manager
        .post(&stage.path("gate-links"), body)
        .await
        .expect(StatusCode::CREATED);
    let phone = stage.paired(&link);
    phone.get("/gate-link").await.expect(StatusCode::OK);
    stage.app.advance(SignedDuration::from_hours(1));
    let expired = scanned(&phone, &tickets[1], json!({})).await;
    expired.problem(StatusCode::UNAUTHORIZED, "gate-link-expired");
    let links = stage
        .manager
        .get(&stage.path("gate-links"))
        .await
        .expect(StatusCode::OK);
    let states: Vec<&Value> = list(&links, "items").iter().map(|link| &link["state"]).collect();
    assert_eq!(states, ["expired", "revoked"]);
    stage.audit().await;
}

#[tokio::test]
async fn a_link_opens_its_own_list_of_its_own_event() {
    let stage = Stage::of(None).await;
    let tickets = stage.tickets(1).await;
    let id = stage.list_of(json!({})).await;
    let phone = stage.phone(&id, "supervisor").await;
    assert_eq!(
        scanned(&phone, &tickets[0], json!({ "list": "main" }))
            .await
            .bad_fields(),
        ["/list"]
    );
    let manifest = phone.get(&stage.path("check-in-lists/main/manifest")).await;
    assert_eq!(manifest.bad_fields(), ["/list_id"]);
    let elsewhere = "/events/evt_01JZ8Q4V3M0000000000000000";
    let path = |rest: &str| format!("{elsewhere}/{rest}");
    let queued = json!({ "scans": [{ "ticket_id": tickets[0]["id"], "nonce": "a", "scanned_at": "2027-01-15T12:00:00Z" }] });
    for reply in [
        phone.get(&path("attendees?q=a")).await,
        phone.get(&path("check-in-lists/main/manifest")).await,
        phone.post(&path("check-ins/merge"), queued).await,
        phone
            .post(
                &path("check-ins/undo"),
                json!({ "ticket_id": tickets[0]["id"], "reason": "x" }),
            )
            .await,
    ] {
        reply.problem(StatusCode::NOT_FOUND, "not-found");
    }
    // It is a credential of the door and of nothing else.
    for reply in [
        phone.get(&stage.path("sales")).await,
        phone.get(&stage.path("gate-links")).await,
        phone.get(&stage.path("check-in-lists")).await,
        phone.get(&stage.path("check-in-conflicts")).await,
    ] {
        reply.problem(StatusCode::NOT_FOUND, "not-found");
    }
    // A ticket for another event of the same organizer is told apart; one of a stranger's event is unknown.
    let told = stage.told_of_another_event(stage.organizer);
    let other = stage.ticket_of(&told).await;
    assert_eq!(scan(&phone, &other, json!({})).await["result"], "wrong_event");
    let told = stage.told_of_another_event(stage.app.organizer());
    let foreign = stage.ticket_of(&told).await;
    assert_eq!(scan(&phone, &foreign, json!({})).await["result"], "unknown_code");
    stage.audit().await;
}

#[tokio::test]
async fn guessing_is_throttled_and_does_not_lock_out_the_phone() {
    let stage = Stage::of(None).await;
    let link = stage.gate_link("main", "scan").await;
    let guess = json!({ "credential": format!("{}.{}", text(&link["id"]), "A".repeat(43)) });
    let guesser = stage.paired(&guess);
    for _ in 0..10 {
        guesser
            .get("/gate-link")
            .await
            .problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    }
    let refused = guesser.get("/gate-link").await;
    refused.problem(StatusCode::TOO_MANY_REQUESTS, "rate-limited");
    assert!(refused.header("retry-after").is_some());
    stage.paired(&link).get("/gate-link").await.expect(StatusCode::OK);
    for credential in [
        "",
        "x",
        "gat_01JZ8Q4V3M0000000000000000.x",
        "gat_01JZ8Q4V3M0000000000000000",
    ] {
        let nobody = stage.paired(&json!({ "credential": credential }));
        nobody
            .get("/gate-link")
            .await
            .problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    }
}

#[tokio::test]
async fn managers_make_see_and_revoke_gate_links() {
    let stage = Stage::of(None).await;
    let link = stage.gate_link("main", "scan").await;
    let (all, one) = (
        stage.path("gate-links"),
        stage.path(&format!("gate-links/{}", text(&link["id"]))),
    );
    let body = json!({ "name": "Grace", "gate": "North" });
    for role in [Role::BoxOffice, Role::Door, Role::Viewer] {
        let member = stage.app.as_member(stage.organizer, role);
        for reply in [
            member.get(&all).await,
            member.post(&all, body.clone()).await,
            member.delete(&one).await,
        ] {
            reply.problem(StatusCode::FORBIDDEN, "forbidden");
        }
    }
    let stranger = stage.app.as_member(stage.app.organizer(), Role::Owner);
    for client in [stage.app.as_guest(), stranger] {
        for reply in [
            client.get(&all).await,
            client.post(&all, body.clone()).await,
            client.delete(&one).await,
        ] {
            reply.problem(StatusCode::NOT_FOUND, "not-found");
        }
    }
    stage
        .app
        .as_guest()
        .get("/gate-link")
        .await
        .problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let owner = stage.app.as_member(stage.organizer, Role::Owner);
    owner.post(&all, body).await.expect(StatusCode::CREATED);
    assert_eq!(owner.delete(&one).await.status(), StatusCode::NO_CONTENT);
    let unknown = stage.path("gate-links/gat_01JZ8Q4V3M0000000000000000");
    owner
        .delete(&unknown)
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
}

#[tokio::test]
async fn bad_fields_of_a_gate_link_come_back_together() {
    let stage = Stage::of(None).await;
    let body = json!({
        "name": "", "gate": "x".repeat(41), "list_id": "A B", "role": "boss", "expires_at": "2027-01-15T11:00:00",
    });
    let reply = stage.manager.post(&stage.path("gate-links"), body).await;
    assert_eq!(
        reply.bad_fields(),
        ["/name", "/list_id", "/gate", "/role", "/expires_at"]
    );
    let body = json!({ "name": "A", "gate": "N", "list_id": "cil_01JZ8Q4V3M0000000000000000" });
    let reply = stage.manager.post(&stage.path("gate-links"), body).await;
    assert_eq!(reply.bad_fields(), ["/list_id"]);
    let body = json!({ "name": "A", "gate": "N", "expires_at": "2030-01-01T00:00:00" });
    let reply = stage.manager.post(&stage.path("gate-links"), body).await;
    assert_eq!(reply.bad_fields(), ["/expires_at"]);
}
