use axum::http::StatusCode;

use crate::stage::{Stage, list, text};

#[tokio::test]
async fn a_ticket_is_seen_by_those_who_see_its_order() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let order = stage.sold(&[(&seat, 2)]).await;
    let ticket = &list(&order, "tickets")[1];
    let path = format!("/tickets/{}", text(&ticket["id"]));
    for who in [stage.holder_of(&order), stage.manager.clone()] {
        assert_eq!(&who.get(&path).await.expect(StatusCode::OK), ticket);
    }
    let app = &stage.app;
    for nobody in [app.as_guest(), app.as_user(app.user())] {
        nobody
            .get(&path)
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn a_ticket_that_the_order_does_not_have_is_not_there() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    // The first ticket's id can be told from the order's; it is issued when the order is paid.
    let id = held["id"].as_str().unwrap().replace("ord_", "tkt_");
    let first = format!("{}1", &id[..id.len() - 1]);
    let holder = stage.holder_of(&held);
    let reply = holder.get(&format!("/tickets/{first}")).await;
    reply.problem(StatusCode::NOT_FOUND, "not-found");
    let paid = stage.pay(&held).await.expect(StatusCode::OK);
    assert_eq!(list(&paid, "tickets")[0]["id"], first.as_str());
    holder
        .get(&format!("/tickets/{first}"))
        .await
        .expect(StatusCode::OK);
    for id in [format!("{}2", &id[..id.len() - 1]), id, "nonsense".into()] {
        let reply = holder.get(&format!("/tickets/{id}")).await;
        reply.problem(StatusCode::NOT_FOUND, "not-found");
    }
}
