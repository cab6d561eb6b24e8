use serde_json::Value;
use turnout_registration::{Registration, routes};
use turnout_test_kit::{Ports, TestApp};

async fn document() -> Value {
    let (sender, receiver) = std::sync::mpsc::channel();
    TestApp::serving(async |ports: Ports| {
        let service = Registration::new(ports.store, ports.bus, ports.clock, ports.ids, ports.edge);
        let (router, document) = routes(service).split_for_parts();
        sender.send(document).expect("someone waits for it");
        router
    })
    .await;
    let document = receiver.recv().expect("it was sent");
    serde_json::to_value(document).expect("it is JSON")
}

#[tokio::test]
async fn the_document_names_every_operation_and_its_problems() {
    let document = document().await;
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            operations.push(format!(
                "{method} {path}: {}",
                operation["operationId"].as_str().expect("an id")
            ));
            assert_eq!(operation["tags"], serde_json::json!(["events"]));
            for (status, response) in operation["responses"].as_object().expect("responses") {
                let problem = &response["content"]["application/problem+json"]["schema"]["$ref"];
                let is_problem = problem == "#/components/schemas/Problem";
                assert_eq!(is_problem, !status.starts_with('2'), "{method} {path} {status}");
            }
        }
    }
    operations.sort();
    assert_eq!(
        operations,
        [
            "get /events/{event_id}: get_event",
            "get /events: list_events",
            "patch /events/{event_id}: update_event",
            "post /events/{event_id}/cancel: cancel_event",
            "post /events/{event_id}/publish: publish_event",
            "post /events: create_event",
        ]
    );
}

#[tokio::test]
async fn the_document_spells_each_shape_once() {
    let document = document().await;
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let names: Vec<&str> = schemas.keys().map(String::as_str).collect();
    let expected = [
        "CreateEvent",
        "Event",
        "EventList",
        "EventStatus",
        "FieldError",
        "Problem",
        "UpdateEvent",
        "Venue",
        "VenueRequest",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        schemas["EventList"]["properties"]["items"]["items"]["$ref"],
        "#/components/schemas/Event"
    );
    assert_eq!(
        schemas["EventList"]["required"],
        serde_json::json!(["items", "next_cursor"])
    );
}
