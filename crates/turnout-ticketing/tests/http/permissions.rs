//! Who may call what: every operation of the document, as everyone. One that is missing here fails the test.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};
use turnout_http::Role;
use turnout_test_kit::Client;

use crate::stage::{Stage, buyer, list, path, text};

/// Everyone who may come along, in the order of the columns below.
const CALLERS: [&str; 8] = [
    "nobody",
    "stranger",
    "owner",
    "manager",
    "box office",
    "door",
    "viewer",
    "buyer",
];

/// An operation, a request that makes sense, and what each of [`CALLERS`] is answered.
struct Row {
    operation: &'static str,
    request: fn(&Scene) -> (Method, String, Option<Value>),
    answers: [u16; 8],
}

/// An event with a hold and a sold order of someone signed in.
struct Scene {
    stage: Stage,
    buyer: Client,
    ticket_type: String,
    /// Of which nothing is sold.
    unsold: String,
    pool: String,
    question: String,
    code: String,
    held: Value,
    sold: Value,
    /// A ticket type that is sold out, and the buyer's place on its waitlist.
    sold_out: String,
    entry: Value,
    check_in_list: String,
    gate_link: Value,
    /// Waits for its payment on the sandbox's page.
    paying: Value,
    /// Was paid for.
    paid: Value,
}

impl Scene {
    async fn set() -> Self {
        let stage = Stage::of(Some(50)).await;
        let buyer = stage.app.as_user(stage.app.user());
        let ticket_type = stage.free(None).await;
        let unsold = stage.free(None).await;
        let made = async |what: &str, body: Value| {
            let reply = stage.manager.post(&stage.path(what), body).await;
            text(&reply.expect(axum::http::StatusCode::CREATED)["id"])
        };
        let pool = made("pools", json!({ "name": "Room", "capacity": 5 })).await;
        let question = made("questions", json!({ "label": "Diet" })).await;
        let code = made(
            "promo-codes",
            json!({ "code": "TEN", "percent_basis_points": 1000 }),
        )
        .await;
        let held = stage.order_as(&buyer, &[(&ticket_type, 1)]).await;
        let held = held.expect(axum::http::StatusCode::CREATED);
        let sold = stage.register_as(&buyer, &ticket_type, 2).await;
        let sold = sold.expect(axum::http::StatusCode::CREATED);
        let sold_out = stage.free(Some(1)).await;
        stage.register(&sold_out, 1).await;
        let wait = buyer.clone().with("idempotency-key", "wait");
        let wait = wait
            .post(&stage.path("waitlist"), waiting(&sold_out, "buyer"))
            .await;
        let entry = wait.expect(axum::http::StatusCode::CREATED);
        let check_in_list = stage.list_of(json!({})).await;
        let gate_link = stage.gate_link("main", "scan").await;
        let priced = stage.priced(None).await;
        let order = stage.order_as(&buyer, &[(&priced, 1)]).await;
        let paying = stage.pay_at(&order.json(), "sandbox").await;
        let order = stage.order_as(&buyer, &[(&priced, 1)]).await;
        let paid = stage.pay(&order.json()).await.expect(axum::http::StatusCode::OK);
        Self {
            stage,
            buyer,
            ticket_type,
            unsold,
            pool,
            question,
            code,
            held,
            sold,
            sold_out,
            entry,
            check_in_list,
            gate_link,
            paying,
            paid,
        }
    }

    fn ticket(&self) -> &Value {
        &list(&self.sold, "tickets")[0]
    }

    /// Someone of the column.
    fn caller(&self, column: usize) -> Client {
        let app = &self.stage.app;
        let member = |role| app.as_member(self.stage.organizer, role);
        let client = match column {
            0 => app.as_guest(),
            // Owns another organizer.
            1 => app.as_member(app.organizer(), Role::Owner),
            2 => member(Role::Owner),
            3 => member(Role::Manager),
            4 => member(Role::BoxOffice),
            5 => member(Role::Door),
            6 => member(Role::Viewer),
            _ => self.buyer.clone(),
        };
        client.with("idempotency-key", self.stage.key())
    }
}

