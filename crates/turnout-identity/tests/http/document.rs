//! The API's document, as far as identity writes it.

use serde_json::Value;
use turnout_identity::{Identity, routes};

use crate::people::app;

async fn document() -> Value {
    let ports = app().await.ports();
    let identity = Identity::new(ports.store, ports.clock, ports.ids, ports.edge, false);
    serde_json::to_value(routes(identity).into_openapi()).unwrap()
}

#[tokio::test]
async fn operations_and_schemas_have_the_names_of_the_design() {
    let document = document().await;
    let mut operations = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            operations.push(operation["operationId"].as_str().unwrap());
            assert_eq!(operation["tags"][0], "identity");
        }
    }
    operations.sort_unstable();
    assert_eq!(
        operations,
        [
            "create_organizer",
            "get_me",
            "list_organizers",
            "list_signing_keys",
            "log_in",
            "log_out",
            "refresh_session",
            "sign_up"
        ]
    );
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in ["User", "Session", "Me", "Organizer", "Problem"] {
        assert!(schemas.contains_key(name), "{name} of {:?}", schemas.keys());
    }
    let required = schemas["SignUpRequest"]["required"].as_array().unwrap();
    assert_eq!(required.len(), 3);
}

#[tokio::test]
async fn what_needs_a_token_says_so() {
    let document = document().await;
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
    for (path, method) in [("/me", "get"), ("/organizers", "post"), ("/organizers", "get")] {
        let operation = &document["paths"][path][method];
        assert!(operation["security"][0]["bearer"].is_array(), "{method} {path}");
        assert!(operation["responses"]["401"].is_object(), "{method} {path}");
    }
}
