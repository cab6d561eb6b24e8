use axum::http::StatusCode;
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_store::Fault;

use crate::stage::{HOLD, Stage, a_second_passes, gone, list, path, text};

impl Stage {
    /// A promo code with these fields; as its manager sees it.
    pub async fn promo_code(&self, fields: Value) -> Value {
        let reply = self.manager.post(&self.path("promo-codes"), fields).await;
        reply.expect(StatusCode::CREATED)
    }

    /// Orders with a code, under a new key.
    pub async fn order_with(&self, code: &str, lines: &[(&str, u32)]) -> turnout_test_kit::Reply {
        let mut body = self.order_of(lines);
        body["promo_code"] = json!(code);
        let client = self.app.as_guest().with("idempotency-key", self.key());
        client.post("/orders", body).await
    }

    /// The code as its manager sees it now.
    pub async fn code(&self, code: &Value) -> Value {
        let listed = self
            .manager
            .get(&self.path("promo-codes"))
            .await
            .expect(StatusCode::OK);
        let one = list(&listed, "items")
            .iter()
            .find(|other| other["id"] == code["id"]);
        one.expect("the code is listed").clone()
    }
}

fn amounts(order: &Value) -> [i64; 4] {
    ["subtotal", "discount", "tax", "total"].map(|name| order[name]["amount"].as_i64().expect("an amount"))
}

#[tokio::test]
async fn a_percentage_is_taken_off_and_the_lines_sum_to_the_order() {
    let stage = Stage::of(None).await;
    let price = |amount| json!({ "amount": amount, "currency": "EUR" });
    let tax = json!({ "name": "VAT", "rate_basis_points": 700, "included": true });
    let a = stage
        .ticket_type(json!({ "price": price(999), "tax": tax }))
        .await;
    let b = stage
        .ticket_type(json!({ "name": "B", "price": price(501), "tax": tax }))
        .await;
    let c = stage
        .ticket_type(json!({ "name": "C", "price": price(1000) }))
        .await;
    stage
        .promo_code(json!({ "code": "ten", "percent_basis_points": 1000, "ticket_type_ids": [a, b] }))
        .await;
    let order = stage
        .order_with(" Ten ", &[(&a, 1), (&b, 1), (&c, 1)])
        .await
        .expect(StatusCode::CREATED);
    // A tenth of 15.00, and 7 % within the 13.50 that are left.
    assert_eq!(amounts(&order), [2500, 150, 88, 2350]);
    let items = list(&order, "items");
    let sum = |name: &str| {
        items
            .iter()
            .map(|item| item[name]["amount"].as_i64().unwrap())
            .sum::<i64>()
    };
    assert_eq!([sum("discount"), sum("tax"), sum("total")], [150, 88, 2350]);
    assert_eq!(items[2]["discount"]["amount"], 0);
    assert_eq!(order["promo_code"], "TEN");
    let paid = stage.pay(&order).await.expect(StatusCode::OK);
    assert_eq!(paid["total"]["amount"], 2350);
    let revenue = stage.sales().await;
    assert_eq!(revenue["revenue"][0]["amount"], 2350);
    stage.audit().await;
}

#[tokio::test]
async fn an_amount_is_taken_off_the_order_at_most_what_it_costs() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let amount = json!({ "amount": 2000, "currency": "EUR" });
    stage
        .promo_code(json!({ "code": "GIFT", "amount": amount }))
        .await;
    let order = stage
        .order_with("GIFT", &[(&seat, 2)])
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(amounts(&order), [2500, 2000, 0, 500]);
    let free = stage
        .order_with("GIFT", &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(amounts(&free), [1250, 1250, 0, 0]);
    let client = stage.holder_of(&free);
    let paid = client
        .post(&format!("{}/pay", path(&free)), json!({ "method": "free" }))
        .await;
    paid.expect(StatusCode::OK);
    stage.audit().await;
}

