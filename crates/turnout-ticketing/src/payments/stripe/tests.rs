use serde_json::{Value, json};
use turnout_domain::{OrderId, PaymentId, RefundId};
use ulid::Ulid;

use super::*;

const PAYMENT: PaymentId = PaymentId::from_ulid(Ulid(7));
fn order() -> OrderId {
    OrderId::rounding(Ulid(1 << 20))
}

fn stripe() -> Stripe {
    Stripe::new(StripeSettings {
        secret_key: "sk_test_1".into(),
        webhook_secret: "whsec_1".into(),
        api_url: "http://127.0.0.1:9".into(),
    })
}

async fn news(body: &Value) -> Result<Option<News>, WebhookError> {
    let now: Timestamp = "2027-01-15T12:00:00Z".parse().unwrap();
    let body = serde_json::to_vec(body).unwrap();
    let mut headers = HeaderMap::new();
    let signed = signature::sign("whsec_1", &body, now);
    headers.insert(SIGNATURE_HEADER, signed.parse().unwrap());
    stripe().read_webhook(&headers, &body, now).await
}

fn event(kind: &str, object: &Value) -> Value {
    json!({ "id": "evt_1", "object": "event", "type": kind, "data": { "object": object } })
}

fn euros(minor: i64) -> Money {
    Money::price(minor, "EUR".parse().unwrap()).unwrap()
}

#[tokio::test]
async fn webhooks_tell_how_a_payment_ended() {
    let metadata = json!({ "payment_id": PAYMENT, "order_id": order() });
    let session = |status: &str, payment_status: &str| {
        json!({
            "id": "cs_1", "status": status, "payment_status": payment_status, "amount_total": 2500,
            "currency": "eur", "metadata": metadata,
        })
    };
    let refund = |status: &str| json!({ "status": status, "metadata": { "refund_id": RefundId::from_ulid(Ulid(8)), "order_id": order() } });
    let paid = || Some(News::Payment(PAYMENT, Status::Succeeded(euros(2500))));
    let back = |status| Some(News::Refund(order(), RefundId::from_ulid(Ulid(8)), status));
    let failed = |why: &str| Some(News::Payment(PAYMENT, Status::Failed(why.into())));
    let table = [
        ("checkout.session.completed", session("complete", "paid"), paid()),
        (
            "checkout.session.completed",
            session("complete", "unpaid"),
            Some(News::Payment(PAYMENT, Status::Pending)),
        ),
        (
            "checkout.session.async_payment_succeeded",
            session("complete", "paid"),
            paid(),
        ),
        (
            "checkout.session.async_payment_failed",
            session("complete", "unpaid"),
            failed("the bank did not pay"),
        ),
        (
            "checkout.session.expired",
            session("expired", "unpaid"),
            failed("it was not paid in time"),
        ),
        (
            "payment_intent.succeeded",
            json!({ "status": "succeeded", "amount": 9999, "amount_received": 2500, "currency": "eur", "metadata": metadata }),
            paid(),
        ),
        (
            "refund.updated",
            refund("succeeded"),
            back(RefundStatus::Succeeded),
        ),
        (
            "refund.failed",
            refund("failed"),
            back(RefundStatus::Failed("failed".into())),
        ),
        (
            "charge.refund.updated",
            refund("pending"),
            back(RefundStatus::Pending),
        ),
        ("customer.created", json!({ "id": "cus_1" }), None),
        // Of another shop that uses the same account.
        (
            "checkout.session.completed",
            json!({ "id": "cs_2", "payment_status": "paid", "amount_total": 1, "currency": "eur" }),
            None,
        ),
    ];
    for (kind, object, expected) in table {
        assert_eq!(
            news(&event(kind, &object)).await.unwrap(),
            expected,
            "{kind} {object}"
        );
    }
}

#[tokio::test]
async fn a_webhook_that_is_not_what_it_says_is_refused() {
    let unreadable = |result| matches!(result, Err(WebhookError::Unreadable(_)));
    assert!(unreadable(news(&json!({ "type": 1 })).await));
    let odd = json!({ "id": "cs_1", "payment_status": "paid", "amount_total": 2500, "currency": "pebbles" });
    assert!(unreadable(news(&event("checkout.session.completed", &odd)).await));
    let unsigned = stripe()
        .read_webhook(&HeaderMap::new(), b"{}", Timestamp::UNIX_EPOCH)
        .await;
    assert!(matches!(
        unsigned,
        Err(WebhookError::Signature(SignatureError::Missing))
    ));
}

#[tokio::test]
async fn a_stripe_that_is_not_there_is_unavailable() {
    let session = stripe().session("cs_1").await;
    assert!(
        matches!(session, Err(ProviderError::Unavailable(_))),
        "{session:?}"
    );
    let odd = stripe().session("../charges").await;
    assert!(matches!(odd, Err(ProviderError::Refused(_))), "{odd:?}");
}
