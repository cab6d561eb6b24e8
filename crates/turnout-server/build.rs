//! Names the commit that is built, and makes sure that there is a web app to embed.

use std::path::Path;
use std::process::Command;

/// As many digits as tell this project's commits apart for good.
const COMMIT_DIGITS: usize = 12;

fn main() {
    println!("cargo::rerun-if-env-changed=TURNOUT_COMMIT");
    println!("cargo::rustc-env=TURNOUT_COMMIT={}", commit());
    println!("cargo::rerun-if-changed=../../web/dist");

    // The Rust side builds and is tested without Node; the page then says how to build the web app.
    let index = Path::new("../../web/dist/index.html");
    if !index.exists() {
        std::fs::create_dir_all("../../web/dist").expect("the folder web/ can be written to");
        std::fs::write(index, STAND_IN).expect("the folder web/dist can be written to");
    }
}

/// What the environment says, since an image is built without the repository; else what git says.
fn commit() -> String {
    if let Ok(told) = std::env::var("TURNOUT_COMMIT")
        && !told.is_empty()
    {
        let is_commit = told.len() >= COMMIT_DIGITS && told.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(
            is_commit || told == "unknown",
            "TURNOUT_COMMIT is {told:?}; `git rev-parse HEAD` says what it should be"
        );
        return told.chars().take(COMMIT_DIGITS).collect();
    }
    // HEAD names a branch and stays as it is when that moves; the log of HEAD grows with every commit.
    for path in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", path]) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", &format!("--short={COMMIT_DIGITS}"), "HEAD"]).unwrap_or_else(|| "unknown".to_owned())
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

const STAND_IN: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><!--turnout-head--><!--turnout-title--><title>Turnout</title><!--/turnout-title--></head>\
<body><h1>Turnout</h1><p>The API answers under /api. This build has no web app: run <code>make build</code>.</p></body></html>\n";
