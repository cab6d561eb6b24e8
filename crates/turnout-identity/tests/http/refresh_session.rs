use axum::http::StatusCode;
use jiff::SignedDuration;
use turnout_store::{Fault, Gate};

use crate::people::{app, cookie, device, refresh, sign_up};

#[tokio::test]
async fn a_session_goes_on_with_a_new_cookie() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    app.advance(SignedDuration::from_mins(14));
    let reply = refresh(&app, &ada.cookie).await;
    let again = device(&app, &reply, StatusCode::OK);
    assert_eq!(again.session["user"], ada.session["user"]);
    assert_eq!(again.session["expires_at"], "2027-01-15T12:29:00Z");
    assert_ne!(again.cookie, ada.cookie);
    app.advance(SignedDuration::from_mins(14));
    let third = refresh(&app, &again.cookie).await;
    assert_eq!(third.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_access_token_ends_after_a_quarter_of_an_hour_and_the_session_does_not() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    app.advance(SignedDuration::from_mins(15));
    let late = ada.client.get("/me").await;
    late.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let reply = refresh(&app, &ada.cookie).await;
    let me = device(&app, &reply, StatusCode::OK).client.get("/me").await;
    assert_eq!(me.status(), StatusCode::OK);
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_both_stay_signed_in() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let (one, other) = futures::join!(refresh(&app, &ada.cookie), refresh(&app, &ada.cookie));
    assert_eq!(one.status(), StatusCode::OK);
    assert_eq!(other.status(), StatusCode::OK);
    // Whichever answer the browser keeps, it is the one that holds.
    assert_eq!(cookie(&one), cookie(&other));
    app.advance(SignedDuration::from_secs(10));
    let retry = refresh(&app, &ada.cookie).await;
    assert_eq!(cookie(&retry), cookie(&one));
    assert_eq!(refresh(&app, &cookie(&one)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn tabs_that_collide_in_the_store_both_stay_signed_in() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let [reads, writes] = [Gate::closed(), Gate::closed()];
    reads.open();
    app.store().fail_next(Fault::Wait(reads));
    app.store().fail_next(Fault::Wait(writes.clone()));
    let race = async {
        writes.reached().await;
        // The first tab is about to use the cookie up: the second goes by and does it.
        let second = refresh(&app, &ada.cookie).await;
        writes.open();
        second
    };
    let (first, second) = futures::join!(refresh(&app, &ada.cookie), race);
    assert_eq!(cookie(&first), cookie(&second));
}

#[tokio::test]
async fn a_cookie_that_is_used_again_later_ends_the_session() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let thief = refresh(&app, &ada.cookie).await;
    app.advance(SignedDuration::from_secs(11));
    let owner = refresh(&app, &ada.cookie).await;
    owner.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    let thief = refresh(&app, &cookie(&thief)).await;
    thief.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_without_a_visit() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    app.advance(SignedDuration::from_hours(30 * 24 - 1));
    let reply = refresh(&app, &ada.cookie).await;
    assert_eq!(reply.status(), StatusCode::OK);
    app.advance(SignedDuration::from_hours(30 * 24));
    let reply = refresh(&app, &cookie(&reply)).await;
    reply.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
}

#[tokio::test]
async fn without_a_cookie_of_ours_nobody_is_signed_in() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let forged = format!("{}AAAA", &ada.cookie[..ada.cookie.len() - 4]);
    for cookie in [
        "",
        "turnout_refresh=",
        "turnout_refresh=nonsense",
        "other=1",
        &forged,
    ] {
        let reply = refresh(&app, cookie).await;
        reply.problem(StatusCode::UNAUTHORIZED, "unauthenticated");
    }
    // Guessing does not end the session for its owner.
    let among_others = format!("theme=dark; {}; x=y", ada.cookie);
    assert_eq!(refresh(&app, &among_others).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_page_of_another_host_is_refused_and_uses_nothing_up() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    let page = app
        .as_guest()
        .with("cookie", ada.cookie.as_str())
        .with("host", "tickets.example.org");
    let post = axum::http::Method::POST;
    for origin in ["https://blog.example.org", "null"] {
        let foreign = page.clone().with("origin", origin);
        let reply = foreign.send(post.clone(), "/auth/refresh", None).await;
        reply.problem(StatusCode::FORBIDDEN, "forbidden");
    }
    let own = page.with("origin", "https://tickets.example.org");
    let reply = own.send(post, "/auth/refresh", None).await;
    assert_eq!(reply.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_cookie_is_not_used_up_while_the_store_is_away() {
    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    app.store().begin_outage();
    let reply = refresh(&app, &ada.cookie).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    app.store().end_outage();
    app.store().fail_next(Fault::Busy);
    let reply = refresh(&app, &ada.cookie).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    app.advance(SignedDuration::from_mins(1));
    assert_eq!(refresh(&app, &ada.cookie).await.status(), StatusCode::OK);
}
