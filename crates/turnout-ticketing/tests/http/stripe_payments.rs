//! Stripe, played by a server of our own: what is sent to it, and what becomes of its answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::Sha256;
use turnout_test_kit::Reply;
use turnout_ticketing::{Settings, StripeSettings};

use crate::stage::{Stage, list, path, text};

const SECRET: &str = "whsec_of_the_tests";

/// What was asked of it.
#[derive(Debug, Clone)]
struct Call {
    method: Method,
    path: String,
    key: Option<String>,
    authorization: String,
    form: BTreeMap<String, String>,
}

/// A Stripe that keeps sessions and refunds, and stumbles when told to.
#[derive(Default)]
struct Books {
    calls: Vec<Call>,
    sessions: BTreeMap<String, Value>,
    refunds: Vec<Value>,
    /// So many calls are answered with this status first.
    stumbles: Vec<u16>,
}

#[derive(Clone, Default)]
struct Stripe(Arc<Mutex<Books>>);

impl Stripe {
    /// Serves it on a free port; its address.
    async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    fn books<T>(&self, look: impl FnOnce(&mut Books) -> T) -> T {
        look(&mut self.0.lock().expect("nothing panics with the books"))
    }

    /// The buyer pays on the page.
    fn pays(&self, payment: &str, amount: i64) {
        self.books(|books| {
            let session = books.sessions.get_mut(payment).expect("a session");
            session["status"] = json!("complete");
            session["payment_status"] = json!("paid");
            session["amount_total"] = json!(amount);
            session["payment_intent"] = json!("pi_1");
            session["url"] = Value::Null;
        });
    }

    fn session(&self, payment: &str) -> Value {
        self.books(|books| books.sessions[payment].clone())
    }

    fn posts(&self, path: &str) -> Vec<Call> {
        let posted = |call: &&Call| call.method == Method::POST && call.path == path;
        self.books(|books| books.calls.iter().filter(posted).cloned().collect())
    }
}

async fn answer(
    State(stripe): State<Stripe>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let form = form_urlencoded::parse(&body).into_owned().collect();
    let call = Call {
        method,
        path: uri.path().to_owned(),
        key: header("idempotency-key"),
        authorization: header("authorization").unwrap_or_default(),
        form,
    };
    stripe.books(|books| {
        books.calls.push(call.clone());
        if let Some(status) = books.stumbles.pop() {
            let status = StatusCode::from_u16(status).expect("a status");
            return (status, axum::Json(json!({ "error": { "message": "stumbled" } }))).into_response();
        }
        let (status, answer) = books.answer(&call);
        (
            StatusCode::from_u16(status).expect("a status"),
            axum::Json(answer),
        )
            .into_response()
    })
}

impl Books {
    fn answer(&mut self, call: &Call) -> (u16, Value) {
        let named = call
            .path
            .strip_prefix("/v1/checkout/sessions/")
            .map(str::to_owned);
        match (call.method.as_str(), call.path.as_str(), named) {
            ("POST", "/v1/checkout/sessions", _) => {
                let payment = call.form["metadata[payment_id]"].clone();
                let session = self.sessions.entry(payment.clone()).or_insert_with(|| {
                    json!({
                        "id": format!("cs_{payment}"), "url": format!("https://checkout.stripe.com/c/pay/cs_{payment}"),
                        "status": "open", "payment_status": "unpaid", "payment_intent": null,
                        "currency": call.form["line_items[0][price_data][currency]"],
                        "amount_total": call.form["line_items[0][price_data][unit_amount]"].parse::<i64>().unwrap(),
                        "metadata": { "payment_id": payment, "order_id": call.form["metadata[order_id]"] },
                    })
                });
                (200, session.clone())
            }
            ("GET", "/v1/refunds", _) => (200, json!({ "data": self.refunds })),
            ("POST", "/v1/refunds", _) => {
                let refund = json!({
                    "id": "re_1", "status": "succeeded", "amount": call.form["amount"],
                    "metadata": { "refund_id": call.form["metadata[refund_id]"], "order_id": call.form["metadata[order_id]"] },
                });
                self.refunds.push(refund.clone());
                (200, refund)
            }
            (method, _, Some(name)) => {
                let id = name.split('/').next().unwrap_or_default().replacen("cs_", "", 1);
                let Some(session) = self.sessions.get_mut(&id) else {
                    return (404, json!({ "error": { "message": "No such session" } }));
                };
                if method == "POST" {
                    if session["status"] != "open" {
                        return (
                            400,
                            json!({ "error": { "message": "Only open sessions can be expired." } }),
                        );
                    }
                    session["status"] = json!("expired");
                }
                (200, session.clone())
            }
            _ => (404, json!({ "error": { "message": "Unrecognized request URL" } })),
        }
    }
}

