//! What is wrong or missing in the settings stops the start, with a message that names the setting and what would be
//! right: with the real binary, as an operator meets it.

use std::process::Command;

const SECRET: (&str, &str) = ("TURNOUT_PEER_SECRET", "0123456789abcdef0123456789abcdef");
const SPLIT: [(&str, &str); 5] = [
    ("TURNOUT_ROLE", "ticketing"),
    ("TURNOUT_STORE", "dynamodb"),
    ("TURNOUT_BUS", "nats"),
    ("TURNOUT_LISTEN", "127.0.0.1:0"),
    SECRET,
];

/// Starts `turnout serve` with these variables and no others of ours, and expects it to end.
fn refused(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_turnout"));
    command.arg("serve").env_clear();
    for (name, value) in variables {
        command.env(name, value);
    }
    let output = command.output().expect("the binary runs");
    assert!(!output.status.success(), "{variables:?}: it starts");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn assert_told(variables: &[(&str, &str)], words: &[&str]) {
    let said = refused(variables);
    for word in words {
        assert!(
            said.contains(word),
            "{variables:?} should be told of `{word}`:\n{said}"
        );
    }
}

#[test]
fn a_wrong_setting_is_named_with_what_would_be_right() {
    for (name, value, words) in [
        ("TURNOUT_ROLE", "tickets", &["--role", "ticketing"] as &[&str]),
        ("TURNOUT_LISTEN", "3000", &["--listen", "3000"]),
        ("TURNOUT_STORE", "postgres", &["--store", "dynamodb"]),
        ("TURNOUT_BUS", "kafka", &["--bus", "nats"]),
        ("TURNOUT_LOG_FORMAT", "xml", &["--log-format", "json"]),
        (
            "TURNOUT_PUBLIC_URL",
            "tickets.example.org",
            &["TURNOUT_PUBLIC_URL", "http://"],
        ),
        (
            "TURNOUT_TICKETING_URL",
            "ftp://host",
            &["TURNOUT_TICKETING_URL", "http://host:3000"],
        ),
        (
            "TURNOUT_NATS_REPLICAS",
            "2",
            &["TURNOUT_NATS_REPLICAS", "1, 3 or 5"],
        ),
        ("TURNOUT_NATS_REPLICAS", "many", &["--nats-replicas", "many"]),
        (
            "TURNOUT_CONFIG",
            "/nowhere/turnout.toml",
            &["/nowhere/turnout.toml"],
        ),
        ("TURNOUT_DATA", "/proc/nowhere", &["/proc/nowhere"]),
    ] {
        assert_told(&[("TURNOUT_LISTEN", "127.0.0.1:0"), (name, value)], words);
    }
}

#[test]
fn a_role_of_its_own_is_told_what_it_lacks_one_after_the_other() {
    let lacking = |without: &str, words: &[&str]| {
        let rest: Vec<_> = SPLIT
            .iter()
            .copied()
            .filter(|(name, _)| *name != without)
            .collect();
        assert_told(&rest, words);
    };
    lacking("TURNOUT_STORE", &["--store dynamodb", "TURNOUT_STORE"]);
    lacking("TURNOUT_BUS", &["--bus nats", "TURNOUT_BUS"]);
    lacking("TURNOUT_PEER_SECRET", &["TURNOUT_PEER_SECRET", "16"]);
}

#[cfg(all(feature = "dynamodb", feature = "nats"))]
#[test]
fn what_a_role_of_its_own_needs_of_aws_and_nats_is_checked_before_anything_is_asked() {
    let keys = [("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];
    for (name, value, words) in [
        (
            "TURNOUT_DYNAMODB_ENDPOINT",
            "dynamodb:8000",
            &["TURNOUT_DYNAMODB_ENDPOINT", "http://host:8000"] as &[&str],
        ),
        (
            "TURNOUT_DYNAMODB_PREFIX",
            "two words",
            &["TURNOUT_DYNAMODB_PREFIX", "turnout-"],
        ),
        ("AWS_REGION", "Frankfurt", &["AWS_REGION", "eu-central-1"]),
        ("TURNOUT_NATS_URL", "", &["TURNOUT_NATS_URL", "nats://host:4222"]),
        (
            "TURNOUT_NATS_URL",
            "http://nats:4222",
            &["TURNOUT_NATS_URL", "nats://host:4222"],
        ),
    ] {
        let variables: Vec<_> = SPLIT.into_iter().chain(keys).chain([(name, value)]).collect();
        assert_told(&variables, words);
    }
}

#[test]
fn a_setting_that_is_misspelt_in_the_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("turnout.toml");
    std::fs::write(
        &file,
        "listen = \"127.0.0.1:0\"\npublik_url = \"http://localhost\"\n",
    )
    .expect("written");
    let file = file.to_str().expect("a path in UTF-8");
    assert_told(
        &[("TURNOUT_CONFIG", file)],
        &["turnout.toml", "publik_url", "public_url"],
    );
}
