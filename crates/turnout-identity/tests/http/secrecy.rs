//! What is logged, at the most talkative level, while people sign in.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::people::{PASSWORD, app, cookie, log_in, refresh, sign_up};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_address_password_or_token_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // For the whole process: what the tests beside this one log is held against the same.
    tracing::subscriber::set_global_default(subscriber).expect("no other test listens to the log");

    let app = app().await;
    let ada = sign_up(&app, "ada@example.org").await;
    log_in(&app, "ada@example.org", "incorrect horse").await;
    let next = refresh(&app, &ada.cookie).await;
    app.advance(SignedDuration::from_mins(1));
    // Reused: the line that tells of it names the session, and not its token.
    let reused = refresh(&app, &ada.cookie).await;
    assert_eq!(reused.status(), StatusCode::UNAUTHORIZED);
    app.store().begin_outage();
    log_in(&app, "ada@example.org", PASSWORD).await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("Opened account") && log.contains("was used twice"),
        "{log}"
    );
    let next = cookie(&next);
    let secret = |cookie: &str| cookie.rsplit_once('.').unwrap().1.to_owned();
    let token = ada.session["access_token"].as_str().unwrap();
    for hidden in ["ada@", "horse", token, &secret(&ada.cookie), &secret(&next)] {
        assert!(!log.contains(hidden), "{hidden} is in the log:\n{log}");
    }
}
