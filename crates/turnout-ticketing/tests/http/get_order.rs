use axum::http::StatusCode;
use turnout_http::Role;
use turnout_store::Fault;

use crate::stage::{Stage, path};

#[tokio::test]
async fn the_secret_opens_the_order_and_nothing_else_does() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let (order, other) = (stage.held(&[(&seat, 1)]).await, stage.held(&[(&seat, 1)]).await);
    assert_eq!(
        stage
            .holder_of(&order)
            .get(&path(&order))
            .await
            .expect(StatusCode::OK),
        order
    );
    let app = &stage.app;
    for nobody in [
        app.as_guest(),
        app.as_guest().with("order-secret", "nonsense"),
        stage.holder_of(&other),
        app.as_user(app.user()),
    ] {
        let reply = nobody.get(&path(&order)).await;
        reply.problem(StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn a_buyer_with_an_account_needs_no_secret() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let buyer = stage.app.as_user(stage.app.user());
    let order = stage
        .order_as(&buyer, &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(order["user_id"], buyer.user().to_string());
    assert_eq!(buyer.get(&path(&order)).await.expect(StatusCode::OK), order);
    let guest = stage.holder_of(&order).get(&path(&order)).await;
    assert_eq!(guest.expect(StatusCode::OK), order);
}

#[tokio::test]
async fn members_see_orders_without_their_secrets() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let order = stage.held(&[(&seat, 1)]).await;
    for role in [Role::Owner, Role::Manager, Role::BoxOffice, Role::Viewer] {
        let member = stage.app.as_member(stage.organizer, role);
        let seen = member.get(&path(&order)).await.expect(StatusCode::OK);
        assert!(seen["secret"].is_null());
        assert_eq!(seen["id"], order["id"]);
    }
    let door = stage.app.as_member(stage.organizer, Role::Door);
    door.get(&path(&order))
        .await
        .problem(StatusCode::FORBIDDEN, "forbidden");
    let elsewhere = stage.app.as_member(stage.app.organizer(), Role::Owner);
    elsewhere
        .get(&path(&order))
        .await
        .problem(StatusCode::NOT_FOUND, "not-found");
}

#[tokio::test]
async fn an_unknown_order_is_not_there() {
    let stage = Stage::of(None).await;
    for id in ["ord_01JZ8Q4V3M0000000000000000", "nonsense"] {
        let reply = stage.manager.get(&format!("/orders/{id}")).await;
        reply.problem(StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_503() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let order = stage.held(&[(&seat, 1)]).await;
    stage.app.store().fail_next(Fault::Unavailable);
    let reply = stage.holder_of(&order).get(&path(&order)).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert!(reply.header("retry-after").is_some());
}
