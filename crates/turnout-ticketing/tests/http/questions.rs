use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::stage::{Stage, gone, list, path, text};

impl Stage {
    async fn question(&self, fields: Value) -> String {
        let reply = self.manager.post(&self.path("questions"), fields).await;
        text(&reply.expect(StatusCode::CREATED)["id"])
    }
}

#[tokio::test]
async fn questions_are_asked_in_their_order_and_their_answers_kept() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    let diet = stage.question(json!({
        "label": "Diet", "kind": "choice", "choices": ["None", "Vegan", "Other"], "asked": "attendee", "required": true,
    }))
    .await;
    let which = stage.question(json!({
        "label": "Which?", "asked": "attendee", "required": true, "shown_if": { "question_id": diet, "equals": "Other" },
    }))
    .await;
    let terms = stage
        .question(json!({ "label": "I agree", "kind": "consent", "required": true }))
        .await;
    let listed = stage
        .app
        .as_guest()
        .get(&stage.path("questions"))
        .await
        .expect(StatusCode::OK);
    let ids: Vec<_> = list(&listed, "items")
        .iter()
        .map(|item| text(&item["id"]))
        .collect();
    assert_eq!(ids, [diet.clone(), which.clone(), terms.clone()]);

    let order = stage.held(&[(&seat, 2)]).await;
    assert_eq!(order["incomplete"], true);
    let unanswered = stage.pay(&order).await;
    assert_eq!(
        unanswered.bad_fields(),
        ["/answers", "/attendees/0/answers", "/attendees/1/answers"]
    );
    let holder = stage.holder_of(&order);
    let answer = |id: &str, value: &str| json!({ "question_id": id, "value": value });
    let body = json!({
        "answers": [answer(&terms, "true")],
        "attendees": [
            { "name": "Grace", "email": "grace@example.org", "answers": [answer(&diet, "Vegan"), answer(&which, "no nuts")] },
            { "answers": [answer(&diet, "Other")] },
        ],
    });
    let told = holder
        .patch(&path(&order), body.clone())
        .await
        .expect(StatusCode::OK);
    // What is not asked is not kept; what is asked depends on an answer.
    assert_eq!(list(&told["attendees"][0], "answers").len(), 1);
    assert_eq!(told["incomplete"], true);
    assert_eq!(stage.pay(&order).await.bad_fields(), ["/attendees/1/answers"]);
    let mut more = body;
    more["attendees"][1]["answers"] = json!([answer(&diet, "Other"), answer(&which, "no nuts")]);
    let told = holder.patch(&path(&order), more).await.expect(StatusCode::OK);
    assert_eq!(told["incomplete"], false);
    let paid = stage.pay(&order).await.expect(StatusCode::OK);
    let tickets = list(&paid, "tickets");
    assert_eq!(
        tickets[0]["attendee"],
        json!({ "name": "Grace", "email": "grace@example.org" })
    );
    assert_eq!(
        tickets[0]["answers"][0],
        json!({ "question_id": diet, "label": "Diet", "value": "Vegan" })
    );
    assert_eq!(tickets[1]["attendee"]["name"], "Ada Lovelace");
    assert_eq!(list(&tickets[1], "answers").len(), 2);
    // The organizer sees them, also when the question is not asked any more.
    gone(
        &stage
            .manager
            .delete(&stage.path(&format!("questions/{which}")))
            .await,
    );
    let seen = stage.manager.get(&path(&order)).await.expect(StatusCode::OK);
    assert_eq!(seen["answers"][0]["value"], "true");
    assert_eq!(seen["tickets"][1]["answers"][1]["label"], "Which?");
    stage.audit().await;
}

