use axum::http::StatusCode;
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_domain::messages::TicketAdmitted;
use turnout_http::Role;
use turnout_store::Fault;
use turnout_test_kit::Client;

use crate::stage::{Stage, list, text};

/// A ticket of the event, as its buyer has it.
async fn ticket(stage: &Stage) -> Value {
    let seat = stage.free(None).await;
    let order = stage.register(&seat, 1).await.expect(StatusCode::CREATED);
    list(&order, "tickets")[0].clone()
}

fn path(ticket: &Value) -> String {
    format!("/tickets/{}/validate", text(&ticket["id"]))
}

fn door(stage: &Stage) -> Client {
    stage.app.as_member(stage.organizer, Role::Door)
}

#[tokio::test]
async fn a_ticket_is_admitted_once() {
    let stage = Stage::of(None).await;
    let ticket = ticket(&stage).await;
    stage.app.discard_messages();
    stage.app.advance(SignedDuration::from_mins(5));
    let first = door(&stage)
        .post(&path(&ticket), json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(first["result"], "admitted");
    assert_eq!(first["list"], "main");
    assert_eq!(first["admitted_at"], "2027-01-15T12:05:00Z");
    assert_eq!(first["first_admitted_at"], "2027-01-15T12:05:00Z");
    assert_eq!(first["ticket"]["id"], ticket["id"]);
    assert_eq!(first["ticket"]["checked_in_at"], "2027-01-15T12:05:00Z");
    stage.app.advance(SignedDuration::from_mins(1));
    let second = door(&stage)
        .post(&path(&ticket), json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(second["result"], "already_admitted");
    assert!(second["admitted_at"].is_null());
    assert_eq!(second["first_admitted_at"], "2027-01-15T12:05:00Z");
    let told = stage.app.messages();
    assert_eq!(told.len(), 1);
    let told: TicketAdmitted = told[0].open().unwrap().expect("an admission");
    assert_eq!(
        (told.list.as_str(), told.attendee_name.as_str()),
        ("main", "Ada Lovelace")
    );
    assert_eq!(stage.sales().await["checked_in"], 1);
    assert_eq!(stage.audit().await.check_ins, 1);
}

#[tokio::test]
async fn every_list_admits_for_itself() {
    let stage = Stage::of(None).await;
    let ticket = ticket(&stage).await;
    let door = door(&stage);
    for at in [json!("backstage"), json!("main"), json!(null)] {
        let reply = door
            .post(&path(&ticket), json!({ "list": at }))
            .await
            .expect(StatusCode::OK);
        let before = at.is_null();
        assert_eq!(
            reply["result"],
            if before { "already_admitted" } else { "admitted" }
        );
    }
    assert_eq!(stage.sales().await["checked_in"], 1);
    assert_eq!(stage.audit().await.check_ins, 2);
}

#[tokio::test]
async fn the_code_admits_as_well() {
    let stage = Stage::of(None).await;
    let ticket = ticket(&stage).await;
    let door = door(&stage);
    let body = json!({ "code": format!(" {}\n", text(&ticket["code"])), "event_id": stage.event });
    let reply = door
        .post("/tickets/validate", body.clone())
        .await
        .expect(StatusCode::OK);
    assert_eq!(reply["result"], "admitted");
    assert_eq!(reply["ticket"]["id"], ticket["id"]);
    let reply = door.post("/tickets/validate", body).await.expect(StatusCode::OK);
    assert_eq!(reply["result"], "already_admitted");
}

#[tokio::test]
async fn codes_that_are_not_ours_are_unknown() {
    let stage = Stage::of(None).await;
    let ticket = ticket(&stage).await;
    let door = door(&stage);
    let code = text(&ticket["code"]);
    let (head, last) = code.split_at(code.len() - 1);
    let forged = format!("{head}{}", if last == "0" { "1" } else { "0" });
    for code in [forged, text(&ticket["id"]), "QR".into(), code.to_lowercase()] {
        let reply = door
            .post("/tickets/validate", json!({ "code": code }))
            .await
            .expect(StatusCode::OK);
        assert_eq!(reply["result"], "unknown_code", "{code}");
        assert!(reply["ticket"].is_null());
    }
    assert_eq!(stage.audit().await.check_ins, 0);
}

#[tokio::test]
async fn a_code_of_another_event_is_told_apart() {
    let stage = Stage::of(None).await;
    let ticket = ticket(&stage).await;
    let elsewhere = "evt_01JZ8Q4V3M0000000000000000";
    let body = json!({ "code": ticket["code"], "event_id": elsewhere });
    let reply = door(&stage)
        .post("/tickets/validate", body)
        .await
        .expect(StatusCode::OK);
    assert_eq!(reply["result"], "wrong_event");
    assert!(reply["ticket"].is_null());
    // So is one that is named by its id.
    let path = format!("/tickets/{}/validate", text(&ticket["id"]));
    let reply = door(&stage)
        .post(&path, json!({ "event_id": elsewhere }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(reply["result"], "wrong_event");
    // The door of another organizer learns nothing at all.
    let foreign = stage.app.as_member(stage.app.organizer(), Role::Owner);
    let body = json!({ "code": ticket["code"] });
    let reply = foreign
        .post("/tickets/validate", body)
        .await
        .expect(StatusCode::OK);
    assert_eq!(reply["result"], "unknown_code");
    assert_eq!(stage.audit().await.check_ins, 0);
}

#[tokio::test]
async fn bad_fields_come_back_together() {
    let stage = Stage::of(None).await;
    let ticket = ticket(&stage).await;
    let door = door(&stage);
    let body = json!({ "code": " ", "event_id": "nonsense", "list": "Main Hall" });
    let reply = door.post("/tickets/validate", body).await;
    assert_eq!(reply.bad_fields(), ["/code", "/event_id", "/list"]);
    let reply = door
        .post("/tickets/validate", json!({ "code": "x".repeat(513) }))
        .await;
    assert_eq!(reply.bad_fields(), ["/code"]);
    for name in [json!(""), json!("x".repeat(33)), json!("VIP"), json!(7)] {
        let reply = door.post(&path(&ticket), json!({ "list": name })).await;
        assert_eq!(reply.bad_fields(), ["/list"]);
    }
}

#[tokio::test]
async fn only_those_at_the_door_admit() {
    let stage = Stage::of(None).await;
    let ticket = ticket(&stage).await;
    let app = &stage.app;
    let code = json!({ "code": ticket["code"] });
    let guest = app.as_guest();
    for reply in [
        guest.post(&path(&ticket), json!({})).await,
        guest.post("/tickets/validate", code.clone()).await,
    ] {
        reply.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    }
    let stranger = app.as_user(app.user()).post(&path(&ticket), json!({})).await;
    stranger.problem(StatusCode::NOT_FOUND, "not-found");
    let viewer = app.as_member(stage.organizer, Role::Viewer);
    for reply in [
        viewer.post(&path(&ticket), json!({})).await,
        viewer.post("/tickets/validate", code).await,
    ] {
        reply.problem(StatusCode::FORBIDDEN, "forbidden");
    }
    let unknown = "/tickets/tkt_01JZ8Q4V3M0000000000000001/validate";
    let unknown = door(&stage).post(unknown, json!({})).await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
    assert_eq!(stage.audit().await.check_ins, 0);
}

#[tokio::test]
async fn a_held_order_admits_nobody() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    let id = held["id"].as_str().unwrap().replace("ord_", "tkt_");
    let first = format!("{}1", &id[..id.len() - 1]);
    let reply = door(&stage)
        .post(&format!("/tickets/{first}/validate"), json!({}))
        .await;
    reply.problem(StatusCode::NOT_FOUND, "not-found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_scans_of_one_ticket_admit_exactly_once() {
    let stage = Stage::of(None).await;
    let ticket = ticket(&stage).await;
    let scans = (0..200).map(|number| {
        let (door, path) = (door(&stage), path(&ticket));
        let code = json!({ "code": ticket["code"] });
        tokio::spawn(async move {
            let reply = if number % 2 == 0 {
                door.post(&path, json!({})).await
            } else {
                door.post("/tickets/validate", code).await
            };
            text(&reply.expect(StatusCode::OK)["result"])
        })
    });
    let verdicts: Vec<String> = join_all(scans.collect::<Vec<_>>())
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(verdicts.iter().filter(|it| *it == "admitted").count(), 1);
    assert_eq!(
        verdicts.iter().filter(|it| *it == "already_admitted").count(),
        199
    );
    assert_eq!(stage.sales().await["checked_in"], 1);
    assert_eq!(stage.audit().await.check_ins, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tickets_at_a_list_that_is_new_are_all_admitted() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    let order = stage.register(&seat, 60).await.expect(StatusCode::CREATED);
    let scans = list(&order, "tickets").iter().map(|ticket| {
        let (door, path) = (door(&stage), path(ticket));
        tokio::spawn(async move { door.post(&path, json!({ "list": "north" })).await })
    });
    for scan in scans.collect::<Vec<_>>() {
        assert_eq!(scan.await.unwrap().expect(StatusCode::OK)["result"], "admitted");
    }
    assert_eq!(stage.audit().await.check_ins, 60);
}

#[tokio::test(start_paused = true)]
async fn a_scan_whose_answer_was_lost_is_green_all_the_same() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        let stage = Stage::of(None).await;
        let ticket = ticket(&stage).await;
        stage.app.store().fail_next(fault);
        let reply = door(&stage)
            .post(&path(&ticket), json!({}))
            .await
            .expect(StatusCode::OK);
        assert_eq!(reply["result"], "admitted");
        assert_eq!(stage.audit().await.check_ins, 1);
    }
}
