//! Problems that no handler makes itself, and the type they are all sent as.

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{ContentBuilder, OpenApi, PathItem, Ref, RefOr};

/// RFC 9457 §3.
const PROBLEM_JSON: &str = "application/problem+json";
const PROBLEM_SCHEMA: &str = "#/components/schemas/Problem";

/// What the edge answers before a handler is reached, or when something behind it is gone.
const OF_BODIES: [(&str, &str); 4] = [
    ("400", "`malformed-json`: the body cannot be read."),
    ("413", "`body-too-large`"),
    ("415", "`unsupported-media-type`: send JSON."),
    ("422", "`validation`: every field that is not valid."),
];
const OF_PARAMETERS: (&str, &str) = ("422", "`validation`: a parameter is not valid.");
const OF_PATHS: (&str, &str) = ("404", "`not-found`: no such thing, or not yours to see.");
const OF_TOKENS: (&str, &str) = (
    "401",
    "`unauthenticated`: the access token is missing, or not valid any more.",
);
const OF_ALL: [(&str, &str); 2] = [
    ("500", "`internal`: our mistake."),
    ("503", "`unavailable`: not now. `Retry-After` says when."),
];

/// Gives every operation the problems that its shape can meet with, and every problem its media type.
pub fn complete(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            add_problems(operation);
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    name_media_type(response);
                }
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem {
        get,
        put,
        post,
        patch,
        delete,
        ..
    } = item;
    [get, put, post, patch, delete].into_iter().flatten()
}

fn add_problems(operation: &mut Operation) {
    let has = |place: ParameterIn| {
        let parameters = operation.parameters.iter().flatten();
        parameters
            .filter_map(|parameter| match parameter {
                RefOr::T(parameter) => Some(parameter),
                RefOr::Ref(_) => None,
            })
            .any(|parameter| parameter.parameter_in == place)
    };
    let mut problems = Vec::from(OF_ALL);
    if operation.request_body.is_some() {
        problems.extend(OF_BODIES);
    }
    if has(ParameterIn::Query) {
        problems.push(OF_PARAMETERS);
    }
    if has(ParameterIn::Path) {
        problems.push(OF_PATHS);
    }
    if operation.security.is_some() {
        problems.push(OF_TOKENS);
    }
    for (status, description) in problems {
        let responses = &mut operation.responses.responses;
        // What the handler says of it is nearer.
        responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(problem(description)));
    }
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(RefOr::Ref(Ref::new(PROBLEM_SCHEMA))))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content(PROBLEM_JSON, content)
        .build()
}

/// utoipa takes every body for `application/json`.
fn name_media_type(response: &mut Response) {
    let content = std::mem::take(&mut response.content);
    response.content = content
        .into_iter()
        .map(|(media_type, content)| {
            let is_problem = match &content {
                RefOr::T(content) => is_problem(content.schema.as_ref()),
                RefOr::Ref(_) => false,
            };
            let media_type = if is_problem {
                PROBLEM_JSON.to_owned()
            } else {
                media_type
            };
            (media_type, content)
        })
        .collect();
}

fn is_problem(schema: Option<&RefOr<Schema>>) -> bool {
    matches!(schema, Some(RefOr::Ref(reference)) if reference.ref_location == PROBLEM_SCHEMA)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    /// Every answer of every operation, with its status.
    fn responses() -> Vec<(String, String, Value)> {
        let document = serde_json::to_value(super::super::whole()).unwrap();
        let mut found = Vec::new();
        for methods in document["paths"].as_object().unwrap().values() {
            for operation in methods.as_object().unwrap().values() {
                let name = operation["operationId"].as_str().unwrap();
                for (status, response) in operation["responses"].as_object().unwrap() {
                    found.push((name.to_owned(), status.clone(), response.clone()));
                }
            }
        }
        found
    }

    #[test]
    fn every_refusal_is_a_problem_and_says_so() {
        for (name, status, response) in responses() {
            if status.starts_with(['4', '5']) {
                let media_types: Vec<&String> = response["content"].as_object().unwrap().keys().collect();
                assert_eq!(media_types, [super::PROBLEM_JSON], "{name} {status}");
            }
        }
    }

    #[test]
    fn what_takes_a_body_may_be_sent_a_bad_one() {
        let of = |wanted: &str| {
            let of_operation = |(name, ..): &(String, String, Value)| name == wanted;
            responses()
                .into_iter()
                .filter(of_operation)
                .map(|(_, status, _)| status)
                .collect::<Vec<_>>()
        };
        let create_order = of("create_order");
        for status in ["400", "413", "415", "422", "500", "503"] {
            assert!(
                create_order.iter().any(|there| there == status),
                "{status} of {create_order:?}"
            );
        }
    }
}
