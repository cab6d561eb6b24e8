use axum::http::StatusCode;
use serde_json::json;
use turnout_domain::messages::EventStatus;

use crate::stage::Stage;

#[tokio::test]
async fn a_new_event_takes_what_is_usual_and_buyers_see_how_to_pay() {
    let stage = Stage::of(None).await;
    stage.free(None).await;
    let settings = stage
        .manager
        .get(&stage.path("payment-settings"))
        .await
        .expect(StatusCode::OK);
    assert_eq!(settings["methods"], json!(["sandbox"]));
    assert_eq!(settings["available_methods"], json!(["offline", "sandbox"]));
    assert_eq!(settings["cancellation"]["by_buyer"], false);
    let options = stage
        .app
        .as_guest()
        .get(&stage.path("payment-options"))
        .await
        .expect(StatusCode::OK);
    assert_eq!(options["methods"], json!([{ "method": "sandbox", "test": true }]));
}

#[tokio::test]
async fn settings_are_kept_and_two_who_change_them_do_not_overwrite_each_other() {
    let stage = Stage::of(None).await;
    stage.free(None).await;
    let wanted = json!({
        "methods": ["offline", "sandbox"],
        "offline": { "instructions": " IBAN 1 ", "due_days": 14, "at_door": true },
        "cancellation": { "by_buyer": true, "until_hours_before": 0, "refund_percent": 80 },
    });
    let first = stage.manager.clone().with("if-match", "\"0\"");
    let set = first.put(&stage.path("payment-settings"), wanted.clone()).await;
    let set = set.expect(StatusCode::OK);
    assert_eq!(
        (&set["methods"], &set["version"]),
        (&wanted["methods"], &json!(1))
    );
    assert_eq!(set["offline"]["instructions"], "IBAN 1");
    let late = first.put(&stage.path("payment-settings"), wanted.clone()).await;
    late.problem(StatusCode::PRECONDITION_FAILED, "precondition-failed");
    let second = stage.manager.clone().with("if-match", "\"1\"");
    second
        .put(&stage.path("payment-settings"), wanted)
        .await
        .expect(StatusCode::OK);
    let options = stage
        .app
        .as_guest()
        .get(&stage.path("payment-options"))
        .await
        .json();
    assert_eq!(
        (
            &options["pay_at_door"],
            &options["cancellation"]["refund_percent"]
        ),
        (&json!(true), &json!(80))
    );
    // The bank's details are for those who ordered.
    assert!(!options.to_string().contains("IBAN"));
    stage.audit().await;
}

#[tokio::test]
async fn bad_fields_come_back_together() {
    let stage = Stage::of(None).await;
    stage.free(None).await;
    let path = stage.path("payment-settings");
    let reply = stage
        .manager
        .put(
            &path,
            json!({
                "methods": ["stripe"],
                "offline": { "due_days": 0, "instructions": "x".repeat(2001) },
                "cancellation": { "by_buyer": "yes", "until_hours_before": -1, "refund_percent": 101 },
            }),
        )
        .await;
    assert_eq!(
        reply.bad_fields(),
        [
            "/methods",
            "/offline/instructions",
            "/offline/due_days",
            "/cancellation/by_buyer",
            "/cancellation/until_hours_before",
            "/cancellation/refund_percent"
        ]
    );
    let reply = stage.manager.put(&path, json!({ "methods": [] })).await;
    assert_eq!(reply.bad_fields(), ["/methods"]);
    let reply = stage.manager.put(&path, json!({ "methods": ["offline"] })).await;
    assert_eq!(reply.bad_fields(), ["/offline/instructions"]);
    let reply = stage.manager.put(&path, json!({})).await;
    assert_eq!(reply.bad_fields(), ["/methods"]);
}

#[tokio::test]
async fn a_draft_is_there_for_members_alone() {
    let stage = Stage::of(None).await;
    stage.registration_knows(&stage.told(1, EventStatus::Draft, None));
    let path = stage.path("payment-options");
    stage
        .app
        .as_guest()
        .get(&path)
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    stage.manager.get(&path).await.expect(StatusCode::OK);
}
