use axum::http::StatusCode;
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_domain::messages::{AdmissionUndone, Direction, TicketAdmitted};
use turnout_http::Role;
use turnout_store::{Change, Fault, Store, Update};
use turnout_test_kit::Client;
use turnout_ticketing::TABLE;

use crate::door_stage::{scan, scanned};
use crate::stage::{Stage, text};

async fn undo(client: &Client, stage: &Stage, ticket: &Value, fields: Value) -> turnout_test_kit::Reply {
    let mut body = json!({ "ticket_id": ticket["id"], "reason": "Wrong person" });
    for (name, value) in fields.as_object().expect("an object") {
        body[name] = value.clone();
    }
    client.post(&stage.path("check-ins/undo"), body).await
}

#[tokio::test]
async fn people_go_in_and_out_and_in_again_where_a_list_allows_it() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    let list = stage.list_of(json!({ "reentry": true })).await;
    stage.app.discard_messages();
    let door = stage.door();
    let (enter, leave) = (
        json!({ "list": list, "gate": "North" }),
        json!({ "list": list, "direction": "exit" }),
    );
    assert_eq!(scan(&door, ticket, leave.clone()).await["result"], "not_inside");
    for (body, result, inside) in [
        (&enter, "admitted", 1),
        (&enter, "already_admitted", 1),
        (&leave, "exited", 0),
        (&leave, "not_inside", 0),
        (&enter, "admitted", 1),
    ] {
        stage.app.advance(SignedDuration::from_mins(1));
        let reply = scan(&door, ticket, body.clone()).await;
        assert_eq!(reply["result"], result);
        assert_eq!(stage.tally(&list).await, [1, inside, 0]);
        if result == "already_admitted" {
            assert_eq!(
                (&reply["first_gate"], &reply["first_admitted_at"]),
                (&json!("North"), &json!("2027-01-15T12:01:00Z"))
            );
        }
    }
    let told: Vec<TicketAdmitted> = stage
        .app
        .messages()
        .iter()
        .filter_map(|message| message.open().unwrap())
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(|it| (it.direction, it.again, it.gate.as_deref()))
        .collect();
    let (entry, exit) = (Direction::Entry, Direction::Exit);
    assert_eq!(
        told,
        [
            (entry, false, Some("North")),
            (exit, true, None),
            (entry, true, Some("North"))
        ]
    );
    stage.audit().await;
}

#[tokio::test]
async fn a_scan_that_is_sent_again_gets_its_first_answer() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    let door = stage.door();
    let first = scan(&door, ticket, json!({ "nonce": "scan-1" })).await;
    assert_eq!(first["result"], "admitted");
    stage.app.advance(SignedDuration::from_mins(1));
    assert_eq!(scan(&door, ticket, json!({ "nonce": "scan-1" })).await, first);
    assert_eq!(
        scan(&door, ticket, json!({ "nonce": "scan-2" })).await["result"],
        "already_admitted"
    );
    assert_eq!(
        scan(&door, ticket, json!({ "nonce": "scan-2" })).await["result"],
        "already_admitted"
    );
    assert_eq!(stage.tally("main").await, [1, 1, 0]);
    stage.audit().await;
}

#[tokio::test]
async fn a_scan_is_taken_back_with_a_reason() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    scan(&stage.door(), ticket, json!({ "nonce": "scan-1" })).await;
    stage.app.discard_messages();
    let reply = undo(&stage.manager, &stage, ticket, json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&reply["first_admitted_at"], &reply["inside"]),
        (&json!(null), &json!(false))
    );
    let told = stage.app.messages();
    let told: AdmissionUndone = told[0].open().unwrap().expect("an undone admission");
    assert_eq!(
        (told.reason.as_str(), told.still_admitted),
        ("Wrong person", false)
    );
    assert_eq!(stage.tally("main").await, [0, 0, 0]);
    // Sent again it is no second undoing, and there is no other scan to take back.
    undo(&stage.manager, &stage, ticket, json!({ "nonce": "scan-1" }))
        .await
        .expect(StatusCode::OK);
    let none = undo(&stage.manager, &stage, ticket, json!({})).await;
    none.problem(StatusCode::CONFLICT, "conflict");
    let late = scanned(&stage.door(), ticket, json!({ "nonce": "scan-1" })).await;
    late.problem(StatusCode::CONFLICT, "conflict");
    assert_eq!(scan(&stage.door(), ticket, json!({})).await["result"], "admitted");
    assert_eq!(stage.tally("main").await, [1, 1, 0]);
    stage.audit().await;
}

