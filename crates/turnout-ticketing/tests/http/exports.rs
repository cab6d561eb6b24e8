//! Everything of an event as files.

use axum::http::StatusCode;
use serde_json::json;
use turnout_store::Fault;

use crate::stage::{Stage, list, text};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The lines of a file that begins as spreadsheets want it.
fn lines(file: &str) -> Vec<&str> {
    let text = file.strip_prefix('\u{feff}').expect("a byte order mark");
    text.split_terminator("\r\n").collect()
}

#[tokio::test]
async fn orders_tickets_check_ins_and_payments_are_there_page_by_page() {
    let stage = Stage::of(None).await;
    let (seat, free) = (stage.priced(None).await, stage.free(None).await);
    // More than one page of orders.
    for _ in 0..230 {
        stage.register(&free, 1).await.expect(StatusCode::CREATED);
    }
    let held = stage.held(&[(&seat, 2)]).await;
    let paid = stage.pay(&held).await.expect(StatusCode::OK);
    stage.held(&[(&seat, 1)]).await;
    let door = format!("/tickets/{}/validate", text(&list(&paid, "tickets")[0]["id"]));
    stage
        .manager
        .post(&door, json!({ "list": "vip" }))
        .await
        .expect(StatusCode::OK);
    let manager = &stage.manager;
    let file = async |what: &str| {
        let reply = manager.get(&stage.path(&format!("exports/{what}"))).await;
        let served = reply.status() == StatusCode::OK;
        assert!(served, "{}", reply.text());
        reply
    };
    let orders = file("orders").await;
    assert_eq!(
        orders.header("content-type"),
        Some("text/csv; charset=utf-8; header=present")
    );
    assert_eq!(
        orders.header("content-disposition"),
        Some("attachment; filename=\"jazz-night-orders-2027-01-15.csv\"")
    );
    let orders = lines(orders.text());
    assert_eq!(orders.len(), 1 + 232);
    let line = orders
        .iter()
        .find(|line| line.starts_with(&text(&paid["id"])))
        .expect("the order");
    assert!(
        line.contains(",confirmed,2027-01-15T12:00:00Z,") && line.ends_with(",0.00,0.00,25.00,EUR"),
        "{line}"
    );
    assert_eq!(lines(file("tickets").await.text()).len(), 1 + 232);
    let check_ins = file("check-ins").await;
    let check_ins = lines(check_ins.text());
    assert_eq!(check_ins.len(), 2);
    assert!(
        check_ins[1].ends_with(",vip,2027-01-15T12:00:00Z"),
        "{}",
        check_ins[1]
    );
    let payments = file("payments").await;
    let payments = lines(payments.text());
    assert_eq!(payments.len(), 2);
    assert!(payments[1].ends_with(",25.00,EUR"));
}

#[tokio::test]
async fn a_workbook_is_given_to_whoever_wants_one_and_nothing_else_is() {
    let stage = Stage::of(None).await;
    let free = stage.free(None).await;
    stage.register(&free, 1).await.expect(StatusCode::CREATED);
    let as_workbook = stage.manager.clone().with("accept", XLSX);
    let workbook = as_workbook.get(&stage.path("exports/orders")).await;
    assert_eq!(workbook.header("content-type"), Some(XLSX));
    assert_eq!(workbook.bytes()[..4], *b"PK\x03\x04");
    let as_pdf = stage.manager.clone().with("accept", "application/pdf");
    let refused = as_pdf.get(&stage.path("exports/orders")).await;
    refused.problem(StatusCode::NOT_ACCEPTABLE, "not-acceptable");
}

#[tokio::test]
async fn an_export_of_an_outage_is_503() {
    let stage = Stage::of(None).await;
    stage.app.store().fail_next(Fault::Unavailable);
    let reply = stage.manager.get(&stage.path("exports/orders")).await;
    reply.problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}
