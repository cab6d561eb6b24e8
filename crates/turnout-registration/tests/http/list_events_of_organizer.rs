use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use turnout_http::Role;

use crate::list_events::{all_pages, show};
use crate::stage::{Stage, path, titles};

#[tokio::test]
async fn members_see_all_events_of_their_organizer_the_newest_first() {
    let stage = Stage::new().await;
    stage.draft(json!({ "title": "Draft" })).await;
    let cancelled = path(&stage.published(json!({ "title": "Cancelled" })).await);
    stage
        .manager
        .post(&format!("{cancelled}/cancel"), json!({}))
        .await
        .expect(StatusCode::OK);
    show(&stage, "Ended", "2027-01-16T12:00", "2027-01-16T13:00").await;
    stage.app.advance(SignedDuration::from_hours(48));
    show(&stage, "Newest", "2027-09-01T12:00", "2027-09-01T13:00").await;
    let list = format!("/events?organizer_id={}", stage.organizer);
    for role in [Role::Owner, Role::Door] {
        let member = stage.app.as_member(stage.organizer, role);
        let page = member.get(&list).await.expect(StatusCode::OK);
        assert_eq!(titles(&page), ["Newest", "Ended", "Cancelled", "Draft"]);
        assert_eq!(page["items"][1]["status"], "ended");
    }
}

#[tokio::test]
async fn others_see_what_the_organizer_has_on_show() {
    let stage = Stage::new().await;
    stage.draft(json!({ "title": "Draft" })).await;
    show(&stage, "Later", "2027-09-01T12:00", "2027-09-01T13:00").await;
    show(&stage, "Sooner", "2027-08-01T12:00", "2027-08-01T13:00").await;
    show(&stage, "Ended", "2027-01-16T12:00", "2027-01-16T13:00").await;
    stage.app.advance(SignedDuration::from_hours(48));
    // Another organizer's event is not among them.
    let other = stage.app.organizer();
    let owner = stage.app.as_member(other, Role::Owner);
    let created = owner
        .post("/events", stage.jazz_with(&json!({ "organizer_id": other })))
        .await;
    let created = path(&created.expect(StatusCode::CREATED));
    owner
        .post(&format!("{created}/publish"), json!({}))
        .await
        .expect(StatusCode::OK);

    let list = format!("/events?organizer_id={}&limit=1", stage.organizer);
    for caller in [&stage.app.as_guest(), &owner] {
        let (found, _) = all_pages(caller, &list).await;
        assert_eq!(found, ["Sooner", "Later"]);
    }
    let (found, _) = all_pages(&owner, "/events?limit=1").await;
    assert_eq!(found, ["Jazz Night", "Sooner", "Later"]);
}

#[tokio::test]
async fn pages_give_every_event_once_with_and_without_filters() {
    let stage = Stage::new().await;
    let mut expected = Vec::new();
    for day in 1..=9 {
        let title = if day % 2 == 0 {
            format!("Even {day}")
        } else {
            format!("Odd {day}")
        };
        let (starts_at, ends_at) = (
            format!("2027-03-{day:02}T20:00"),
            format!("2027-03-{day:02}T22:00"),
        );
        stage
            .draft(json!({ "title": title, "starts_at": starts_at, "ends_at": ends_at }))
            .await;
        expected.insert(0, title);
    }
    let list = format!("/events?organizer_id={}", stage.organizer);
    for (limit, pages) in [(1, 9), (3, 3), (4, 3), (9, 1), (100, 1)] {
        let list = format!("{list}&limit={limit}");
        assert_eq!(
            all_pages(&stage.manager, &list).await,
            (expected.clone(), pages),
            "{limit} a page"
        );
    }
    let (found, _) = all_pages(
        &stage.manager,
        &format!("{list}&limit=1&q=odd&from=2027-03-02&to=2027-03-07"),
    )
    .await;
    assert_eq!(found, ["Odd 7", "Odd 5", "Odd 3"]);
}

#[tokio::test]
async fn more_events_than_one_batch_reads_are_listed_all() {
    let stage = Stage::new().await;
    for number in 0..120 {
        stage.draft(json!({ "title": number.to_string() })).await;
    }
    let list = format!("/events?organizer_id={}&limit=100", stage.organizer);
    let (found, pages) = all_pages(&stage.manager, &list).await;
    assert_eq!(
        found,
        (0..120)
            .rev()
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    );
    assert_eq!(pages, 2);
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let stage = Stage::new().await;
    for _ in 0..2 {
        stage.published(json!({})).await;
    }
    let public = stage.app.as_guest().get("/events?limit=1").await.json();
    let cursor = public["next_cursor"].as_str().expect("a next page");
    let list = format!("/events?organizer_id={}&cursor={cursor}", stage.organizer);
    assert_eq!(stage.manager.get(&list).await.bad_fields(), ["/cursor"]);
}

#[tokio::test]
async fn an_organizer_that_nobody_knows_has_no_events() {
    let stage = Stage::new().await;
    let list = "/events?organizer_id=org_01JZ8Q4V3M0000000000000000";
    let page = stage.manager.get(list).await.expect(StatusCode::OK);
    assert!(titles(&page).is_empty());
}

#[tokio::test]
async fn a_part_that_does_not_answer_is_503() {
    let stage = Stage::new().await;
    let list = format!("/events?organizer_id={}", stage.organizer);
    stage.manager.get(&list).await.expect(StatusCode::OK);
    stage.app.identity().goes_down();
    stage
        .manager
        .get(&list)
        .await
        .problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    stage.app.identity().comes_back();
    stage.app.store().begin_outage();
    stage
        .manager
        .get(&list)
        .await
        .problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}