#[tokio::test]
async fn answers_must_fit_their_questions() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    let number = stage.question(json!({ "label": "Age", "kind": "number" })).await;
    let date = stage.question(json!({ "label": "Born", "kind": "date" })).await;
    let choice = stage
        .question(json!({ "label": "Size", "kind": "choice", "choices": ["S", "L"] }))
        .await;
    let consent = stage
        .question(json!({ "label": "Yes?", "kind": "consent" }))
        .await;
    let each = stage
        .question(json!({ "label": "Name on badge", "asked": "attendee" }))
        .await;
    let answer = |id: &str, value: &str| json!({ "question_id": id, "value": value });
    let mut body = stage.order_of(&[(&seat, 1)]);
    body["answers"] = json!([
        answer(&number, "1e9"), answer(&date, "2027-02-30"), answer(&choice, "M"), answer(&consent, "maybe"),
        answer(&each, "Ada"), answer("que_01JZ8Q4V3M0000000000000000", "x"), { "question_id": 5 },
    ]);
    let client = stage.app.as_guest().with("idempotency-key", "a");
    // Fields of the wrong type first; then what does not fit.
    let reply = client.post("/orders", body.clone()).await;
    assert_eq!(reply.bad_fields(), ["/answers/6/question_id", "/answers/6/value"]);
    body["answers"].as_array_mut().unwrap().pop();
    body["attendees"] = json!([{ "name": "Ada" }, { "name": "Too many" }]);
    let reply = client.post("/orders", body.clone()).await;
    let bad = [
        "/attendees",
        "/answers/0/value",
        "/answers/1/value",
        "/answers/2/value",
        "/answers/3/value",
        "/answers/4/question_id",
        "/answers/5/question_id",
    ];
    assert_eq!(reply.bad_fields(), bad);
    body["answers"] = json!([
        answer(&number, "-1.5"),
        answer(&date, "2027-02-28"),
        answer(&choice, "L"),
        answer(&consent, "true"),
    ]);
    body["attendees"] =
        json!([{ "name": "  ", "email": "", "answers": [answer(&each, "x".repeat(1_999).as_str())] }]);
    let order = client.post("/orders", body).await.expect(StatusCode::CREATED);
    assert_eq!(list(&order, "answers").len(), 4);
    assert_eq!(order["attendees"][0]["name"], Value::Null);
    stage.audit().await;
}

#[tokio::test]
async fn all_answers_of_an_order_together_have_a_bound() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    let each = stage
        .question(json!({ "label": "Life story", "asked": "attendee" }))
        .await;
    let mut body = stage.order_of(&[(&seat, 30)]);
    let story = json!({ "answers": [{ "question_id": each, "value": "x".repeat(2_000) }] });
    body["attendees"] = json!(vec![story; 30]);
    let client = stage.app.as_guest().with("idempotency-key", "a");
    assert_eq!(client.post("/orders", body).await.bad_fields(), ["/answers"]);
}

#[tokio::test]
async fn bad_fields_of_a_question_come_back_together() {
    let stage = Stage::of(None).await;
    let create = stage.path("questions");
    let bad = async |body: Value| stage.manager.post(&create, body).await.bad_fields();
    assert_eq!(bad(json!({})).await, ["/label"]);
    let body = json!({
        "label": "", "kind": "colour", "asked": "nobody", "required": 1, "position": -1, "shown_if": {},
        "ticket_type_ids": ["x"],
    });
    let pointers = [
        "/label",
        "/kind",
        "/required",
        "/asked",
        "/ticket_type_ids",
        "/shown_if/question_id",
        "/shown_if/equals",
        "/position",
    ];
    assert_eq!(bad(body).await, pointers);
    assert_eq!(
        bad(json!({ "label": "A", "kind": "choice", "choices": ["one"] })).await,
        ["/choices"]
    );
    assert_eq!(
        bad(json!({ "label": "A", "kind": "choice", "choices": ["one", "one"] })).await,
        ["/choices"]
    );
    let unknown = json!({ "question_id": "que_01JZ8Q4V3M0000000000000000", "equals": "x" });
    assert_eq!(
        bad(json!({ "label": "A", "shown_if": unknown })).await,
        ["/shown_if"]
    );
    let each = stage.question(json!({ "label": "A", "asked": "attendee" })).await;
    let of_each = json!({ "question_id": each, "equals": "x" });
    assert_eq!(
        bad(json!({ "label": "B", "shown_if": of_each })).await,
        ["/shown_if"]
    );
    let depends = stage
        .question(json!({ "label": "B", "asked": "attendee", "shown_if": of_each }))
        .await;
    // Neither can be taken back or turned around while the other depends on it.
    let edit = stage.path(&format!("questions/{each}"));
    stage
        .manager
        .delete(&edit)
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    let circle = json!({ "shown_if": { "question_id": depends, "equals": "y" } });
    assert_eq!(
        stage.manager.patch(&edit, circle).await.bad_fields(),
        ["/shown_if"]
    );
    for _ in 0..28 {
        stage.question(json!({ "label": "More" })).await;
    }
    let more = stage.manager.post(&create, json!({ "label": "One more" })).await;
    more.problem(StatusCode::CONFLICT, "conflict");
    stage.audit().await;
}

#[tokio::test]
async fn free_tickets_at_once_need_the_answers_too() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    stage
        .question(json!({ "label": "Age", "kind": "number", "required": true }))
        .await;
    assert_eq!(stage.register(&seat, 1).await.bad_fields(), ["/answers"]);
}
