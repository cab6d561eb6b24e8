use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use turnout_http::Role;

use crate::door_stage::scan;
use crate::stage::{Stage, list, text};

#[tokio::test]
async fn every_event_has_a_list_and_may_have_more() {
    let stage = Stage::of(None).await;
    let id = stage
        .list_of(json!({ "reentry": true, "starts_at": "2027-07-04T18:00:00" }))
        .await;
    assert!(id.starts_with("cil_"));
    let lists = stage
        .door()
        .get(&stage.path("check-in-lists"))
        .await
        .expect(StatusCode::OK);
    let names: Vec<&str> = list(&lists, "items")
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert_eq!(names, ["Main entrance", "Backstage"]);
    let made = &list(&lists, "items")[1];
    assert_eq!(made["starts_at"], "2027-07-04T18:00:00+01:00");
    assert_eq!(
        (&made["reentry"], &made["ticket_type_ids"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(stage.tally(&id).await, [0, 0, 0]);
    stage.audit().await;
}

#[tokio::test]
async fn a_list_is_changed_field_by_field_also_the_one_every_event_has() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    let id = stage
        .list_of(json!({ "ticket_type_ids": [seat], "reentry": true }))
        .await;
    let path = stage.path(&format!("check-in-lists/{id}"));
    let changed = stage
        .manager
        .patch(&path, json!({ "name": "North", "ticket_type_ids": null }))
        .await;
    let changed = changed.expect(StatusCode::OK);
    assert_eq!(
        (&changed["name"], &changed["ticket_type_ids"]),
        (&json!("North"), &json!(null))
    );
    assert_eq!(changed["reentry"], true);
    let main = stage.path("check-in-lists/main");
    let changed = stage
        .manager
        .patch(&main, json!({ "name": "Doors" }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&changed["id"], &changed["name"]),
        (&json!("main"), &json!("Doors"))
    );
    // What was counted stays.
    let ticket = &stage.tickets(1).await[0];
    scan(&stage.door(), ticket, json!({})).await;
    stage
        .manager
        .patch(&main, json!({ "reentry": true }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(stage.tally("main").await, [1, 1, 0]);
    stage.audit().await;
}

#[tokio::test]
async fn a_list_is_deleted_as_long_as_nothing_happened_at_it() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    let [unused, used] = [stage.list_of(json!({})).await, stage.list_of(json!({})).await];
    scan(&stage.door(), ticket, json!({ "list": used })).await;
    let path = |id: &str| stage.path(&format!("check-in-lists/{id}"));
    let gone = stage.manager.delete(&path(&unused)).await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    for again in [
        stage.manager.delete(&path(&unused)).await,
        stage.manager.patch(&path(&unused), json!({})).await,
    ] {
        again.problem(StatusCode::NOT_FOUND, "not-found");
    }
    for stays in [&used, "main"] {
        stage
            .manager
            .delete(&path(stays))
            .await
            .problem(StatusCode::CONFLICT, "conflict");
    }
    let reply = stage
        .door()
        .post(
            "/tickets/validate",
            json!({ "code": ticket["code"], "list": unused }),
        )
        .await;
    assert_eq!(reply.bad_fields(), ["/list"]);
    stage.audit().await;
}

#[tokio::test]
async fn bad_fields_of_a_list_come_back_together() {
    let stage = Stage::of(None).await;
    let path = stage.path("check-in-lists");
    let body = json!({
        "name": " ", "ticket_type_ids": ["tty_01JZ8Q4V3M0000000000000000", "x"], "starts_at": "soon", "ends_at": 7, "reentry": "yes",
    });
    let reply = stage.manager.post(&path, body).await;
    let bad = [
        "/name",
        "/ticket_type_ids/0",
        "/ticket_type_ids/1",
        "/starts_at",
        "/ends_at",
        "/reentry",
    ];
    assert_eq!(reply.bad_fields(), bad);
    let reply = stage
        .manager
        .post(&path, json!({ "name": "A", "ticket_type_ids": [] }))
        .await;
    assert_eq!(reply.bad_fields(), ["/ticket_type_ids"]);
    let times = json!({ "name": "A", "starts_at": "2027-07-04T20:00:00", "ends_at": "2027-07-04T20:00:00" });
    assert_eq!(stage.manager.post(&path, times).await.bad_fields(), ["/ends_at"]);
    assert_eq!(stage.manager.post(&path, json!({})).await.bad_fields(), ["/name"]);
}

#[tokio::test]
async fn managers_make_lists_and_members_see_them() {
    let stage = Stage::of(None).await;
    let id = stage.list_of(json!({})).await;
    let (all, one) = (
        stage.path("check-in-lists"),
        stage.path(&format!("check-in-lists/{id}")),
    );
    let body = json!({ "name": "North" });
    for role in [
        Role::Owner,
        Role::Manager,
        Role::BoxOffice,
        Role::Door,
        Role::Viewer,
    ] {
        let member = stage.app.as_member(stage.organizer, role);
        let manages = matches!(role, Role::Owner | Role::Manager);
        member.get(&all).await.expect(StatusCode::OK);
        let replies = [
            (member.post(&all, body.clone()).await, StatusCode::CREATED),
            (member.patch(&one, body.clone()).await, StatusCode::OK),
        ];
        for (reply, done) in replies {
            if manages {
                reply.expect(done);
            } else {
                reply.problem(StatusCode::FORBIDDEN, "forbidden");
            }
        }
        if !manages {
            member
                .delete(&one)
                .await
                .problem(StatusCode::FORBIDDEN, "forbidden");
        }
    }
    let stranger = stage.app.as_member(stage.app.organizer(), Role::Owner);
    for client in [stage.app.as_guest(), stranger] {
        for reply in [
            client.get(&all).await,
            client.post(&all, body.clone()).await,
            client.patch(&one, body.clone()).await,
            client.delete(&one).await,
        ] {
            reply.problem(StatusCode::NOT_FOUND, "not-found");
        }
    }
}

#[tokio::test]
async fn a_list_lets_in_its_types_in_its_time() {
    let stage = Stage::of(None).await;
    let (seat, stand) = (stage.free(None).await, stage.free(None).await);
    let id = stage
        .list_of(json!({
            "ticket_type_ids": [seat], "starts_at": "2027-01-15T12:30:00", "ends_at": "2027-01-15T13:00:00",
        }))
        .await;
    let mut tickets = Vec::new();
    for ticket_type in [&seat, &stand] {
        let order = stage.register(ticket_type, 1).await.expect(StatusCode::CREATED);
        tickets.push(list(&order, "tickets")[0].clone());
    }
    let door = stage.door();
    let at = json!({ "list": id });
    assert_eq!(
        scan(&door, &tickets[0], at.clone()).await["result"],
        "outside_time"
    );
    assert_eq!(
        scan(&door, &tickets[1], at.clone()).await["result"],
        "not_on_list"
    );
    stage.app.advance(SignedDuration::from_mins(30));
    let reply = scan(&door, &tickets[0], at.clone()).await;
    assert_eq!(
        (text(&reply["result"]), &reply["list"]),
        ("admitted".into(), &json!(id))
    );
    stage.app.advance(SignedDuration::from_mins(30));
    // Out goes who is in, at any time.
    let out = json!({ "list": id, "direction": "exit" });
    assert_eq!(scan(&door, &tickets[0], out).await["result"], "exited");
    stage.audit().await;
}
