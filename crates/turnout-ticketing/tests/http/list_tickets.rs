use axum::http::StatusCode;
use jiff::SignedDuration;
use turnout_http::Role;

use crate::stage::{Stage, list};

#[tokio::test]
async fn everyone_sees_their_own() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    let buyer = stage.app.as_user(stage.app.user());
    let mut expected = Vec::new();
    for quantity in [2, 1, 3] {
        let order = stage.register_as(&buyer, &seat, quantity).await;
        let order = order.expect(StatusCode::CREATED);
        expected.insert(0, list(&order, "tickets").to_vec());
        stage.app.advance(SignedDuration::from_secs(1));
    }
    stage.register(&seat, 1).await.expect(StatusCode::CREATED);
    // What is only held is no ticket yet.
    stage
        .order_as(&buyer, &[(&seat, 1)])
        .await
        .expect(StatusCode::CREATED);
    let mine = buyer.get("/tickets").await.expect(StatusCode::OK);
    assert_eq!(list(&mine, "items"), expected.concat());
    assert!(mine["next_cursor"].is_null());
    // A page holds the tickets of whole orders.
    let first = buyer.get("/tickets?limit=1").await.expect(StatusCode::OK);
    assert_eq!(list(&first, "items"), expected[0]);
    let cursor = first["next_cursor"].as_str().expect("there is more");
    let second = buyer.get(&format!("/tickets?limit=1&cursor={cursor}")).await;
    assert_eq!(list(&second.expect(StatusCode::OK), "items"), expected[1]);
    let stranger = stage.app.as_user(stage.app.user());
    let none = stranger.get("/tickets").await.expect(StatusCode::OK);
    assert!(list(&none, "items").is_empty());
}

#[tokio::test]
async fn a_page_has_as_many_as_asked_and_the_rest_of_its_last_order() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    let mut expected = Vec::new();
    for quantity in [2, 40, 3, 1, 5, 30, 4] {
        let order = stage.register(&seat, quantity).await.expect(StatusCode::CREATED);
        expected.insert(0, list(&order, "tickets").to_vec());
        // Held ones have no tickets, and are passed over.
        stage.order(&[(&seat, 1)]).await.expect(StatusCode::CREATED);
        stage.app.advance(SignedDuration::from_secs(1));
    }
    let path = format!("/tickets?event_id={}&limit=6", stage.event);
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    let mut next = path.clone();
    for _ in 0..20 {
        let page = stage.manager.get(&next).await.expect(StatusCode::OK);
        seen.extend_from_slice(list(&page, "items"));
        sizes.push(list(&page, "items").len());
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("{path}&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, expected.concat());
    // Pages of fewer are allowed; of many more are not.
    assert_eq!(sizes[0], 4 + 30);
    assert!(sizes.iter().all(|size| *size < 6 + 40), "{sizes:?}");
}

#[tokio::test]
async fn members_see_the_events() {
    let stage = Stage::of(None).await;
    let seat = stage.free(None).await;
    for quantity in [2, 1] {
        stage.register(&seat, quantity).await.expect(StatusCode::CREATED);
    }
    let path = format!("/tickets?event_id={}", stage.event);
    let all = stage.manager.get(&path).await.expect(StatusCode::OK);
    assert_eq!(list(&all, "items").len(), 3);
    let app = &stage.app;
    app.as_guest()
        .get(&path)
        .await
        .problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let stranger = app.as_user(app.user()).get(&path).await;
    stranger.problem(StatusCode::NOT_FOUND, "not-found");
    let door = app.as_member(stage.organizer, Role::Door).get(&path).await;
    door.problem(StatusCode::FORBIDDEN, "forbidden");
    let unknown = stage
        .manager
        .get("/tickets?event_id=evt_01JZ8Q4V3M0000000000000000")
        .await;
    unknown.problem(StatusCode::NOT_FOUND, "not-found");
    for (query, field) in [
        ("event_id=nonsense", "/event_id"),
        ("limit=x", "/limit"),
        ("cursor=x", "/cursor"),
    ] {
        let reply = stage.manager.get(&format!("/tickets?{query}")).await;
        assert_eq!(reply.bad_fields(), [field]);
    }
}
