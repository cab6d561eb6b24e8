use axum::http::StatusCode;
use futures::future::join;
use serde_json::{Value, json};

use crate::stage::{Stage, gone, list, text};

impl Stage {
    fn edit(&self, ticket_type: &str) -> String {
        self.path(&format!("ticket-types/{ticket_type}"))
    }

    async fn listed(&self) -> Vec<Value> {
        let listed = self
            .manager
            .get(&self.path("ticket-types"))
            .await
            .expect(StatusCode::OK);
        list(&listed, "items").to_vec()
    }
}

#[tokio::test]
async fn everything_of_a_ticket_type_is_set_and_changed() {
    let stage = Stage::of(Some(50)).await;
    let admission = stage.free(None).await;
    let pool = stage.pool(9).await;
    let body = json!({
        "name": "Workshop", "description": " With lunch.\nBring a laptop. ",
        "price": { "amount": 2000, "currency": "EUR" }, "pricing": "pay_what_you_want",
        "suggested_price": { "amount": 3000, "currency": "EUR" },
        "tax": { "name": "VAT", "rate_basis_points": 2500, "included": false },
        "sales_starts": { "at": "2027-05-01T10:00:00" }, "sales_ends": { "before_start_minutes": 60 },
        "min_per_order": 2, "max_per_order": 4, "max_per_person": 6, "hidden": true, "position": 0, "admission": false,
        "add_on_to": [admission], "pool_ids": [pool], "quantity": 8,
    });
    let made = stage
        .manager
        .post(&stage.path("ticket-types"), body)
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(made["description"], "With lunch.\nBring a laptop.");
    assert_eq!(made["suggested_price"]["amount"], 3000);
    assert_eq!(
        made["sales_starts"],
        json!({ "at": "2027-05-01T10:00:00+01:00", "before_start_minutes": null })
    );
    assert_eq!(
        (&made["sales_start_at"], &made["sales_end_at"]),
        (&json!("2027-05-01T09:00:00Z"), &json!("2027-07-04T18:00:00Z"))
    );
    assert_eq!(
        (&made["on_sale"], &made["version"], &made["position"]),
        (&json!(false), &json!(1), &json!(0))
    );
    assert_eq!(
        (&made["add_on_to"], &made["pool_ids"]),
        (&json!([admission]), &json!([pool]))
    );
    let edit = stage.edit(&text(&made["id"]));
    // Nothing given, nothing changed but the version.
    let same = stage.manager.patch(&edit, json!({})).await.expect(StatusCode::OK);
    assert_eq!(same["version"], 2);
    assert_eq!(
        Value::Object(
            same.as_object()
                .unwrap()
                .clone()
                .into_iter()
                .filter(|(key, _)| key != "version")
                .collect()
        ),
        Value::Object(
            made.as_object()
                .unwrap()
                .clone()
                .into_iter()
                .filter(|(key, _)| key != "version")
                .collect()
        )
    );
    let cleared = json!({
        "description": null, "pricing": "fixed", "tax": null, "sales_starts": null, "sales_ends": null,
        "max_per_person": null, "quantity": null, "hidden": false, "add_on_to": [], "pool_ids": [], "admission": true,
    });
    let cleared = stage.manager.patch(&edit, cleared).await.expect(StatusCode::OK);
    for name in [
        "description",
        "suggested_price",
        "tax",
        "sales_starts",
        "sales_end_at",
        "max_per_person",
        "quantity",
    ] {
        assert_eq!(cleared[name], Value::Null, "{name}");
    }
    assert_eq!(
        (&cleared["on_sale"], &cleared["available"]),
        (&json!(true), &json!(50))
    );
    stage.audit().await;
}