#[tokio::test]
async fn whoever_scanned_may_take_it_back_for_two_minutes_and_a_supervisor_at_any_time() {
    let stage = Stage::of(None).await;
    let tickets = stage.tickets(2).await;
    let (one, other) = (
        stage.phone("main", "scan").await,
        stage.phone("main", "scan").await,
    );
    let supervisor = stage.phone("main", "supervisor").await;
    for ticket in &tickets {
        scan(&one, ticket, json!({})).await;
    }
    let not_theirs = undo(&other, &stage, &tickets[0], json!({})).await;
    not_theirs.problem(StatusCode::FORBIDDEN, "forbidden");
    stage.app.advance(SignedDuration::from_secs(119));
    undo(&one, &stage, &tickets[0], json!({}))
        .await
        .expect(StatusCode::OK);
    stage.app.advance(SignedDuration::from_secs(2));
    let too_late = undo(&one, &stage, &tickets[1], json!({})).await;
    too_late.problem(StatusCode::FORBIDDEN, "forbidden");
    undo(&supervisor, &stage, &tickets[1], json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(stage.tally("main").await, [0, 0, 0]);
    stage.audit().await;
}

#[tokio::test]
async fn who_may_take_a_scan_back() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    scan(&stage.door(), ticket, json!({})).await;
    let member = |role| stage.app.as_member(stage.organizer, role);
    for role in [Role::Viewer, Role::Door] {
        undo(&member(role), &stage, ticket, json!({}))
            .await
            .problem(StatusCode::FORBIDDEN, "forbidden");
    }
    let stranger = stage.app.as_member(stage.app.organizer(), Role::Owner);
    for client in [stage.app.as_guest(), stranger] {
        undo(&client, &stage, ticket, json!({}))
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
    }
    for role in [Role::BoxOffice, Role::Manager, Role::Owner] {
        undo(&member(role), &stage, ticket, json!({}))
            .await
            .expect(StatusCode::OK);
        scan(&member(role), ticket, json!({})).await;
    }
    let bad = json!({ "ticket_id": "x", "reason": "", "list": "North Gate", "nonce": " " });
    let reply = undo(&stage.manager, &stage, ticket, bad).await;
    assert_eq!(reply.bad_fields(), ["/ticket_id", "/list", "/nonce", "/reason"]);
    let unknown = json!({ "ticket_id": "tkt_01JZ8Q4V3M0000000000000001" });
    undo(&stage.manager, &stage, ticket, unknown)
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    stage.audit().await;
}

#[tokio::test]
async fn a_supervisor_lets_in_against_the_rules_of_a_list_but_never_a_cancelled_ticket() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    let list = stage.list_of(json!({ "starts_at": "2027-07-04T18:00:00" })).await;
    let (phone, supervisor) = (
        stage.phone(&list, "scan").await,
        stage.phone(&list, "supervisor").await,
    );
    let why = json!({ "override_reason": "Crew" });
    let reply = scanned(&phone, ticket, why.clone()).await;
    reply.problem(StatusCode::FORBIDDEN, "forbidden");
    assert_eq!(
        scan(&supervisor, ticket, json!({})).await["result"],
        "outside_time"
    );
    assert_eq!(scan(&supervisor, ticket, why.clone()).await["result"], "admitted");
    assert_eq!(scan(&supervisor, ticket, why.clone()).await["result"], "admitted");
    assert_eq!(stage.tally(&list).await, [1, 1, 0]);
    cancel(&stage, ticket, "cancelled").await;
    assert_eq!(scan(&supervisor, ticket, why).await["result"], "cancelled");
}

