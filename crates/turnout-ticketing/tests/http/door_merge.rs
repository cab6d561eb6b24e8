use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::{Value, json};
use turnout_http::Role;
use turnout_store::Fault;
use turnout_test_kit::Client;

use crate::door_stage::scan;
use crate::stage::{Stage, list, text};

fn queued(ticket: &Value, nonce: &str, minute: u32) -> Value {
    let at = format!("2027-01-15T11:{minute:02}:00Z");
    json!({ "code": ticket["code"], "nonce": nonce, "scanned_at": at })
}

async fn merge(client: &Client, stage: &Stage, scans: Vec<Value>) -> Value {
    let reply = client
        .post(&stage.path("check-ins/merge"), json!({ "scans": scans }))
        .await;
    reply.expect(StatusCode::OK)
}

fn results(merged: &Value) -> Vec<String> {
    list(merged, "results")
        .iter()
        .map(|result| text(&result["result"]))
        .collect()
}

#[tokio::test]
async fn the_earliest_scan_stands_and_the_other_is_shown_to_the_organizer() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    let (north, south) = (
        stage.phone("main", "scan").await,
        stage.phone("main", "scan").await,
    );
    let first = merge(&north, &stage, vec![queued(ticket, "late", 20)]).await;
    assert_eq!(
        (results(&first), &first["conflicts"]),
        (vec!["admitted".to_owned()], &json!(0))
    );
    assert_eq!(stage.tally("main").await, [1, 1, 0]);
    let second = merge(&south, &stage, vec![queued(ticket, "early", 10)]).await;
    assert_eq!(results(&second), ["admitted"]);
    // The one that came first was the later one: it is told so when it asks again, and nothing is counted twice.
    let again = merge(&north, &stage, vec![queued(ticket, "late", 20)]).await;
    assert_eq!(
        (results(&again), &again["conflicts"]),
        (vec!["already_admitted".to_owned()], &json!(1))
    );
    assert_eq!(again["results"][0]["first_admitted_at"], "2027-01-15T11:10:00Z");
    assert_eq!(stage.tally("main").await, [1, 1, 1]);
    let conflicts = stage.conflicts().await;
    assert_eq!((conflicts.len(), &conflicts[0]["ticket_id"]), (1, &ticket["id"]));
    assert_eq!(conflicts[0]["attendee"]["name"], "Ada Lovelace");
    let shown: Vec<_> = list(&conflicts[0], "scans")
        .iter()
        .map(|it| (text(&it["nonce"]), text(&it["result"]), &it["conflict"]))
        .collect();
    let expected = [("early", "admitted", false), ("late", "already_admitted", true)];
    assert_eq!(
        shown,
        expected.map(|(nonce, result, conflict)| (
            nonce.into(),
            result.into(),
            if conflict {
                &Value::Bool(true)
            } else {
                &Value::Bool(false)
            }
        ))
    );
    // Taken back, it is settled.
    let body = json!({ "ticket_id": ticket["id"], "nonce": "late", "reason": "Spoke to them" });
    stage
        .manager
        .post(&stage.path("check-ins/undo"), body)
        .await
        .expect(StatusCode::OK);
    assert!(stage.conflicts().await.is_empty());
    assert_eq!(stage.tally("main").await, [1, 1, 0]);
    stage.audit().await;
}

#[tokio::test]
async fn a_scan_online_and_an_earlier_one_offline_are_a_conflict() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    scan(&stage.door(), ticket, json!({ "nonce": "online" })).await;
    let merged = merge(
        &stage.phone("main", "scan").await,
        &stage,
        vec![queued(ticket, "offline", 10)],
    )
    .await;
    assert_eq!(results(&merged), ["admitted"]);
    assert_eq!(stage.tally("main").await, [1, 1, 1]);
    let conflicts = stage.conflicts().await;
    let shown: Vec<&Value> = list(&conflicts[0], "scans")
        .iter()
        .map(|it| &it["result"])
        .collect();
    assert_eq!(shown, ["admitted", "already_admitted"]);
    stage.audit().await;
}

#[tokio::test]
async fn a_scan_whose_answer_was_lost_is_one_scan_when_it_is_merged() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    let phone = stage.phone("main", "scan").await;
    scan(&phone, ticket, json!({ "nonce": "scan-1" })).await;
    let merged = merge(&phone, &stage, vec![queued(ticket, "scan-1", 59)]).await;
    assert_eq!(
        (results(&merged), &merged["conflicts"]),
        (vec!["admitted".to_owned()], &json!(0))
    );
    assert_eq!(stage.tally("main").await, [1, 1, 0]);
    stage.audit().await;
}

