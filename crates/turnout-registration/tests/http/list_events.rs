use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use turnout_store::Fault;

use crate::stage::{Stage, path, titles};

/// An event on show from one time in UTC to another.
pub async fn show(stage: &Stage, title: &str, starts_at: &str, ends_at: &str) -> Value {
    let times = json!({ "title": title, "starts_at": starts_at, "ends_at": ends_at, "time_zone": "UTC" });
    stage.published(times).await
}

/// All pages of a list, and how many there were.
pub async fn all_pages(client: &turnout_test_kit::Client, list: &str) -> (Vec<String>, usize) {
    let mut found = Vec::new();
    let mut at = list.to_owned();
    for pages in 1..=20 {
        let page = client.get(&at).await.expect(StatusCode::OK);
        found.extend(titles(&page).into_iter().map(str::to_owned));
        match page["next_cursor"].as_str() {
            Some(cursor) => at = format!("{list}&cursor={cursor}"),
            None => return (found, pages),
        }
    }
    panic!("{list} does not end");
}

#[tokio::test]
async fn what_is_on_show_is_listed_by_its_beginning() {
    let stage = Stage::new().await;
    show(&stage, "Later", "2027-03-02T20:00", "2027-03-02T22:00").await;
    let sooner = show(&stage, "Sooner", "2027-03-01T20:00", "2027-03-01T22:00").await;
    stage.draft(json!({ "title": "Draft" })).await;
    let cancelled = show(&stage, "Cancelled", "2027-03-01T20:00", "2027-03-01T22:00").await;
    stage
        .manager
        .post(&format!("{}/cancel", path(&cancelled)), json!({}))
        .await
        .expect(StatusCode::OK);
    let reply = stage.app.as_guest().get("/events").await;
    let list = reply.expect(StatusCode::OK);
    assert_eq!(titles(&list), ["Sooner", "Later"]);
    assert_eq!(list["items"][0], sooner);
    assert_eq!(list["next_cursor"], json!(null));
    assert_eq!(reply.header("cache-control"), Some("no-cache"));
}

#[tokio::test]
async fn what_runs_stays_listed_until_it_is_over_however_long_it_lasts() {
    let stage = Stage::new().await;
    show(&stage, "Exhibition", "2027-01-20T10:00", "2027-12-31T18:00").await;
    show(&stage, "Festival", "2027-01-20T11:00", "2027-01-22T11:00").await;
    show(&stage, "Concert", "2027-01-20T12:00", "2027-01-20T14:00").await;
    show(&stage, "Next year", "2028-01-01T12:00", "2028-01-01T14:00").await;
    let guest = stage.app.as_guest();
    let listed = async |list: &str| {
        let page = guest.get(list).await.expect(StatusCode::OK);
        titles(&page).join(", ")
    };
    assert_eq!(
        listed("/events").await,
        "Exhibition, Festival, Concert, Next year"
    );
    // 20 January, 14:00.
    stage.app.advance(SignedDuration::from_hours(5 * 24 + 2));
    assert_eq!(listed("/events").await, "Exhibition, Festival, Next year");
    // 22 January, 10:59.
    stage.app.advance(SignedDuration::from_mins(45 * 60 - 1));
    assert_eq!(listed("/events").await, "Exhibition, Festival, Next year");
    stage.app.advance(SignedDuration::from_mins(1));
    assert_eq!(listed("/events").await, "Exhibition, Next year");
    stage.app.advance(SignedDuration::from_hours(24 * 340));
    assert_eq!(listed("/events").await, "Exhibition, Next year");
    // Who asks for the past sees it.
    assert_eq!(
        listed("/events?from=2027-01-20T11:00:00Z").await,
        "Festival, Concert, Next year"
    );
    assert_eq!(
        listed("/events?from=2027-01-20&to=2027-01-20").await,
        "Exhibition, Festival, Concert"
    );
    assert_eq!(listed("/events?to=2027-12-31").await, "Exhibition");
}

#[tokio::test]
async fn pages_give_every_event_once_also_where_long_and_short_ones_mix() {
    let stage = Stage::new().await;
    let mut expected = Vec::new();
    for day in 1..=12 {
        let (title, ends_at) = if day % 3 == 0 {
            (format!("Long {day}"), format!("2027-04-{day:02}T20:00"))
        } else {
            (format!("Short {day}"), format!("2027-03-{day:02}T23:00"))
        };
        show(&stage, &title, &format!("2027-03-{day:02}T20:00"), &ends_at).await;
        expected.push(title);
    }
    // Two that begin at the same time as another are told apart by their ids.
    show(&stage, "Twin", "2027-03-12T20:00", "2027-03-12T23:00").await;
    expected.push("Twin".to_owned());
    let guest = stage.app.as_guest();
    for (limit, pages) in [(1, 13), (4, 4), (5, 3), (13, 1), (100, 1)] {
        let list = format!("/events?limit={limit}");
        assert_eq!(
            all_pages(&guest, &list).await,
            (expected.clone(), pages),
            "{limit} a page"
        );
    }
    let (found, _) = all_pages(&guest, "/events?limit=2&q=LONG&from=2027-03-05&to=2027-03-11").await;
    assert_eq!(found, ["Long 6", "Long 9"]);
    let (found, _) = all_pages(&guest, "/events?limit=3&from=2027-03-10T20:00:00Z").await;
    assert_eq!(found, expected[9..]);
}