async fn stage(stripe: &Stripe) -> Stage {
    let settings = Settings {
        sandbox: false,
        stripe: Some(StripeSettings {
            secret_key: "sk_test_of_the_tests".into(),
            webhook_secret: SECRET.into(),
            api_url: stripe.serve().await,
        }),
        ..Settings::default()
    };
    Stage::still_with(settings, Some(5)).await
}

async fn webhook(stage: &Stage, kind: &str, object: &Value) -> Reply {
    let body = json!({ "id": "evt_1", "type": kind, "data": { "object": object } });
    let seconds = stage.app.now().as_second();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key of any length");
    mac.update(format!("{seconds}.{body}").as_bytes());
    let code = mac.finalize().into_bytes();
    let code = code
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let stripe = stage
        .app
        .as_guest()
        .with("stripe-signature", format!("t={seconds},v1={code}"));
    stripe.post("/payments/webhooks/stripe", body).await
}

async fn paying(stage: &Stage, quantity: u32) -> (Value, String) {
    let seat = stage.priced(None).await;
    let order = stage
        .pay_at(&stage.held(&[(&seat, quantity)]).await, "stripe")
        .await;
    let payment = text(&order["payment"]["id"]);
    (order, payment)
}

#[tokio::test]
async fn a_buyer_is_sent_to_stripes_page_and_its_webhook_confirms_the_order() {
    let stripe = Stripe::default();
    let stage = stage(&stripe).await;
    let (order, payment) = paying(&stage, 2).await;
    let url = format!("https://checkout.stripe.com/c/pay/cs_{payment}");
    assert_eq!(order["payment"]["redirect_url"], url);
    let asked = &stripe.posts("/v1/checkout/sessions")[0];
    assert_eq!(asked.key.as_deref(), Some(payment.as_str()));
    assert_eq!(asked.authorization, "Bearer sk_test_of_the_tests");
    for (name, value) in [
        ("mode", "payment"),
        ("line_items[0][price_data][unit_amount]", "2500"),
        ("line_items[0][price_data][currency]", "eur"),
        ("line_items[0][price_data][product_data][name]", "Jazz Night"),
        ("customer_email", "ada@example.org"),
        ("success_url", crate::stage::RETURN_URL),
    ] {
        assert_eq!(asked.form[name], value, "{name}");
    }
    stripe.pays(&payment, 2500);
    let told = stripe.session(&payment);
    for _ in 0..3 {
        let reply = webhook(&stage, "checkout.session.completed", &told).await;
        assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    }
    let seen = stage.seen(&order).await;
    assert_eq!(
        (&seen["state"], &seen["payment"]["method"]),
        (&json!("confirmed"), &json!("stripe"))
    );
    stage.audit().await;
}

#[tokio::test]
async fn a_webhook_that_lies_about_the_amount_confirms_nothing() {
    let stripe = Stripe::default();
    let stage = stage(&stripe).await;
    let (order, payment) = paying(&stage, 2).await;
    stripe.pays(&payment, 1);
    webhook(&stage, "checkout.session.completed", &stripe.session(&payment)).await;
    let mut other = stripe.session(&payment);
    other["amount_total"] = json!(2500);
    webhook(&stage, "checkout.session.completed", &other).await;
    let seen = stage.seen(&order).await;
    assert_eq!(
        (&seen["state"], &seen["payment"]["state"]),
        (&json!("awaiting_payment"), &json!("put_aside"))
    );
    stage.audit().await;
}