#[tokio::test]
async fn every_kind_of_bad_scan_has_its_own_result() {
    let stage = Stage::of(None).await;
    let tickets = stage.tickets(2).await;
    let other = stage.told_of_another_event(stage.organizer);
    let other = stage.ticket_of(&other).await;
    let early = stage.list_of(json!({ "ends_at": "2027-01-15T11:30:00" })).await;
    let mut forged = queued(&tickets[0], "forged", 10);
    forged["code"] = json!("FORGED");
    let mut late = queued(&tickets[1], "late", 40);
    late["list"] = json!(early);
    let mut nowhere = queued(&tickets[1], "nowhere", 40);
    nowhere["list"] = json!("cil_01JZ8Q4V3M0000000000000000");
    let unknown = json!({ "ticket_id": "tkt_01JZ8Q4V3M0000000000000001", "nonce": "unknown", "scanned_at": "2027-01-15T11:00:00Z" });
    let scans = vec![
        queued(&tickets[0], "good", 10),
        forged,
        queued(&other, "foreign", 10),
        late,
        nowhere,
        unknown,
    ];
    let merged = merge(&stage.door(), &stage, scans).await;
    let shown: Vec<_> = list(&merged, "results")
        .iter()
        .map(|it| [&it["nonce"], &it["state"], &it["result"]])
        .collect();
    let expected = [
        json!(["good", "merged", "admitted"]),
        json!(["forged", "refused", "unknown_code"]),
        json!(["foreign", "refused", "wrong_event"]),
        json!(["late", "merged", "outside_time"]),
        json!(["nowhere", "refused", null]),
        json!(["unknown", "refused", null]),
    ];
    assert_eq!(json!(shown), json!(expected));
    assert_eq!(stage.tally("main").await, [1, 1, 0]);
    assert_eq!(stage.tally(&early).await, [0, 0, 1]);
    assert_eq!(stage.conflicts().await[0]["scans"][0]["result"], "outside_time");
    stage.audit().await;
}

