use axum::http::StatusCode;
use futures::future::join;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_store::Fault;

use crate::stage::{HOLD, Stage, a_second_passes, path, text};

impl Stage {
    async fn renew(&self, order: &Value) -> turnout_test_kit::Reply {
        self.holder_of(order)
            .post(&format!("{}/renew", path(order)), json!({}))
            .await
    }
}

#[tokio::test]
async fn buyer_and_attendees_can_be_changed_while_it_is_held() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    let order = stage.held(&[(&seat, 2)]).await;
    let holder = stage.holder_of(&order);
    let grace = json!({ "name": "Grace Hopper", "email": "grace@example.org" });
    let changed = holder
        .patch(&path(&order), json!({ "buyer": grace }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(changed["buyer"], grace);
    let attendees = json!([{ "name": "Ada" }]);
    holder
        .patch(&path(&order), json!({ "attendees": attendees }))
        .await
        .expect(StatusCode::OK);
    // Nothing given, nothing changed; and no more time than before.
    let same = holder
        .patch(&path(&order), json!({}))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (&same["buyer"], &same["attendees"][0]["name"]),
        (&grace, &json!("Ada"))
    );
    assert_eq!(same["expires_at"], order["expires_at"]);
    let bad = json!({ "buyer": { "email": "x" }, "attendees": [{ "email": "y" }, { "name": "a\u{0}b" }] });
    let reply = holder.patch(&path(&order), bad).await;
    assert_eq!(
        reply.bad_fields(),
        [
            "/buyer/email",
            "/buyer/name",
            "/attendees/0/email",
            "/attendees/1/name"
        ]
    );
    let paid = stage.pay(&order).await.expect(StatusCode::OK);
    assert_eq!(
        paid["tickets"][0]["attendee"],
        json!({ "name": "Ada", "email": "grace@example.org" })
    );
    assert_eq!(
        paid["tickets"][1]["attendee"],
        json!({ "name": "Grace Hopper", "email": "grace@example.org" })
    );
    let late = holder.patch(&path(&order), json!({ "attendees": [] })).await;
    late.problem(StatusCode::CONFLICT, "conflict");
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_hold_is_made_longer_once() {
    let stage = Stage::working(Some(5)).await;
    let seat = stage.priced(None).await;
    let order = stage.held(&[(&seat, 2)]).await;
    assert_eq!(order["renewable"], true);
    stage.app.advance(SignedDuration::from_mins(9));
    let renewed = stage.renew(&order).await.expect(StatusCode::OK);
    assert_eq!(
        (&renewed["renewable"], &renewed["expires_at"]),
        (&json!(false), &json!("2027-01-15T12:19:00Z"))
    );
    let again = stage.renew(&order).await;
    let problem = again.problem(StatusCode::CONFLICT, "hold-not-renewable");
    assert_eq!(problem["expires_at"], renewed["expires_at"]);
    stage.app.advance(SignedDuration::from_mins(9));
    a_second_passes().await;
    assert_eq!(stage.counts().await, (Some(3), 2, 0));
    stage.app.advance(SignedDuration::from_mins(1));
    a_second_passes().await;
    assert_eq!(stage.counts().await, (Some(5), 0, 0));
    stage
        .renew(&order)
        .await
        .problem(StatusCode::GONE, "hold-expired");
    let late = stage.holder_of(&order).patch(&path(&order), json!({})).await;
    late.problem(StatusCode::GONE, "hold-expired");
    stage.audit().await;
}

#[tokio::test]
async fn a_hold_that_is_over_is_not_made_longer_though_nobody_swept_it() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.priced(None).await;
    let order = stage.held(&[(&seat, 1)]).await;
    stage.app.advance(HOLD);
    stage
        .renew(&order)
        .await
        .problem(StatusCode::GONE, "hold-expired");
    stage.audit().await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_takes_no_time_away() {
    let stage = Stage::of(Some(5)).await;
    let seat = stage.priced(None).await;
    let order = stage.held(&[(&seat, 1)]).await;
    stage.app.advance(SignedDuration::from_hours(-1));
    let renewed = stage.renew(&order).await.expect(StatusCode::OK);
    assert_eq!(renewed["expires_at"], order["expires_at"]);
    stage.pay(&order).await.expect(StatusCode::OK);
    stage.audit().await;
}

#[tokio::test]
async fn two_tabs_may_name_attendees_while_one_pays() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    for _ in 0..20 {
        let order = stage.held(&[(&seat, 1)]).await;
        let holder = stage.holder_of(&order);
        let path = path(&order);
        let named = holder.patch(&path, json!({ "attendees": [{ "name": "Grace" }] }));
        let (named, paid) = join(named, stage.pay(&order)).await;
        let paid = paid.expect(StatusCode::OK);
        // Either it was named in time, or it was told that it was not.
        let expected = if named.status() == StatusCode::OK {
            "Grace"
        } else {
            "Ada Lovelace"
        };
        assert_eq!(text(&paid["tickets"][0]["attendee"]["name"]), expected);
    }
    stage.audit().await;
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_was_lost_is_made_once() {
    let stage = Stage::of(None).await;
    let seat = stage.priced(None).await;
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Busy] {
        let order = stage.held(&[(&seat, 1)]).await;
        stage.app.store().fail_next(fault);
        stage.renew(&order).await.expect(StatusCode::OK);
    }
    stage.audit().await;
}