/// Cancels a ticket in its record: what refunds and transfers do.
async fn cancel(stage: &Stage, ticket: &Value, status: &str) {
    let key = turnout_store::Key::new(TABLE, format!("order#{}", text(&ticket["order_id"])), "order");
    let store = stage.app.store().inner();
    let item = store
        .get(&key, turnout_store::Read::Consistent)
        .await
        .unwrap()
        .expect("the order");
    let mut order: Value = item.parse().unwrap();
    order["tickets"][0]["status"] = json!(status);
    let update = Update::of(key).document(turnout_store::Document::of(&order));
    store.commit(Change::of(TABLE).update(update)).await.unwrap();
}

#[tokio::test]
async fn cancelled_and_transferred_tickets_are_told_apart() {
    for status in ["cancelled", "transferred"] {
        let stage = Stage::of(None).await;
        let ticket = &stage.tickets(1).await[0];
        cancel(&stage, ticket, status).await;
        let reply = scan(&stage.phone("main", "scan").await, ticket, json!({})).await;
        assert_eq!(
            (&reply["result"], &reply["attendee"]["name"]),
            (&json!(status), &json!("Ada Lovelace"))
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_doors_of_two_processes_and_fifty_scans_let_a_ticket_in_once() {
    let stage = Stage::of(None).await;
    let ticket = stage.tickets(1).await.remove(0);
    let list = stage.list_of(json!({ "reentry": true })).await;
    let phones = [stage.phone(&list, "scan").await, stage.phone(&list, "scan").await];
    let other = stage.another_process();
    let scans = (0..50).map(|number| {
        let phone = phones[number % 2].clone();
        let phone = if number % 3 == 0 {
            phone.at(other.clone())
        } else {
            phone
        };
        let ticket = ticket.clone();
        tokio::spawn(async move { text(&scan(&phone, &ticket, json!({})).await["result"]) })
    });
    let verdicts = join_all(scans.collect::<Vec<_>>()).await;
    let admitted = verdicts.iter().filter(|it| it.as_ref().unwrap() == "admitted");
    assert_eq!(admitted.count(), 1, "{verdicts:?}");
    assert_eq!(stage.tally(&list).await, [1, 1, 0]);
    // Out they go, all at once.
    let exits = (0..20).map(|number| {
        let (phone, ticket) = (phones[number % 2].clone(), ticket.clone());
        tokio::spawn(
            async move { text(&scan(&phone, &ticket, json!({ "direction": "exit" })).await["result"]) },
        )
    });
    let verdicts = join_all(exits.collect::<Vec<_>>()).await;
    let exited = verdicts.iter().filter(|it| it.as_ref().unwrap() == "exited");
    assert_eq!(exited.count(), 1, "{verdicts:?}");
    assert_eq!(stage.tally(&list).await, [1, 0, 0]);
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn an_undoing_whose_answer_was_lost_is_done_once() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        let stage = Stage::of(None).await;
        let ticket = &stage.tickets(1).await[0];
        scan(&stage.door(), ticket, json!({})).await;
        stage.app.store().fail_next(fault);
        undo(&stage.manager, &stage, ticket, json!({}))
            .await
            .expect(StatusCode::OK);
        assert_eq!(stage.tally("main").await, [0, 0, 0]);
        stage.audit().await;
    }
}

#[tokio::test]
async fn bad_fields_of_a_scan_come_back_together() {
    let stage = Stage::of(None).await;
    let body = json!({
        "code": "", "event_id": "x", "list": "A B", "gate": "", "direction": "up", "nonce": "é", "override_reason": "x".repeat(121),
    });
    let reply = stage.door().post("/tickets/validate", body).await;
    let bad = [
        "/code",
        "/event_id",
        "/list",
        "/gate",
        "/direction",
        "/nonce",
        "/override_reason",
    ];
    assert_eq!(reply.bad_fields(), bad);
}