#[tokio::test]
async fn a_clock_that_cannot_be_right_is_bounded_and_noted() {
    let stage = Stage::of(None).await;
    let tickets = stage.tickets(3).await;
    let at =
        |ticket: &Value, time: &str| json!({ "code": ticket["code"], "nonce": time, "scanned_at": time });
    let (ahead, fine, ancient) = (
        "2027-01-15T13:00:00Z",
        "2027-01-15T12:04:00Z",
        "1999-01-01T00:00:00Z",
    );
    let scans = vec![
        at(&tickets[0], ahead),
        at(&tickets[1], fine),
        at(&tickets[2], ancient),
    ];
    merge(&stage.door(), &stage, scans).await;
    // Seen a second time, so that their scans are shown.
    for (ticket, time) in tickets.iter().zip(["12:00:00", "12:04:00", "12:00:00"]) {
        let again = json!({ "code": ticket["code"], "nonce": format!("z{time}"), "scanned_at": "2027-01-15T12:04:59Z" });
        merge(&stage.door(), &stage, vec![again]).await;
    }
    let conflicts = stage.conflicts().await;
    let first_of = |ticket: &Value| {
        let found = conflicts
            .iter()
            .find(|it| it["ticket_id"] == ticket["id"])
            .expect("a conflict");
        let first = &found["scans"][0];
        (first["scanned_at"].clone(), first["said_at"].clone())
    };
    assert_eq!(
        first_of(&tickets[0]),
        (json!("2027-01-15T12:00:00Z"), json!(ahead))
    );
    assert_eq!(first_of(&tickets[1]), (json!(fine), json!(null)));
    assert_eq!(
        first_of(&tickets[2]),
        (json!("2026-12-16T12:00:00Z"), json!(ancient))
    );
    // Whoever is scanned online comes behind a phone whose clock is ahead.
    assert_eq!(
        scan(&stage.door(), &tickets[1], json!({})).await["result"],
        "already_admitted"
    );
    stage.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_that_come_back_together_and_twice_come_to_the_same_as_one_by_one() {
    let mut outcomes = Vec::new();
    for (order, together) in [([0, 1, 2, 3], false), ([3, 1, 0, 2], false), ([2, 3, 1, 0], true)] {
        let stage = Stage::of(None).await;
        let tickets = stage.tickets(12).await;
        let at = stage.list_of(json!({ "reentry": true })).await;
        let phones = join_all((0..4).map(|_| stage.phone(&at, "scan"))).await;
        let queues: Vec<Vec<Value>> = (0..4_u32)
            .map(|phone| {
                let scans = tickets.iter().enumerate().map(|(number, ticket)| {
                    let minute = (u32::try_from(number).unwrap() * 7 + phone * 3) % 11;
                    let mut scan = queued(ticket, &format!("{phone}-{number}"), minute);
                    scan["direction"] = json!(if (phone + minute) % 3 == 0 {
                        "exit"
                    } else {
                        "entry"
                    });
                    scan
                });
                scans.collect()
            })
            .collect();
        let sent = order.iter().flat_map(|phone| {
            let (phone, queue) = (&phones[*phone], &queues[*phone]);
            let (stage, cut) = (&stage, 5);
            [queue[..cut].to_vec(), queue[cut..].to_vec(), queue.clone()]
                .map(|part| merge(phone, stage, part))
        });
        if together {
            join_all(sent).await;
        } else {
            for one in sent {
                one.await;
            }
        }
        let mut conflicts: Vec<String> = stage
            .conflicts()
            .await
            .iter()
            .flat_map(|found| list(found, "scans").to_vec())
            .map(|scan| format!("{} {}", scan["nonce"], scan["result"]))
            .collect();
        conflicts.sort();
        assert!(!conflicts.is_empty());
        outcomes.push((stage.tally(&at).await, conflicts));
        stage.audit().await;
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(outcomes[0], outcomes[2]);
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_queue_is_lost_or_merged_twice_while_the_store_fails() {
    let stage = Stage::of(None).await;
    let tickets = stage.tickets(4).await;
    let phone = stage.phone("main", "scan").await;
    let scans: Vec<Value> = tickets
        .iter()
        .enumerate()
        .map(|(number, ticket)| queued(ticket, &format!("n{number}"), 10))
        .collect();
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        stage.app.store().fail_next(fault);
        merge(&phone, &stage, scans.clone()).await;
    }
    stage.app.store().begin_outage();
    let path = stage.path("check-ins/merge");
    let manifest = stage.path("check-in-lists/main/manifest");
    for reply in [
        phone.post(&path, json!({ "scans": scans })).await,
        phone.get(&manifest).await,
        phone.get(&stage.path("attendees?q=a")).await,
        stage.manager.get(&stage.path("check-in-lists")).await,
        stage
            .manager
            .post(&stage.path("check-in-lists"), json!({ "name": "A" }))
            .await,
        stage.manager.get(&stage.path("gate-links")).await,
        stage
            .manager
            .post(&stage.path("gate-links"), json!({ "name": "A", "gate": "N" }))
            .await,
        stage.manager.get(&stage.path("check-in-conflicts")).await,
        stage
            .manager
            .post(
                &stage.path("check-ins/undo"),
                json!({ "ticket_id": tickets[0]["id"], "reason": "x" }),
            )
            .await,
    ] {
        reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    }
    stage.app.store().end_outage();
    let merged = merge(&phone, &stage, scans).await;
    assert_eq!(
        (results(&merged), &merged["conflicts"]),
        (vec!["admitted".to_owned(); 4], &json!(0))
    );
    assert_eq!(stage.tally("main").await, [4, 4, 0]);
    stage.audit().await;
}

#[tokio::test]
async fn who_may_merge_and_see_conflicts() {
    let stage = Stage::of(None).await;
    let ticket = &stage.tickets(1).await[0];
    let (path, conflicts) = (stage.path("check-ins/merge"), stage.path("check-in-conflicts"));
    let body = json!({ "scans": [queued(ticket, "a", 10)] });
    let member = |role| stage.app.as_member(stage.organizer, role);
    for role in [Role::Owner, Role::Manager, Role::BoxOffice, Role::Door] {
        member(role)
            .post(&path, body.clone())
            .await
            .expect(StatusCode::OK);
    }
    member(Role::Viewer)
        .post(&path, body.clone())
        .await
        .problem(StatusCode::FORBIDDEN, "forbidden");
    for role in [Role::Owner, Role::Manager, Role::BoxOffice, Role::Viewer] {
        member(role).get(&conflicts).await.expect(StatusCode::OK);
    }
    member(Role::Door)
        .get(&conflicts)
        .await
        .problem(StatusCode::FORBIDDEN, "forbidden");
    let stranger = stage.app.as_member(stage.app.organizer(), Role::Owner);
    for client in [stage.app.as_guest(), stranger] {
        client
            .post(&path, body.clone())
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
        client
            .get(&conflicts)
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn bad_fields_of_a_queue_come_back_together() {
    let stage = Stage::of(None).await;
    let path = stage.path("check-ins/merge");
    let bad = json!({ "scans": [
        { "nonce": "", "scanned_at": "noon", "direction": "up", "list": "A B" },
        { "ticket_id": "x", "code": "" },
    ] });
    let reply = stage.manager.post(&path, bad).await;
    let expected = [
        "/scans/0/nonce",
        "/scans/0/list",
        "/scans/0/scanned_at",
        "/scans/0/direction",
        "/scans/0/code",
        "/scans/1/code",
        "/scans/1/ticket_id",
        "/scans/1/nonce",
        "/scans/1/scanned_at",
        "/scans/1/code",
    ];
    assert_eq!(reply.bad_fields(), expected);
    for scans in [json!([]), json!(null), json!("x"), json!(vec![json!({}); 201])] {
        let reply = stage.manager.post(&path, json!({ "scans": scans })).await;
        assert_eq!(reply.bad_fields(), ["/scans"]);
    }
}
