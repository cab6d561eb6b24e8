use axum::http::StatusCode;
use serde_json::json;
use turnout_http::Role;

use crate::stage::{HOLD, Stage};

#[tokio::test]
async fn the_figures_add_up() {
    let stage = Stage::of(Some(20)).await;
    let (floor, balcony) = (stage.priced(None).await, stage.priced(Some(4)).await);
    let free = stage.free(None).await;
    stage.sold(&[(&floor, 3), (&balcony, 1)]).await;
    stage.held(&[(&balcony, 2)]).await;
    stage.register(&free, 2).await.expect(StatusCode::CREATED);
    let given_back = stage.held(&[(&floor, 5)]).await;
    stage.release(&given_back).await;
    let money = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    assert_eq!(
        stage.sales().await,
        json!({
            "event_id": stage.event,
            "capacity": 20, "available": 12, "held": 2, "confirmed": 6, "checked_in": 0, "inside": 0,
            "revenue": [money(5000)],
            "by_ticket_type": [
                { "ticket_type_id": floor, "name": "Standing", "capacity": null, "available": 12,
                  "held": 0, "confirmed": 3, "revenue": money(3750) },
                { "ticket_type_id": balcony, "name": "Standing", "capacity": 4, "available": 1,
                  "held": 2, "confirmed": 1, "revenue": money(1250) },
                { "ticket_type_id": free, "name": "Standing", "capacity": null, "available": 12,
                  "held": 0, "confirmed": 2, "revenue": money(0) },
            ],
        })
    );
    let peer = stage
        .app
        .as_peer()
        .get(&format!("/internal/events/{}/sales", stage.event))
        .await;
    assert_eq!(peer.expect(StatusCode::OK), stage.sales().await);
}

#[tokio::test]
async fn an_event_that_sells_nothing_yet_has_figures_too() {
    let stage = Stage::of(None).await;
    stage.app.advance(HOLD);
    assert_eq!(
        stage.sales().await,
        json!({
            "event_id": stage.event,
            "capacity": null, "available": null, "held": 0, "confirmed": 0, "checked_in": 0, "inside": 0,
            "revenue": [], "by_ticket_type": [],
        })
    );
}

#[tokio::test]
async fn they_are_for_members() {
    let stage = Stage::of(None).await;
    let (app, path) = (&stage.app, stage.path("sales"));
    for nobody in [app.as_guest(), app.as_user(app.user())] {
        nobody
            .get(&path)
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
    }
    for (role, allowed) in [
        (Role::Owner, true),
        (Role::BoxOffice, true),
        (Role::Viewer, true),
        (Role::Door, false),
    ] {
        let reply = app.as_member(stage.organizer, role).get(&path).await;
        assert_eq!(reply.status() == StatusCode::OK, allowed, "{role:?}");
    }
    let unknown = "/events/evt_01JZ8Q4V3M0000000000000000/sales";
    let reply = stage.manager.get(unknown).await;
    reply.problem(StatusCode::NOT_FOUND, "not-found");
    let guest = app.as_guest().get(&format!("/internal{path}")).await;
    guest.problem(StatusCode::NOT_FOUND, "not-found");
}