#[tokio::test]
async fn bad_fields_of_a_code_come_back_together() {
    let stage = Stage::of(None).await;
    stage.priced(None).await;
    let create = stage.path("promo-codes");
    let unknown = "tty_01JZ8Q4V3M0000000000000000";
    let body = json!({
        "code": "no spaces", "percent_basis_points": 10_001, "max_uses": 0, "reserved": { "quantity": -1 },
        "ticket_type_ids": ["evt_1"],
    });
    let reply = stage.manager.post(&create, body).await;
    let bad = [
        "/code",
        "/percent_basis_points",
        "/ticket_type_ids",
        "/max_uses",
        "/reserved/ticket_type_id",
        "/reserved/quantity",
    ];
    assert_eq!(reply.bad_fields(), bad);
    let body = json!({
        "code": "A", "amount": { "amount": 5, "currency": "USD" }, "unlocks": [unknown],
        "starts_at": "2027-05-01T10:00:00", "ends_at": "2027-05-01T09:00:00",
    });
    let reply = stage.manager.post(&create, body).await;
    assert_eq!(reply.bad_fields(), ["/ends_at", "/amount/currency", "/unlocks/0"]);
    let reply = stage.manager.post(&create, json!({ "code": "A" })).await;
    assert_eq!(reply.bad_fields(), ["/percent_basis_points"]);
    let both =
        json!({ "code": "A", "percent_basis_points": 1, "amount": { "amount": 5, "currency": "EUR" } });
    assert_eq!(stage.manager.post(&create, both).await.bad_fields(), ["/amount"]);
    let made = stage
        .promo_code(json!({ "code": "A", "percent_basis_points": 1 }))
        .await;
    let again = stage
        .manager
        .post(&create, json!({ "code": "a", "percent_basis_points": 1 }))
        .await;
    assert_eq!(again.bad_fields(), ["/code"]);
    let renamed = json!({ "code": "B" });
    let edit = format!("{create}/{}", text(&made["id"]));
    assert_eq!(stage.manager.patch(&edit, renamed).await.bad_fields(), ["/code"]);
    stage.audit().await;
}

#[tokio::test]
async fn hidden_ticket_types_are_shown_and_sold_with_their_code_alone() {
    let stage = Stage::of(None).await;
    let open = stage.free(None).await;
    let hidden = stage
        .ticket_type(json!({ "name": "Friends", "hidden": true }))
        .await;
    stage
        .promo_code(json!({ "code": "FRIENDS", "unlocks": [hidden] }))
        .await;
    let shown = async |client: turnout_test_kit::Client| -> Vec<String> {
        let listed = client
            .get(&stage.path("ticket-types"))
            .await
            .expect(StatusCode::OK);
        list(&listed, "items")
            .iter()
            .map(|item| text(&item["id"]))
            .collect()
    };
    let guest = stage.app.as_guest();
    assert_eq!(shown(guest.clone()).await, std::slice::from_ref(&open));
    assert_eq!(
        shown(guest.clone().with("promo-code", "friends")).await,
        [open.clone(), hidden.clone()]
    );
    assert_eq!(shown(stage.manager.clone()).await, [open.clone(), hidden.clone()]);
    let unknown = guest
        .clone()
        .with("promo-code", "NOPE")
        .get(&stage.path("ticket-types"))
        .await;
    unknown.problem(StatusCode::CONFLICT, "unknown-promo-code");
    assert_eq!(
        stage.order(&[(&hidden, 1)]).await.bad_fields(),
        ["/items/0/ticket_type_id"]
    );
    let order = stage.order_with("FRIENDS", &[(&hidden, 1)]).await;
    order.expect(StatusCode::CREATED);
    // For other tickets it does nothing, which a buyer wants to know.
    assert_eq!(
        stage.order_with("FRIENDS", &[(&open, 1)]).await.bad_fields(),
        ["/promo_code"]
    );
    stage.audit().await;
}