#[tokio::test]
async fn bad_fields_come_back_together() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let extra = stage
        .ticket_type(json!({ "name": "Extra", "add_on_to": [seat] }))
        .await;
    let bad = async |ticket_type: &str, body: Value| {
        stage
            .manager
            .patch(&stage.edit(ticket_type), body)
            .await
            .bad_fields()
    };
    let body = json!({
        "name": "", "price": { "amount": -1, "currency": "EUR" }, "pricing": "cheap", "tax": { "rate_basis_points": 0 },
        "sales_starts": {}, "sales_ends": { "at": "2027-01-01T00:00:00", "before_start_minutes": 5 },
        "min_per_order": 0, "max_per_order": 101, "max_per_person": 0, "hidden": "yes", "position": -1, "admission": 1,
        "add_on_to": ["x"], "pool_ids": ["y"], "quantity": -1,
    });
    let pointers = [
        "/name",
        "/price/amount",
        "/pricing",
        "/tax/name",
        "/tax/rate_basis_points",
        "/sales_starts",
        "/sales_ends",
        "/quantity",
        "/min_per_order",
        "/max_per_order",
        "/max_per_person",
        "/hidden",
        "/position",
        "/admission",
        "/add_on_to",
        "/pool_ids",
    ];
    assert_eq!(bad(&seat, body).await, pointers);
    let body = json!({
        "price": { "amount": 10, "currency": "USD" }, "pricing": "pay_what_you_want",
        "suggested_price": { "amount": 5, "currency": "USD" }, "min_per_order": 5, "max_per_order": 4, "max_per_person": 1,
        "sales_starts": { "at": "soon" }, "add_on_to": [extra, seat], "pool_ids": ["pool_01JZ8Q4V3M0000000000000000"],
    });
    let pointers = [
        "/sales_starts/at",
        "/price/currency",
        "/suggested_price/amount",
        "/min_per_order",
        "/max_per_person",
        "/add_on_to/0",
        "/add_on_to/1",
        "/add_on_to",
        "/pool_ids/0",
    ];
    assert_eq!(bad(&seat, body).await, pointers);
    let window = json!({ "sales_starts": { "before_start_minutes": 60 }, "sales_ends": { "before_start_minutes": 60 } });
    assert_eq!(bad(&seat, window).await, ["/sales_ends"]);
    stage.audit().await;
}

