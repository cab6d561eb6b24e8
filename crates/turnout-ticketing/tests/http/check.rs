//! The operator's proof: every kind of violation is named.

use axum::http::StatusCode;
use serde_json::{Value, json};
use turnout_store::{Change, Counter, Document, Expect, Item, Key, NewItem, Read, Store};
use turnout_ticketing::{TABLE, check};

use crate::stage::{Stage, list, text};

/// An event with an order of two tickets, one of them admitted; and what it takes to spoil its records.
struct Books {
    stage: Stage,
    seat: String,
    order: String,
    ticket: String,
}

impl Books {
    async fn kept() -> Self {
        let stage = Stage::of(Some(10)).await;
        let seat = stage.priced(Some(10)).await;
        let order = stage.sold(&[(&seat, 2)]).await;
        stage.held(&[(&seat, 1)]).await;
        let ticket = text(&list(&order, "tickets")[0]["id"]);
        let path = format!("/tickets/{ticket}/validate");
        stage.manager.post(&path, json!({})).await.expect(StatusCode::OK);
        stage.audit().await;
        let order = text(&order["id"]);
        Self {
            stage,
            seat,
            order,
            ticket,
        }
    }

    fn event(&self, sort: &str) -> Key {
        Key::new(TABLE, format!("event#{}", self.stage.event), sort)
    }

    fn order(&self) -> Key {
        Key::new(TABLE, format!("order#{}", self.order), "order")
    }

    async fn item(&self, key: &Key) -> Item {
        let item = self.stage.app.store().inner().get(key, Read::Consistent).await;
        item.unwrap().expect("it is there")
    }

    async fn commit(&self, change: Change) {
        self.stage.app.store().inner().commit(change).await.unwrap();
    }

    async fn add(&self, key: Key, counter: &'static str, n: i64) {
        self.commit(Change::of(TABLE).give(key, Counter(counter), n))
            .await;
    }

    async fn remove(&self, key: Key) {
        let there = turnout_store::Condition::Exists;
        self.commit(Change::of(TABLE).delete(key, there)).await;
    }

    async fn put(&self, key: Key, document: Value) {
        let item = NewItem::new(key, Document::of(&document));
        self.commit(Change::of(TABLE).put(item, Expect::Absent)).await;
    }

    /// Rewrites a record without looking at its counters.
    async fn edit(&self, key: Key, edit: impl FnOnce(&mut Value)) {
        let item = self.item(&key).await;
        let mut document: Value = item.parse().unwrap();
        edit(&mut document);
        let update = turnout_store::Update::of(key).document(Document::of(&document));
        self.commit(Change::of(TABLE).update(update)).await;
    }

    /// One violation at least, and one that says this.
    async fn complain(&self, words: &str) {
        let report = check(self.stage.app.store().inner()).await.unwrap();
        assert!(
            report
                .violations
                .iter()
                .any(|violation| violation.contains(words)),
            "{words}: {report:#?}"
        );
    }
}

#[tokio::test]
async fn kept_books_are_counted() {
    let books = Books::kept().await;
    let report = books.stage.audit().await;
    assert_eq!((report.events, report.orders), (1, 2));
    assert_eq!((report.tickets, report.check_ins), (2, 1));
}

#[tokio::test]
async fn a_pool_that_does_not_add_up() {
    let books = Books::kept().await;
    books.add(books.event("pool"), "available", 1).await;
    books.complain("does not add up").await;
}

#[tokio::test]
async fn a_pool_that_was_oversold() {
    let books = Books::kept().await;
    books.add(books.event("pool"), "available", -8).await;
    books.add(books.event("pool"), "capacity", -8).await;
    books.complain("does not add up").await;
}

#[tokio::test]
async fn a_pool_that_says_otherwise_than_its_orders() {
    for (counter, words) in [
        ("held", "says Stock"),
        ("confirmed", "says Stock"),
        ("revenue", "says Stock"),
    ] {
        let books = Books::kept().await;
        let key = books.event(&format!("type#{}", books.seat));
        books.add(key, counter, 1).await;
        books.complain(words).await;
    }
}

