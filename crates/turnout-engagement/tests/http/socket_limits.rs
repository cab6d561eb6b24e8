//! What clients may not do, and those who cannot keep up.

use axum::http::StatusCode;
use serde_json::json;
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{client_async, tungstenite};
use turnout_domain::messages::{AnnouncementPosted, NotificationStored};
use turnout_domain::{AnnouncementId, EventId, Message};
use turnout_engagement::TABLE;
use turnout_store::Store;

use crate::house::{House, Socket, open};

#[tokio::test]
async fn what_cannot_be_read_gets_an_error_and_the_socket_lives() {
    let house = open().await;
    let mut socket = house.socket().await;
    for frame in [
        Frame::text("{"),
        Frame::text("[]"),
        Frame::text("{}"),
        Frame::text(r#"{"subscribe": "me"}"#),
        Frame::binary(vec![1, 2, 3]),
    ] {
        socket.frame(frame).await;
        let error = socket.next().await;
        assert_eq!(error["type"], "error");
        assert_eq!(error["problem"]["status"], 400);
    }
    assert_eq!(socket.subscribe("me").await["problem"]["status"], 401);
}

#[tokio::test]
async fn a_socket_has_at_most_fifty_topics() {
    let house = open().await;
    let topics: Vec<String> = (0..51).map(|_| format!("event:{}", published(&house))).collect();
    let mut socket = house.socket().await;
    socket.send(json!({ "subscribe": topics })).await;
    let mut snapshots = 0;
    let mut refused = Vec::new();
    for _ in 0..51 {
        let frame = socket.next().await;
        match frame["type"].as_str().unwrap() {
            "snapshot" => snapshots += 1,
            _ => refused.push((frame["topic"].clone(), frame["problem"]["status"].clone())),
        }
    }
    assert_eq!(snapshots, 50);
    assert_eq!(refused, [(json!(topics[50]), json!(409))]);
    socket
        .send(json!({ "unsubscribe": [topics[0]], "subscribe": [topics[50]] }))
        .await;
    assert_eq!(socket.next().await["type"], "snapshot");
}

fn published(house: &House) -> EventId {
    let event = house.event_id();
    house
        .app
        .registration()
        .answers(&format!("/events/{event}"), json!({ "id": event }));
    event
}

#[tokio::test]
async fn too_much_and_too_many_end_the_socket() {
    let house = open().await;
    let mut long = house.socket().await;
    long.frame(Frame::text("x".repeat(17 * 1024))).await;
    assert_eq!(long.closed().await, 1009);
    let mut many = house.socket().await;
    for _ in 0..21 {
        many.send(json!({})).await;
    }
    assert_eq!(many.closed().await, 1008);
    let mut greedy = house.socket().await;
    let topics = vec!["event:evt_1"; 101];
    greedy.send(json!({ "subscribe": topics })).await;
    assert_eq!(greedy.closed().await, 1008);
}

#[tokio::test]
async fn pages_of_other_sites_and_plain_requests_are_refused() {
    let house = open().await;
    let address = house.listen().await;
    for (origin, allowed) in [
        ("https://evil.example".to_owned(), false),
        (format!("http://{address}"), true),
    ] {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        match client_async(request, stream).await {
            Ok(_) => assert!(allowed, "{origin}"),
            Err(tungstenite::Error::Http(response)) => {
                assert!(!allowed, "{origin}");
                assert_eq!(response.status(), 403);
            }
            Err(error) => panic!("{error}"),
        }
    }
    let plain = house.app.as_guest().get("/ws").await;
    assert_eq!(plain.status(), StatusCode::BAD_REQUEST);
}

/// Enough notifications of 2,000 characters to fill the buffers of a connection and the queue behind them.
const FLOOD: usize = 600;

#[tokio::test]
async fn a_slow_reader_is_told_to_resync_and_slows_nobody() {
    let house = open().await;
    let (event, user) = (house.event_id(), house.app.user());
    house.app.publish(&house.order(event, Some(user))).await;
    house.app.deliver_messages().await;
    let listener = TcpSocket::new_v4().unwrap();
    listener.set_send_buffer_size(4096).unwrap();
    listener.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = house.serve(listener.listen(8).unwrap());
    let (mut slow, mut quick) = (Socket::small(address).await, Socket::to(address).await);
    for socket in [&mut slow, &mut quick] {
        socket
            .send(json!({ "authenticate": house.token(user), "subscribe": ["me"] }))
            .await;
        socket.next().await;
        assert_eq!(socket.next().await["type"], "snapshot");
    }
    let stored = house.app.store().outbox_signal(TABLE);
    for number in 0..FLOOD {
        let announcement = AnnouncementPosted {
            announcement_id: AnnouncementId::from_ulid(house.app.user().ulid()),
            event_id: event,
            message: format!("{number} {}", "🎷".repeat(1_900)),
            posted_at: house.app.now(),
        };
        house.app.publish(&announcement).await;
        while !house
            .app
            .messages()
            .iter()
            .any(|message| message.kind == NotificationStored::KIND)
        {
            tokio::time::timeout(crate::house::PATIENCE, stored.notified())
                .await
                .unwrap();
        }
        house.app.deliver_messages().await;
        // The quick one hears of each at once, though the other does not read.
        let delta = quick.next().await;
        assert_eq!(delta["type"], "delta");
        assert_eq!(delta["data"]["unread"], number + 2);
    }
    let mut deltas = 0;
    loop {
        let frame = slow.next().await;
        if frame["type"] == "resync" {
            break;
        }
        assert_eq!(frame["type"], "delta");
        deltas += 1;
    }
    assert!(deltas < FLOOD, "{deltas} deltas came through");
    let snapshot = slow.next().await;
    assert_eq!(snapshot["type"], "snapshot");
    assert_eq!(snapshot["data"]["unread"], FLOOD + 1);
}