/// What it takes to wait.
fn waiting(ticket_type: &str, name: &str) -> Value {
    let buyer = json!({ "name": name, "email": format!("{name}@example.org") });
    json!({ "ticket_type_ids": [ticket_type], "quantity": 1, "buyer": buyer })
}

/// What may be asked of whom. 404 also hides what one may not see; 401 is for what nobody may do without an account.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row {
        operation: "create_ticket_type",
        request: |scene| (Method::POST, scene.stage.path("ticket-types"), Some(json!({
            "name": "Balcony", "price": { "amount": 0, "currency": "EUR" },
        }))),
        answers: [401, 404, 201, 201, 403, 403, 403, 404],
    },
    Row {
        operation: "list_ticket_types",
        request: |scene| (Method::GET, scene.stage.path("ticket-types"), None),
        answers: [200; 8],
    },
    Row {
        operation: "update_ticket_type",
        request: |scene| (Method::PATCH, scene.stage.path(&format!("ticket-types/{}", scene.ticket_type)), Some(json!({ "name": "Seat" }))),
        answers: [401, 404, 200, 200, 403, 403, 403, 404],
    },
    Row {
        operation: "delete_ticket_type",
        request: |scene| (Method::DELETE, scene.stage.path(&format!("ticket-types/{}", scene.unsold)), None),
        answers: [401, 404, 204, 204, 403, 403, 403, 404],
    },
    Row {
        operation: "create_pool",
        request: |scene| (Method::POST, scene.stage.path("pools"), Some(json!({ "name": "Hall", "capacity": 9 }))),
        answers: [401, 404, 201, 201, 403, 403, 403, 404],
    },
    Row {
        operation: "list_pools",
        request: |scene| (Method::GET, scene.stage.path("pools"), None),
        answers: [401, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "update_pool",
        request: |scene| (Method::PATCH, scene.stage.path(&format!("pools/{}", scene.pool)), Some(json!({ "capacity": 6 }))),
        answers: [401, 404, 200, 200, 403, 403, 403, 404],
    },
    Row {
        operation: "delete_pool",
        request: |scene| (Method::DELETE, scene.stage.path(&format!("pools/{}", scene.pool)), None),
        answers: [401, 404, 204, 204, 403, 403, 403, 404],
    },
    Row {
        operation: "create_question",
        request: |scene| (Method::POST, scene.stage.path("questions"), Some(json!({ "label": "Age" }))),
        answers: [401, 404, 201, 201, 403, 403, 403, 404],
    },
    Row {
        operation: "list_questions",
        request: |scene| (Method::GET, scene.stage.path("questions"), None),
        answers: [200; 8],
    },
    Row {
        operation: "update_question",
        request: |scene| (Method::PATCH, scene.stage.path(&format!("questions/{}", scene.question)), Some(json!({ "label": "Meat?" }))),
        answers: [401, 404, 200, 200, 403, 403, 403, 404],
    },
    Row {
        operation: "delete_question",
        request: |scene| (Method::DELETE, scene.stage.path(&format!("questions/{}", scene.question)), None),
        answers: [401, 404, 204, 204, 403, 403, 403, 404],
    },
    Row {
        operation: "create_promo_code",
        request: |scene| (Method::POST, scene.stage.path("promo-codes"), Some(json!({ "code": "NEW", "percent_basis_points": 1 }))),
        answers: [401, 404, 201, 201, 403, 403, 403, 404],
    },
    Row {
        operation: "list_promo_codes",
        request: |scene| (Method::GET, scene.stage.path("promo-codes"), None),
        answers: [401, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "update_promo_code",
        request: |scene| (Method::PATCH, scene.stage.path(&format!("promo-codes/{}", scene.code)), Some(json!({ "max_uses": 9 }))),
        answers: [401, 404, 200, 200, 403, 403, 403, 404],
    },
    Row {
        operation: "delete_promo_code",
        request: |scene| (Method::DELETE, scene.stage.path(&format!("promo-codes/{}", scene.code)), None),
        answers: [401, 404, 204, 204, 403, 403, 403, 404],
    },
    Row {
        operation: "check_promo_code",
        request: |scene| (Method::POST, scene.stage.path("promo-codes/check"), Some(json!({ "code": "TEN" }))),
        answers: [200; 8],
    },
    Row {
        operation: "update_order",
        request: |scene| (Method::PATCH, path(&scene.held), Some(json!({ "attendees": [{ "name": "Grace" }] }))),
        answers: [404, 404, 403, 403, 403, 403, 403, 200],
    },
    Row {
        operation: "renew_order",
        request: |scene| (Method::POST, format!("{}/renew", path(&scene.held)), Some(json!({}))),
        answers: [404, 404, 403, 403, 403, 403, 403, 200],
    },
    Row {
        operation: "get_sales",
        request: |scene| (Method::GET, scene.stage.path("sales"), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "create_order",
        request: |scene| (Method::POST, "/orders".into(), Some(scene.stage.order_of(&[(&scene.ticket_type, 1)]))),
        answers: [201; 8],
    },
    Row {
        operation: "register_tickets",
        request: |scene| (Method::POST, "/tickets".into(), Some(scene.stage.registration_of(&scene.ticket_type, 1))),
        answers: [201; 8],
    },
    Row {
        operation: "get_order",
        request: |scene| (Method::GET, path(&scene.held), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 200],
    },
    Row {
        operation: "pay_order",
        request: |scene| (Method::POST, format!("{}/pay", path(&scene.held)), Some(json!({ "method": "free" }))),
        answers: [404, 404, 403, 403, 403, 403, 403, 200],
    },
    Row {
        operation: "mark_order_paid",
        request: |scene| (Method::POST, format!("{}/mark-paid", path(&scene.held)), None),
        answers: [404, 404, 200, 200, 200, 403, 403, 404],
    },
    Row {
        operation: "refund_order",
        request: |scene| (Method::POST, format!("{}/refunds", path(&scene.paid)), Some(json!({ "amount": 100 }))),
        answers: [404, 404, 200, 200, 200, 403, 403, 404],
    },
    // The event's settings do not let buyers cancel.
    Row {
        operation: "cancel_order",
        request: |scene| (Method::POST, format!("{}/cancel", path(&scene.paid)), Some(json!({ "refund": true }))),
        answers: [404, 404, 200, 200, 200, 403, 403, 409],
    },
    Row {
        operation: "get_payment_options",
        request: |scene| (Method::GET, scene.stage.path("payment-options"), None),
        answers: [200; 8],
    },
    Row {
        operation: "get_payment_settings",
        request: |scene| (Method::GET, scene.stage.path("payment-settings"), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "set_payment_settings",
        request: |scene| (Method::PUT, scene.stage.path("payment-settings"), Some(json!({ "methods": ["sandbox"] }))),
        answers: [404, 404, 200, 200, 403, 403, 403, 404],
    },
    Row {
        operation: "list_put_aside_payments",
        request: |scene| (Method::GET, scene.stage.path("put-aside-payments"), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 404],
    },
    // Nobody but the provider can sign one.
    Row {
        operation: "receive_payment_webhook",
        request: |_| (Method::POST, "/payments/webhooks/sandbox".into(), Some(json!({}))),
        answers: [400; 8],
    },
    // The payment's id opens its page, as the address of a provider's page does.
    Row {
        operation: "get_sandbox_payment",
        request: |scene| (Method::GET, format!("/sandbox/payments/{}", text(&scene.paying["payment"]["id"])), None),
        answers: [200; 8],
    },
    Row {
        operation: "play_sandbox_payment",
        request: |scene| (Method::POST, format!("/sandbox/payments/{}", text(&scene.paying["payment"]["id"])), Some(json!({
            "outcome": "success",
        }))),
        answers: [200; 8],
    },
    Row {
        operation: "release_order",
        request: |scene| (Method::DELETE, path(&scene.held), None),
        answers: [404, 404, 403, 403, 403, 403, 403, 204],
    },
    Row {
        operation: "list_orders",
        request: |scene| (Method::GET, format!("/orders?event_id={}", scene.stage.event), None),
        answers: [401, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "list_tickets",
        request: |scene| (Method::GET, format!("/tickets?event_id={}", scene.stage.event), None),
        answers: [401, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "get_ticket",
        request: |scene| (Method::GET, format!("/tickets/{}", text(&scene.ticket()["id"])), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 200],
    },
    Row {
        operation: "validate_ticket",
        request: |scene| (Method::POST, format!("/tickets/{}/validate", text(&scene.ticket()["id"])), Some(json!({}))),
        answers: [401, 404, 200, 200, 200, 200, 403, 404],
    },
    Row {
        operation: "export_orders",
        request: |scene| (Method::GET, scene.stage.path("exports/orders"), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "export_tickets",
        request: |scene| (Method::GET, scene.stage.path("exports/tickets"), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "export_check_ins",
        request: |scene| (Method::GET, scene.stage.path("exports/check-ins"), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "export_payments",
        request: |scene| (Method::GET, scene.stage.path("exports/payments"), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "get_insight",
        request: |scene| (Method::GET, scene.stage.path("insight"), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "count_view",
        request: |scene| (Method::POST, scene.stage.path("views"), None),
        answers: [202; 8],
    },
    Row {
        operation: "join_waitlist",
        request: |scene| (Method::POST, scene.stage.path("waitlist"), Some(waiting(&scene.sold_out, "other"))),
        answers: [201; 8],
    },
    Row {
        operation: "list_waitlist",
        request: |scene| (Method::GET, scene.stage.path("waitlist"), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 404],
    },
    Row {
        operation: "list_my_waitlist",
        request: |_| (Method::GET, "/waitlist".into(), None),
        answers: [401, 200, 200, 200, 200, 200, 200, 200],
    },
    Row {
        operation: "get_waitlist_entry",
        request: |scene| (Method::GET, format!("/waitlist/{}", text(&scene.entry["id"])), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 200],
    },
    Row {
        operation: "leave_waitlist",
        request: |scene| (Method::DELETE, format!("/waitlist/{}", text(&scene.entry["id"])), None),
        answers: [404, 404, 204, 204, 403, 403, 403, 204],
    },
    // To those who may not admit here, no code is known.
    Row {
        operation: "validate_ticket_code",
        request: |scene| (Method::POST, "/tickets/validate".into(), Some(json!({
            "code": scene.ticket()["code"], "event_id": scene.stage.event,
        }))),
        answers: [401, 200, 200, 200, 200, 200, 403, 200],
    },
    Row {
        operation: "create_check_in_list",
        request: |scene| (Method::POST, scene.stage.path("check-in-lists"), Some(json!({ "name": "North" }))),
        answers: [404, 404, 201, 201, 403, 403, 403, 404],
    },
    Row {
        operation: "list_check_in_lists",
        request: |scene| (Method::GET, scene.stage.path("check-in-lists"), None),
        answers: [404, 404, 200, 200, 200, 200, 200, 404],
    },
    Row {
        operation: "update_check_in_list",
        request: |scene| (Method::PATCH, scene.stage.path("check-in-lists/main"), Some(json!({ "name": "North" }))),
        answers: [404, 404, 200, 200, 403, 403, 403, 404],
    },
    Row {
        operation: "delete_check_in_list",
        request: |scene| (Method::DELETE, scene.stage.path(&format!("check-in-lists/{}", scene.check_in_list)), None),
        answers: [404, 404, 204, 204, 403, 403, 403, 404],
    },
    Row {
        operation: "create_gate_link",
        request: |scene| (Method::POST, scene.stage.path("gate-links"), Some(json!({ "name": "Grace", "gate": "North" }))),
        answers: [404, 404, 201, 201, 403, 403, 403, 404],
    },
    Row {
        operation: "list_gate_links",
        request: |scene| (Method::GET, scene.stage.path("gate-links"), None),
        answers: [404, 404, 200, 200, 403, 403, 403, 404],
    },
    Row {
        operation: "revoke_gate_link",
        request: |scene| (Method::DELETE, scene.stage.path(&format!("gate-links/{}", text(&scene.gate_link["id"]))), None),
        answers: [404, 404, 204, 204, 403, 403, 403, 404],
    },
    // For phones that are paired, whoever holds them.
    Row {
        operation: "get_own_gate_link",
        request: |_| (Method::GET, "/gate-link".into(), None),
        answers: [401; 8],
    },
    Row {
        operation: "undo_check_in",
        request: |scene| (Method::POST, scene.stage.path("check-ins/undo"), Some(json!({
            "ticket_id": scene.ticket()["id"], "reason": "Nobody came",
        }))),
        answers: [404, 404, 409, 409, 409, 409, 403, 404],
    },
    Row {
        operation: "search_attendees",
        request: |scene| (Method::GET, scene.stage.path("attendees?q=ada"), None),
        answers: [404, 404, 200, 200, 200, 200, 403, 404],
    },
    Row {
        operation: "get_manifest",
        request: |scene| (Method::GET, scene.stage.path("check-in-lists/main/manifest"), None),
        answers: [404, 404, 200, 200, 200, 200, 403, 404],
    },
    Row {
        operation: "merge_check_ins",
        request: |scene| (Method::POST, scene.stage.path("check-ins/merge"), Some(json!({ "scans": [{
            "code": scene.ticket()["code"], "nonce": "scan-1", "scanned_at": "2027-01-15T12:00:00Z",
        }] }))),
        answers: [404, 404, 200, 200, 200, 200, 403, 404],
    },
    Row {
        operation: "list_check_in_conflicts",
        request: |scene| (Method::GET, scene.stage.path("check-in-conflicts"), None),
        answers: [404, 404, 200, 200, 200, 403, 200, 404],
    },
];

/// The operations of the API's document that ticketing answers.
async fn documented() -> BTreeSet<String> {
    let stage = Stage::of(None).await;
    let ports = stage.app.ports();
    let service =
        turnout_ticketing::Ticketing::new(ports.store, ports.bus, ports.clock, ports.ids, ports.edge);
    let (_, document) = turnout_ticketing::routes(service).split_for_parts();
    let document = serde_json::to_value(document).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("the document has paths");
    let methods = paths
        .values()
        .filter_map(Value::as_object)
        .flat_map(|methods| methods.values());
    methods
        .filter_map(|operation| operation["operationId"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn every_operation_has_a_row() {
    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.operation.to_owned()).collect();
    let documented = documented().await;
    let missing: Vec<&String> = documented.difference(&rows).collect();
    assert!(
        missing.is_empty(),
        "give these a row above, with what everyone is answered: {missing:?}"
    );
    let gone: Vec<&String> = rows.difference(&documented).collect();
    assert!(gone.is_empty(), "these are no operations any more: {gone:?}");
}

#[tokio::test]
async fn everyone_is_answered_as_they_should_be() {
    let mut wrong = Vec::new();
    for row in ROWS {
        for (column, expected) in row.answers.into_iter().enumerate() {
            // Anew for each, since what one did changes what the next is answered.
            let scene = Scene::set().await;
            let (method, path, body) = (row.request)(&scene);
            let reply = scene.caller(column).send(method, &path, body).await;
            if reply.status() != expected {
                let (who, status) = (CALLERS[column], reply.status());
                wrong.push(format!(
                    "{} as {who}: {status} instead of {expected}: {}",
                    row.operation,
                    reply.text()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn nobody_is_told_of_what_they_may_not_see() {
    let scene = Scene::set().await;
    let (order, buyer_email) = (text(&scene.sold["id"]), text(&buyer()["email"]));
    for row in ROWS {
        let (method, path, body) = (row.request)(&scene);
        let reply = scene.caller(1).send(method, &path, body).await;
        // What a stranger orders is their own.
        let refused = !reply.status().is_success();
        if refused {
            let told = reply.text();
            assert!(
                !told.contains(&order) && !told.contains(&buyer_email),
                "{}: {told}",
                row.operation
            );
        }
    }
}
