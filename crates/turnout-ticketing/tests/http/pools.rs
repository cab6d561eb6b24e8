use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::stage::{Stage, gone, list, text};

impl Stage {
    pub async fn pool(&self, capacity: u32) -> String {
        let body = json!({ "name": "Room", "capacity": capacity });
        text(
            &self
                .manager
                .post(&self.path("pools"), body)
                .await
                .expect(StatusCode::CREATED)["id"],
        )
    }

    async fn pool_counts(&self, pool: &str) -> [i64; 4] {
        let listed = self.manager.get(&self.path("pools")).await.expect(StatusCode::OK);
        let one = list(&listed, "items")
            .iter()
            .find(|item| item["id"] == json!(pool))
            .cloned();
        let one: Value = one.expect("the pool is listed");
        ["capacity", "available", "held", "confirmed"].map(|name| one[name].as_i64().expect("a count"))
    }
}

#[tokio::test]
async fn ticket_types_share_a_pool_beside_their_own() {
    let stage = Stage::of(Some(100)).await;
    let pool = stage.pool(5).await;
    let a = stage
        .ticket_type(json!({ "pool_ids": [pool], "quantity": 4 }))
        .await;
    let b = stage
        .ticket_type(json!({ "name": "B", "pool_ids": [pool] }))
        .await;
    let c = stage.ticket_type(json!({ "name": "C" })).await;
    let order = stage.held(&[(&a, 2), (&b, 1), (&c, 7)]).await;
    assert_eq!(stage.pool_counts(&pool).await, [5, 2, 3, 0]);
    assert_eq!(stage.counts().await, (Some(90), 10, 0));
    // Each could be had alone, but not both.
    let refused = stage.order(&[(&a, 2), (&b, 1)]).await;
    assert_eq!(refused.problem(StatusCode::CONFLICT, "sold-out")["left"], 2);
    let listed = stage.app.as_guest().get(&stage.path("ticket-types")).await.json();
    let available: Vec<_> = list(&listed, "items")
        .iter()
        .map(|item| item["available"].clone())
        .collect();
    assert_eq!(available, [2, 2, 90]);
    stage.pay(&order).await.expect(StatusCode::OK);
    assert_eq!(stage.pool_counts(&pool).await, [5, 2, 0, 3]);
    stage.audit().await;
}

#[tokio::test]
async fn a_shared_pool_is_never_oversold() {
    let stage = Stage::of(None).await;
    let pool = stage.pool(20).await;
    let mut types = Vec::new();
    for number in 0..5 {
        types.push(
            stage
                .ticket_type(json!({ "name": number.to_string(), "pool_ids": [pool] }))
                .await,
        );
    }
    let buyers = (0..60).map(|number| stage.register(&types[number % 5], 1));
    let answers = join_all(buyers).await;
    assert_eq!(
        answers
            .iter()
            .filter(|reply| reply.status() == StatusCode::CREATED)
            .count(),
        20
    );
    assert_eq!(stage.pool_counts(&pool).await, [20, 0, 0, 20]);
    stage.audit().await;
}

#[tokio::test]
async fn a_pool_is_changed_beside_sales_and_taken_back_when_nothing_draws_on_it() {
    let stage = Stage::of(None).await;
    let pool = stage.pool(5).await;
    let seat = stage.ticket_type(json!({ "pool_ids": [pool] })).await;
    stage.held(&[(&seat, 3)]).await;
    let edit = stage.path(&format!("pools/{pool}"));
    let fewer = stage.manager.patch(&edit, json!({ "capacity": 2 })).await;
    assert_eq!(fewer.bad_fields(), ["/capacity"]);
    let changed = stage
        .manager
        .patch(&edit, json!({ "capacity": 3, "name": "Hall" }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&changed["available"], &changed["name"], &changed["version"]),
        (&json!(0), &json!("Hall"), &json!(2))
    );
    assert_eq!(
        stage
            .manager
            .patch(&edit, json!({ "capacity": -1, "name": "" }))
            .await
            .bad_fields(),
        ["/name", "/capacity"]
    );
    let late = stage
        .manager
        .clone()
        .with("if-match", "1")
        .patch(&edit, json!({ "capacity": 9 }))
        .await;
    late.problem(StatusCode::PRECONDITION_FAILED, "precondition-failed");
    stage
        .manager
        .delete(&edit)
        .await
        .problem(StatusCode::CONFLICT, "conflict");
    let unused = stage.pool(1).await;
    let edit = stage.path(&format!("pools/{unused}"));
    gone(&stage.manager.delete(&edit).await);
    stage
        .manager
        .patch(&edit, json!({}))
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
    let create = stage.path("pools");
    assert_eq!(
        stage.manager.post(&create, json!({})).await.bad_fields(),
        ["/name", "/capacity"]
    );
    for _ in 0..19 {
        stage.pool(1).await;
    }
    let more = stage
        .manager
        .post(&create, json!({ "name": "X", "capacity": 1 }))
        .await;
    more.problem(StatusCode::CONFLICT, "conflict");
    stage.audit().await;
}

#[tokio::test]
async fn an_order_of_everything_fits_into_one_change() {
    let stage = Stage::of(Some(1_000)).await;
    let mut pools = Vec::new();
    for _ in 0..20 {
        pools.push(stage.pool(100).await);
    }
    let mut types = Vec::new();
    for number in 0..20 {
        let name = number.to_string();
        types.push(
            stage
                .ticket_type(json!({ "name": name, "pool_ids": pools, "max_per_person": 5, "hidden": true }))
                .await,
        );
    }
    let reserved = json!({ "ticket_type_id": types[0], "quantity": 3 });
    stage
        .promo_code(json!({ "code": "ALL", "unlocks": types, "reserved": reserved }))
        .await;
    let lines: Vec<_> = types.iter().map(|id| (id.as_str(), 2)).collect();
    let order = stage.order_with("ALL", &lines).await.expect(StatusCode::CREATED);
    stage
        .holder_of(&order)
        .post(
            &format!("/orders/{}/pay", text(&order["id"])),
            json!({ "method": "free" }),
        )
        .await
        .expect(StatusCode::OK);
    assert_eq!(stage.pool_counts(&pools[7]).await, [100, 59, 1, 40]);
    stage.audit().await;
}