#[tokio::test]
async fn a_list_goes_on_where_it_was_while_time_passes() {
    let stage = Stage::new().await;
    for day in 20..=23 {
        show(
            &stage,
            &day.to_string(),
            &format!("2027-01-{day}T20:00"),
            &format!("2027-01-{day}T23:00"),
        )
        .await;
    }
    let guest = stage.app.as_guest();
    let first = guest.get("/events?limit=2").await.expect(StatusCode::OK);
    assert_eq!(titles(&first), ["20", "21"]);
    stage.app.advance(SignedDuration::from_mins(1));
    let cursor = first["next_cursor"].as_str().expect("a next page");
    let second = guest
        .get(&format!("/events?limit=2&cursor={cursor}"))
        .await
        .expect(StatusCode::OK);
    assert_eq!(titles(&second), ["22", "23"]);
}

#[tokio::test]
async fn words_are_found_in_title_venue_and_description() {
    let stage = Stage::new().await;
    let venue = json!({ "name": "Café Luso", "address": "Travessa da Queimada" });
    stage
        .published(json!({ "venue": venue, "description": "Improvised." }))
        .await;
    stage.published(json!({ "title": "Fado" })).await;
    let guest = stage.app.as_guest();
    for (query, found) in [
        ("jazz", 1),
        ("JAZZ+cafe", 1),
        ("caf%C3%A9", 1),
        ("queimada+improvised", 1),
        ("jazz+fado", 0),
        ("rock", 0),
        ("%20", 2),
        ("", 2),
    ] {
        let list = guest
            .get(&format!("/events?q={query}"))
            .await
            .expect(StatusCode::OK);
        assert_eq!(titles(&list).len(), found, "{query}");
    }
}

#[tokio::test]
async fn a_moved_event_is_listed_where_it_moved_to() {
    let stage = Stage::new().await;
    let moved = show(&stage, "Moved", "2027-03-01T20:00", "2027-03-01T22:00").await;
    show(&stage, "Stays", "2027-03-02T20:00", "2027-03-02T22:00").await;
    let times = json!({ "starts_at": "2027-03-03T20:00", "ends_at": "2027-04-03T22:00" });
    stage
        .manager
        .patch(&path(&moved), times)
        .await
        .expect(StatusCode::OK);
    let list = stage.app.as_guest().get("/events").await.expect(StatusCode::OK);
    assert_eq!(titles(&list), ["Stays", "Moved"]);
}

#[tokio::test]
async fn a_page_looks_through_a_bounded_number_of_events() {
    let stage = Stage::new().await;
    for number in 0..501 {
        let minute = number % 60;
        let hour = number / 60;
        let starts_at = format!("2027-03-01T{hour:02}:{minute:02}");
        let title = if number == 500 { "Needle" } else { "Hay" };
        show(&stage, title, &starts_at, "2027-03-01T23:00").await;
        stage.told();
    }
    let guest = stage.app.as_guest();
    let page = guest.get("/events?q=needle").await.expect(StatusCode::OK);
    assert!(titles(&page).is_empty());
    assert!(page["next_cursor"].is_string());
    assert_eq!(
        all_pages(&guest, "/events?q=needle").await,
        (vec!["Needle".to_owned()], 2)
    );
}

#[tokio::test]
async fn bad_parameters_come_back_together() {
    let stage = Stage::new().await;
    let guest = stage.app.as_guest();
    let long = "x".repeat(151);
    let reply = guest
        .get(&format!("/events?organizer_id=7&q={long}&from=soon&to=later"))
        .await;
    assert_eq!(reply.bad_fields(), ["/organizer_id", "/q", "/from", "/to"]);
    for (query, pointer) in [
        ("from=2027-07-05&to=2027-07-04", "/to"),
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("cursor=nonsense", "/cursor"),
        ("cursor=bm9uc2Vuc2U", "/cursor"),
    ] {
        let reply = guest.get(&format!("/events?{query}")).await;
        assert_eq!(reply.bad_fields(), [pointer], "{query}");
    }
}

#[tokio::test]
async fn a_store_that_fails_is_503() {
    let stage = Stage::new().await;
    stage.app.store().fail_next(Fault::Unavailable);
    let reply = stage.app.as_guest().get("/events").await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}