#[tokio::test]
async fn an_order_that_was_lost() {
    let books = Books::kept().await;
    books.remove(books.order()).await;
    books.complain("its orders say").await;
    books.complain("was admitted at main, but no order has it").await;
}

#[tokio::test]
async fn a_pool_that_was_lost() {
    let books = Books::kept().await;
    books.remove(books.event("pool")).await;
    books.complain("is not there, but it is drawn on").await;
    let books = Books::kept().await;
    books.remove(books.event(&format!("type#{}", books.seat))).await;
    books.complain("is not there, but it is drawn on").await;
    books.complain("says it has 1 ticket types; there are 0").await;
}

#[tokio::test]
async fn an_event_that_was_lost() {
    let books = Books::kept().await;
    books.remove(books.event("event")).await;
    books.complain("has ticket types, but is not there itself").await;
}

#[tokio::test]
async fn an_order_without_its_tickets() {
    let books = Books::kept().await;
    books
        .edit(books.order(), |order| order["tickets"] = json!([]))
        .await;
    books.complain("has 0 tickets and should have 2").await;
    books.complain("has other tickets of").await;
}

#[tokio::test]
async fn an_order_that_costs_otherwise_than_its_lines() {
    let books = Books::kept().await;
    books
        .edit(books.order(), |order| order["total"]["amount"] = json!(1))
        .await;
    books.complain("costs 1 and its lines 2500").await;
}

#[tokio::test]
async fn admissions_that_are_not_counted_or_not_there() {
    let books = Books::kept().await;
    let list = Key::new(TABLE, format!("lists#{}", books.stage.event), "main");
    books.add(list, "admitted", 1).await;
    books.complain("says it admitted 2; there are 1 check-ins").await;
    let books = Books::kept().await;
    let list = Key::new(TABLE, format!("lists#{}", books.stage.event), "main");
    books.add(list.clone(), "inside", 1).await;
    books
        .complain("says it has 2 inside; by its check-ins 1 are")
        .await;
    books.add(list, "conflicts", 1).await;
    books
        .complain("says it has 1 conflicts; its check-ins have 0")
        .await;
    let books = Books::kept().await;
    let check_in = Key::new(TABLE, format!("checkin#{}", books.ticket), "main");
    books
        .edit(check_in, |check_in| check_in["inside"] = json!(false))
        .await;
    books.complain("its scans say otherwise").await;
    let books = Books::kept().await;
    let check_in = Key::new(TABLE, format!("checkin#{}", books.ticket), "main");
    books.remove(check_in).await;
    books.complain("says it admitted 1; there are 0 check-ins").await;
    // A third ticket of an order of two.
    let books = Books::kept().await;
    let third = format!("{}3", &books.ticket[..books.ticket.len() - 1]);
    books
        .put(Key::new(TABLE, format!("checkin#{third}"), "main"), json!({}))
        .await;
    books.complain("was admitted at main, but no order has it").await;
}

#[tokio::test]
async fn what_cannot_be_read_or_is_of_no_kind() {
    let books = Books::kept().await;
    books
        .edit(books.order(), |order| order["lines"] = json!("none"))
        .await;
    books.complain("cannot be read").await;
    books.put(Key::new(TABLE, "cake#1", "cake"), json!({})).await;
    books.complain("cake#1/cake is an item of no known kind").await;
    books.put(books.event("cake"), json!({})).await;
    books.complain("cake is an item of no known kind").await;
    books.put(Key::new(TABLE, "event#x", "pool"), json!({})).await;
    books.complain("event#x/pool is of no event").await;
    books.put(Key::new(TABLE, "checkin#x", "main"), json!({})).await;
    books.complain("checkin#x/main is of no ticket").await;
    books.put(Key::new(TABLE, "lists#x", "main"), json!({})).await;
    books.complain("lists#x/main is of no event").await;
    books.put(books.event("type#x"), json!({})).await;
    books.complain("type#x is of no ticket type").await;
}
