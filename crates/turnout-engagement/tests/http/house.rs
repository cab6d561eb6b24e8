//! What the tests have in common.

use std::time::Duration;

use axum::Router;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use tokio_util::sync::CancellationToken;
use turnout_domain::messages::{EventChange, EventChanged, EventStatus, OrderConfirmed, OrderLine};
use turnout_domain::{EventId, Money, OrderId, OrganizerId, PlannedTime, SessionId, TicketTypeId, UserId};
use turnout_engagement::Engagement;
use turnout_http::{AccessToken, SigningKey, observed};
use turnout_test_kit::{Ports, TestApp};

/// Far longer than anything here takes; what is not there by then will not come.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The service, started.
pub struct House {
    pub app: TestApp,
    pub router: Router,
    /// Stops what the service does in the background.
    pub stop: CancellationToken,
    key: SigningKey,
}

/// The service on fresh ports.
pub async fn open() -> House {
    let mut built = None;
    let app = TestApp::serving(async |ports: Ports| {
        let (router, stop) = start(&ports).await;
        built = Some((router.clone(), stop));
        router
    })
    .await;
    let (router, stop) = built.expect("the app builds its router");
    let key = SigningKey::from_secret(&[7; 32]);
    app.identity()
        .answers("/auth/keys", json!({ "keys": [key.public()] }));
    House {
        app,
        router: observed(router),
        stop,
        key,
    }
}

/// Another process of the service on these ports, and what stops it.
pub async fn start(ports: &Ports) -> (Router, CancellationToken) {
    let Ports {
        store,
        bus,
        clock,
        ids,
        edge,
        tasks,
        shutdown,
    } = ports.clone();
    let stop = shutdown.child_token();
    let engagement = Engagement::new(store, bus, clock, ids, edge);
    engagement
        .start(&tasks, stop.clone())
        .await
        .expect("the memory bus takes everyone");
    let (router, _) = turnout_engagement::routes(engagement.clone()).split_for_parts();
    (
        router.merge(turnout_engagement::internal_routes(engagement)),
        stop,
    )
}

impl House {
    /// An access token of `user` that lasts so many seconds.
    pub fn token_for(&self, user: UserId, seconds: i64) -> String {
        let now = self.app.now().as_second();
        self.key.sign(&AccessToken {
            user,
            session: SessionId::from_ulid(user.ulid()),
            issued_at: now,
            expires_at: now + seconds,
        })
    }

    /// An access token of `user`.
    pub fn token(&self, user: UserId) -> String {
        self.token_for(user, 3600)
    }

    /// `user`, as a client.
    pub fn as_user(&self, user: UserId) -> turnout_test_kit::Client {
        self.app.bearing(&self.token(user))
    }

    /// A new member of `organizer`.
    pub fn member(&self, organizer: OrganizerId, role: &str) -> UserId {
        let user = self.app.user();
        let path = format!("/internal/organizers/{organizer}/members/{user}");
        self.app.identity().answers(&path, json!({ "role": role }));
        user
    }

    /// A new event's id.
    pub fn event_id(&self) -> EventId {
        EventId::from_ulid(self.app.user().ulid())
    }

    /// An order of `user` for two tickets.
    pub fn order(&self, event: EventId, user: Option<UserId>) -> OrderConfirmed {
        let order = OrderId::rounding(self.app.user().ulid());
        let price = Money::price(1250, "EUR".parse().unwrap()).unwrap();
        OrderConfirmed {
            order_id: order,
            event_id: event,
            user_id: user,
            buyer_email: "ada@example.org".parse().unwrap(),
            buyer_name: "Ada".to_owned(),
            lines: vec![OrderLine::new(
                TicketTypeId::from_ulid(self.app.user().ulid()),
                "Standing".to_owned(),
                2,
                price,
            )],
            tickets: vec![order.ticket(1), order.ticket(2)],
            total: price.checked_mul(2).unwrap(),
            confirmed_at: self.app.now(),
            at_once: false,
        }
    }

    /// The list of a user's notifications.
    pub async fn inbox(&self, user: UserId, query: &str) -> Value {
        let reply = self.as_user(user).get(&format!("/notifications{query}")).await;
        reply.expect(axum::http::StatusCode::OK)
    }

    /// An address where the service listens.
    pub async fn listen(&self) -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.serve(listener)
    }

    /// Serves on `listener`.
    pub fn serve(&self, listener: TcpListener) -> std::net::SocketAddr {
        let address = listener.local_addr().unwrap();
        let router = self.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    /// A socket to the service.
    pub async fn socket(&self) -> Socket {
        Socket::to(self.listen().await).await
    }

    /// A socket that is signed in as `user`.
    pub async fn socket_of(&self, user: UserId) -> Socket {
        let mut socket = self.socket().await;
        socket.send(json!({ "authenticate": self.token(user) })).await;
        let frame = socket.next().await;
        assert_eq!(frame["type"], "authenticated", "{frame}");
        assert_eq!(frame["user_id"], user.to_string());
        socket
    }
}

/// An event of `organizer`, as registration tells of it.
pub fn event_changed(
    event: EventId,
    organizer: OrganizerId,
    version: u64,
    change: EventChange,
    status: EventStatus,
) -> EventChanged {
    EventChanged {
        event_id: event,
        organizer_id: organizer,
        version,
        change,
        status,
        title: "Jazz".to_owned(),
        starts_at: PlannedTime::parse("2027-07-04T20:00:00", "Europe/Lisbon").unwrap(),
        ends_at: PlannedTime::parse("2027-07-04T23:00:00", "Europe/Lisbon").unwrap(),
        venue_name: Some("Casa".to_owned()),
        max_capacity: None,
    }
}

/// The client's end of a socket.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
}

impl Socket {
    /// Connects.
    pub async fn to(address: std::net::SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap(), address).await
    }

    /// Connects with small buffers, so that what is not read is soon noticed.
    pub async fn small(address: std::net::SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self::over(socket.connect(address).await.unwrap(), address).await
    }

    async fn over(stream: TcpStream, address: std::net::SocketAddr) -> Self {
        // Many sockets fit into one test if each is small.
        let config = WebSocketConfig::default()
            .read_buffer_size(4096)
            .write_buffer_size(4096);
        let opened = client_async_with_config(format!("ws://{address}/ws"), stream, Some(config));
        let (stream, _) = opened.await.unwrap();
        Self { stream }
    }

    /// Sends JSON.
    pub async fn send(&mut self, message: Value) {
        self.frame(Frame::text(message.to_string())).await;
    }

    /// Sends any frame.
    pub async fn frame(&mut self, frame: Frame) {
        self.stream.send(frame).await.unwrap();
    }

    /// Subscribes, and answers the frame that comes of it.
    pub async fn subscribe(&mut self, topic: &str) -> Value {
        self.send(json!({ "subscribe": [topic] })).await;
        self.next().await
    }

    /// Subscribes from a sequence on.
    pub async fn resume(&mut self, topic: &str, since: &Value) {
        self.send(json!({ "subscribe": [topic], "since": { topic: since } }))
            .await;
    }

    /// The next frame that is no ping.
    pub async fn next(&mut self) -> Value {
        loop {
            match self.any().await {
                Frame::Text(text) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    if frame["type"] != "ping" {
                        return frame;
                    }
                }
                Frame::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The code that the socket is closed with.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Frame::Close(frame) = self.any().await {
                return frame.expect("a code").code.into();
            }
        }
    }

    async fn any(&mut self) -> Frame {
        let frame = timeout(PATIENCE, self.stream.next())
            .await
            .expect("a frame in time");
        frame.expect("the socket is open").expect("a whole frame")
    }
}