#[tokio::test]
async fn the_list_is_put_in_order() {
    let stage = Stage::of(None).await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C", "D"] {
        ids.push(stage.ticket_type(json!({ "name": name })).await);
    }
    let names = async || {
        stage
            .listed()
            .await
            .iter()
            .map(|item| text(&item["name"]))
            .collect::<String>()
    };
    assert_eq!(names().await, "ABCD");
    stage
        .manager
        .patch(&stage.edit(&ids[3]), json!({ "position": 1 }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(names().await, "ADBC");
    stage
        .manager
        .patch(&stage.edit(&ids[0]), json!({ "position": 50 }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(names().await, "DBCA");
    let positions: Vec<_> = stage
        .listed()
        .await
        .iter()
        .map(|item| item["position"].clone())
        .collect();
    assert_eq!(positions, [0, 1, 2, 3]);
    stage.audit().await;
}

#[tokio::test]
async fn its_quantity_never_falls_below_what_is_taken() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(Some(10)).await;
    let sold = stage.sold(&[(&seat, 3)]).await;
    stage.held(&[(&seat, 2)]).await;
    let edit = stage.edit(&seat);
    assert_eq!(
        stage
            .manager
            .patch(&edit, json!({ "quantity": 4 }))
            .await
            .bad_fields(),
        ["/quantity"]
    );
    for (quantity, available) in [
        (json!(5), json!(0)),
        (json!(null), json!(null)),
        (json!(7), json!(2)),
    ] {
        let changed = stage
            .manager
            .patch(&edit, json!({ "quantity": quantity }))
            .await
            .expect(StatusCode::OK);
        assert_eq!(
            (&changed["quantity"], &changed["available"]),
            (&quantity, &available)
        );
        stage.audit().await;
    }
    assert_eq!(sold["total"]["amount"], 3750);
}

#[tokio::test]
async fn a_quantity_is_lowered_while_others_buy_and_nobody_is_oversold() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(Some(10)).await;
    let edit = stage.edit(&seat);
    let lower = async {
        for quantity in (4..10).rev() {
            stage.manager.patch(&edit, json!({ "quantity": quantity })).await;
        }
    };
    let buy = async {
        for _ in 0..10 {
            stage.order(&[(&seat, 1)]).await;
        }
    };
    join(lower, buy).await;
    stage.audit().await;
}

#[tokio::test]
async fn what_it_draws_on_is_fixed_once_something_is_held() {
    let stage = Stage::of(Some(10)).await;
    let pool = stage.pool(5).await;
    let seat = stage.priced(None).await;
    let order = stage.held(&[(&seat, 1)]).await;
    let edit = stage.edit(&seat);
    let moved = json!({ "admission": false, "pool_ids": [pool] });
    assert_eq!(
        stage.manager.patch(&edit, moved.clone()).await.bad_fields(),
        ["/admission", "/pool_ids"]
    );
    stage
        .manager
        .delete(&edit)
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    gone(&stage.release(&order).await);
    stage.manager.patch(&edit, moved).await.expect(StatusCode::OK);
    stage.held(&[(&seat, 1)]).await;
    assert_eq!(stage.counts().await, (Some(10), 0, 0));
    stage.audit().await;
}

#[tokio::test]
async fn a_hold_keeps_its_price_and_who_was_told_another_is_asked() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 2)]).await;
    let dearer = json!({ "price": { "amount": 1500, "currency": "EUR" }, "name": "Seat, late" });
    stage
        .manager
        .patch(&stage.edit(&seat), dearer)
        .await
        .expect(StatusCode::OK);
    let mut told = stage.order_of(&[(&seat, 1)]);
    told["items"][0]["unit_price"] = json!({ "amount": 1250, "currency": "EUR" });
    let buyer = stage.app.as_guest().with("idempotency-key", "told");
    let problem = buyer
        .post("/orders", told.clone())
        .await
        .problem(StatusCode::CONFLICT, "price-changed");
    assert_eq!(
        problem["unit_price"],
        json!({ "amount": 1500, "currency": "EUR" })
    );
    told["items"][0]["unit_price"]["currency"] = json!("USD");
    assert_eq!(
        buyer.post("/orders", told).await.bad_fields(),
        ["/items/0/unit_price/currency"]
    );
    let paid = stage.pay(&held).await.expect(StatusCode::OK);
    assert_eq!(
        (&paid["total"]["amount"], &paid["items"][0]["name"]),
        (&json!(2500), &json!("Standing"))
    );
    let new = stage.held(&[(&seat, 1)]).await;
    assert_eq!(new["total"]["amount"], 1500);
    stage.audit().await;
}

#[tokio::test]
async fn one_that_is_not_sold_can_be_taken_back() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let extra = stage
        .ticket_type(json!({ "name": "Extra", "add_on_to": [seat] }))
        .await;
    stage
        .manager
        .delete(&stage.edit(&seat))
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    let late = stage
        .manager
        .clone()
        .with("if-match", "\"7\"")
        .delete(&stage.edit(&extra))
        .await;
    late.problem(StatusCode::PRECONDITION_FAILED, "precondition-failed");
    gone(&stage.manager.delete(&stage.edit(&extra)).await);
    gone(&stage.manager.delete(&stage.edit(&seat)).await);
    stage
        .manager
        .delete(&stage.edit(&seat))
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    // Without prices, the next may be in another currency.
    let usd = json!({ "name": "A", "price": { "amount": 5, "currency": "USD" } });
    stage
        .manager
        .post(&stage.path("ticket-types"), usd)
        .await
        .expect(StatusCode::CREATED);
    stage.audit().await;
}