#[tokio::test]
async fn the_last_use_goes_to_one_of_fifty() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let code = stage
        .promo_code(json!({ "code": "ONCE", "percent_basis_points": 5000, "max_uses": 3 }))
        .await;
    let lines = [(seat.as_str(), 1)];
    let answers = join_all((0..50).map(|_| stage.order_with("ONCE", &lines))).await;
    let mut held = Vec::new();
    for reply in answers {
        if reply.status() == StatusCode::CREATED {
            held.push(reply.json());
        } else {
            reply.problem(StatusCode::CONFLICT, "promo-code-used-up");
        }
    }
    assert_eq!(held.len(), 3);
    assert_eq!(stage.code(&code).await["uses"], 3);
    // What is given back can be used again.
    gone(&stage.release(&held[0]).await);
    stage
        .order_with("ONCE", &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    stage.pay(&held[1]).await.expect(StatusCode::OK);
    assert_eq!(stage.code(&code).await["uses"], 3);
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_use_is_given_back_when_its_hold_runs_out() {
    let stage = Stage::working(None).await;
    let seat = stage.priced(None).await;
    let code = stage
        .promo_code(json!({ "code": "ONCE", "percent_basis_points": 5000, "max_uses": 1 }))
        .await;
    stage
        .order_with("ONCE", &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    stage.app.advance(HOLD);
    a_second_passes().await;
    assert_eq!(stage.code(&code).await["uses"], 0);
    stage
        .order_with("ONCE", &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    stage.audit().await;
}

#[tokio::test]
async fn places_set_aside_are_for_the_code_until_it_has_no_more() {
    let stage = Stage::of(Some(10)).await;
    let seat = stage.priced(None).await;
    let reserved = json!({ "ticket_type_id": seat, "quantity": 4 });
    let code = stage
        .promo_code(json!({ "code": "PRESS", "reserved": reserved }))
        .await;
    assert_eq!(stage.counts().await, (Some(6), 4, 0));
    stage.held(&[(&seat, 6)]).await;
    let refused = stage.order(&[(&seat, 1)]).await;
    let problem = refused.problem(StatusCode::CONFLICT, "sold-out");
    assert_eq!((&problem["left"], &problem["in_carts"]), (&json!(0), &json!(10)));
    let order = stage
        .order_with("PRESS", &[(&seat, 3)])
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(stage.counts().await, (Some(0), 10, 0));
    stage.pay(&order).await.expect(StatusCode::OK);
    assert_eq!(stage.counts().await, (Some(0), 7, 3));
    assert_eq!(
        stage.code(&code).await["reserved"],
        json!({ "ticket_type_id": seat, "quantity": 4, "available": 1 })
    );
    // More than are set aside: then it is served like any other.
    let more = stage.order_with("PRESS", &[(&seat, 2)]).await;
    more.problem(StatusCode::CONFLICT, "sold-out");
    let last = stage
        .order_with("PRESS", &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    gone(&stage.release(&last).await);
    assert_eq!(stage.code(&code).await["reserved"]["available"], 1);
    stage.audit().await;
    // Fewer are set aside now; what comes free can be had by all.
    let edit = stage.path(&format!("promo-codes/{}", text(&code["id"])));
    let too_few = json!({ "reserved": { "ticket_type_id": seat, "quantity": 2 } });
    assert_eq!(
        stage.manager.patch(&edit, too_few).await.bad_fields(),
        ["/reserved/quantity"]
    );
    let fewer = json!({ "reserved": { "ticket_type_id": seat, "quantity": 3 } });
    stage.manager.patch(&edit, fewer).await.expect(StatusCode::OK);
    stage.held(&[(&seat, 1)]).await;
    let much = json!({ "reserved": { "ticket_type_id": seat, "quantity": 5 } });
    assert_eq!(
        stage.manager.patch(&edit, much).await.bad_fields(),
        ["/reserved/quantity"]
    );
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_set_aside_comes_back_when_the_code_ends() {
    let stage = Stage::working(Some(10)).await;
    let seat = stage.priced(Some(5)).await;
    let reserved = json!({ "ticket_type_id": seat, "quantity": 4 });
    let body = json!({ "code": "PRESS", "reserved": reserved, "ends_at": "2027-01-15T12:30:00Z" });
    stage.promo_code(body).await;
    let order = stage
        .order_with("PRESS", &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    stage.pay(&order).await.expect(StatusCode::OK);
    assert_eq!(stage.counts().await, (Some(6), 3, 1));
    stage.app.advance(SignedDuration::from_mins(30));
    a_second_passes().await;
    assert_eq!(stage.counts().await, (Some(9), 0, 1));
    let ended = stage.order_with("PRESS", &[(&seat, 1)]).await;
    ended.problem(StatusCode::CONFLICT, "unknown-promo-code");
    stage.held(&[(&seat, 4)]).await;
    stage.audit().await;
}

#[tokio::test]
async fn a_code_that_no_order_uses_can_be_taken_back() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.priced(None).await;
    let body = json!({ "code": "X", "percent_basis_points": 100, "reserved": { "ticket_type_id": seat, "quantity": 2 } });
    let code = stage.promo_code(body.clone()).await;
    let edit = stage.path(&format!("promo-codes/{}", text(&code["id"])));
    let order = stage
        .order_with("X", &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    stage
        .manager
        .delete(&edit)
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    gone(&stage.release(&order).await);
    gone(&stage.manager.delete(&edit).await);
    stage
        .manager
        .delete(&edit)
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    assert_eq!(stage.counts().await, (Some(5), 0, 0));
    stage
        .order_with("X", &[(&seat, 1)])
        .await
        .problem(StatusCode::CONFLICT, "unknown-promo-code");
    // Its name is free again.
    stage.promo_code(body).await;
    stage.audit().await;
}

#[tokio::test]
async fn a_code_is_edited_once_for_each_version() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let code = stage
        .promo_code(json!({ "code": "X", "percent_basis_points": 100, "max_uses": 2 }))
        .await;
    let edit = stage.path(&format!("promo-codes/{}", text(&code["id"])));
    let based = stage.manager.clone().with("if-match", "\"1\"");
    let edited = based
        .patch(&edit, json!({ "percent_basis_points": 200 }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&edited["version"], &edited["percent_basis_points"]),
        (&json!(2), &json!(200))
    );
    let late = based.patch(&edit, json!({ "percent_basis_points": 300 })).await;
    late.problem(StatusCode::PRECONDITION_FAILED, "precondition-failed");
    for _ in 0..2 {
        stage
            .order_with("X", &[(&seat, 1)])
            .await
            .expect(StatusCode::CREATED);
    }
    let fewer = stage.manager.patch(&edit, json!({ "max_uses": 1 })).await;
    assert_eq!(fewer.bad_fields(), ["/max_uses"]);
    stage
        .manager
        .patch(&edit, json!({ "max_uses": null }))
        .await
        .expect(StatusCode::OK);
    stage
        .order_with("X", &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    stage.audit().await;
}

#[tokio::test]
async fn a_code_can_be_checked_and_guessing_is_slowed_down() {
    let stage = Stage::of(None).await;
    stage.priced(None).await;
    let body = json!({ "code": "SOON", "percent_basis_points": 1500, "starts_at": "2027-01-16T00:00:00" });
    stage.promo_code(body).await;
    let check = stage.path("promo-codes/check");
    let user = stage.app.as_user(stage.app.user());
    let early = user.post(&check, json!({ "code": "SOON" })).await;
    early.problem(StatusCode::CONFLICT, "unknown-promo-code");
    stage.app.advance(SignedDuration::from_hours(12));
    let gives = user
        .post(&check, json!({ "code": "soon" }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&gives["code"], &gives["percent_basis_points"]),
        (&json!("SOON"), &json!(1500))
    );
    for guess in 0..10 {
        let reply = user
            .post(&check, json!({ "code": format!("GUESS{guess}") }))
            .await;
        reply.problem(StatusCode::CONFLICT, "unknown-promo-code");
    }
    // Not even a right one is told from a wrong one any more; by others it is.
    let reply = user.post(&check, json!({ "code": "SOON" })).await;
    reply.problem(StatusCode::TOO_MANY_REQUESTS, "rate-limited");
    let other = stage.app.as_user(stage.app.user());
    other
        .post(&check, json!({ "code": "SOON" }))
        .await
        .expect(StatusCode::OK);
    stage.app.advance(SignedDuration::from_mins(1));
    user.post(&check, json!({ "code": "SOON" }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(user.post(&check, json!({})).await.bad_fields(), ["/code"]);
}

#[tokio::test]
async fn an_order_is_found_again_though_its_code_has_ended() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    stage
        .promo_code(json!({ "code": "X", "percent_basis_points": 100, "ends_at": "2027-01-15T12:05:00Z" }))
        .await;
    let mut body = stage.order_of(&[(&seat, 1)]);
    body["promo_code"] = json!("x");
    let client = stage.app.as_guest().with("idempotency-key", "once");
    let first = client
        .post("/orders", body.clone())
        .await
        .expect(StatusCode::CREATED);
    stage.app.advance(SignedDuration::from_mins(6));
    let again = client.post("/orders", body).await.expect(StatusCode::CREATED);
    assert_eq!((&again["id"], &again["total"]), (&first["id"], &first["total"]));
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_code_whose_answer_was_lost_is_added_once() {
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        let stage = Stage::of(Some(5)).await;
        let seat = stage.priced(None).await;
        stage.app.store().fail_next(fault);
        let body = json!({ "code": "X", "reserved": { "ticket_type_id": seat, "quantity": 2 } });
        stage.promo_code(body).await;
        assert_eq!(stage.counts().await, (Some(3), 2, 0));
        stage.audit().await;
    }
}