#[tokio::test]
async fn a_stripe_that_does_not_answer_is_asked_again_under_the_same_key() {
    let stripe = Stripe::default();
    let stage = stage(&stripe).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    stripe.books(|books| books.stumbles = vec![429, 500]);
    let pay = format!("{}/pay", path(&held));
    let holder = stage.holder_of(&held);
    for _ in 0..2 {
        let reply = holder.post(&pay, json!({ "method": "stripe" })).await;
        reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    }
    let order = holder
        .post(&pay, json!({ "method": "stripe" }))
        .await
        .expect(StatusCode::OK);
    let asked = stripe.posts("/v1/checkout/sessions");
    assert_eq!(asked.len(), 3);
    for call in &asked {
        assert_eq!(call.key.as_deref(), order["payment"]["id"].as_str());
        assert_eq!(call.form, asked[0].form, "a key goes with the same parameters");
    }
    // A session leads to the order's own page where nothing else was asked for.
    assert_eq!(
        asked[0].form["success_url"],
        format!("http://localhost:3000{}", path(&held))
    );
    stage.audit().await;
}

#[tokio::test]
async fn a_stripe_that_refuses_leaves_the_hold_for_another_way_to_pay() {
    let stripe = Stripe::default();
    let stage = stage(&stripe).await;
    let seat = stage.priced(None).await;
    let held = stage.held(&[(&seat, 1)]).await;
    stripe.books(|books| books.stumbles = vec![400]);
    let reply = stage
        .holder_of(&held)
        .post(&format!("{}/pay", path(&held)), json!({ "method": "stripe" }))
        .await;
    reply.problem(StatusCode::CONFLICT, "payment-not-possible");
    let seen = stage.seen(&held).await;
    assert_eq!(
        (&seen["state"], &seen["payment"]["state"]),
        (&json!("held"), &json!("failed"))
    );
    stage.audit().await;
}

#[tokio::test]
async fn refunds_are_made_once_and_told_by_webhook_too() {
    let stripe = Stripe::default();
    let stage = stage(&stripe).await;
    let (order, payment) = paying(&stage, 2).await;
    stripe.pays(&payment, 2500);
    webhook(&stage, "checkout.session.completed", &stripe.session(&payment)).await;
    let manager = stage.manager.clone().with("idempotency-key", "a");
    let refunds = format!("{}/refunds", path(&order));
    manager
        .post(&refunds, json!({ "amount": 1000 }))
        .await
        .expect(StatusCode::OK);
    let seen = stage.seen(&order).await;
    let refund = &list(&seen, "refunds")[0];
    assert_eq!(refund["state"], "pending");
    let told =
        json!({ "status": "succeeded", "metadata": { "refund_id": refund["id"], "order_id": order["id"] } });
    for _ in 0..2 {
        let reply = webhook(&stage, "refund.updated", &told).await;
        assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(
        list(&stage.seen(&order).await, "refunds")[0]["state"],
        "succeeded"
    );
    stage.audit().await;
}

#[tokio::test]
async fn the_worker_asks_for_payments_and_makes_refunds() {
    let stripe = Stripe::default();
    let settings = Settings {
        sandbox: false,
        stripe: Some(StripeSettings {
            secret_key: "sk_test_of_the_tests".into(),
            webhook_secret: SECRET.into(),
            api_url: stripe.serve().await,
        }),
        ..Settings::default()
    };
    let stage = Stage::working_with(settings, Some(5)).await;
    let (order, payment) = paying(&stage, 2).await;
    stripe.pays(&payment, 2500);
    stage.app.advance(SignedDuration::from_secs(5));
    until(async || stage.seen(&order).await["state"] == "confirmed").await;
    let manager = stage.manager.clone().with("idempotency-key", "a");
    manager
        .post(&format!("{}/refunds", path(&order)), json!({}))
        .await
        .expect(StatusCode::OK);
    stripe.books(|books| books.stumbles = vec![503]);
    until(async || stripe.books(|books| books.stumbles.is_empty())).await;
    stage.app.advance(SignedDuration::from_secs(5));
    until(async || list(&stage.seen(&order).await, "refunds")[0]["state"] == "succeeded").await;
    let made = stripe.posts("/v1/refunds");
    assert_eq!(made.len(), 1);
    assert_eq!(
        (
            made[0].form["amount"].as_str(),
            made[0].form["payment_intent"].as_str()
        ),
        ("2500", "pi_1")
    );
    stage.audit().await;
}

/// Waits for work in the background over a real connection, as long as it takes but for half a minute.
async fn until(holds: impl AsyncFn() -> bool) {
    let waited = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(std::time::Duration::from_secs(30), waited).await;
    waited.expect("it comes about within half a minute");
}
