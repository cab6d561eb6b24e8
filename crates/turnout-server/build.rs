//! Names the commit that is built, and makes sure that there is a web app to embed.

use std::path::Path;
use std::process::Command;

fn main() {
    let commit = Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output();
    let commit = commit.ok().filter(|output| output.status.success());
    let commit = commit.map_or_else(
        || "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    println!("cargo::rustc-env=TURNOUT_COMMIT={commit}");
    println!("cargo::rerun-if-changed=../../.git/HEAD");
    println!("cargo::rerun-if-changed=../../web/dist");

    // The Rust side builds and is tested without Node; the page then says how to build the web app.
    let index = Path::new("../../web/dist/index.html");
    if !index.exists() {
        std::fs::create_dir_all("../../web/dist").expect("the folder web/ can be written to");
        std::fs::write(index, STAND_IN).expect("the folder web/dist can be written to");
    }
}

const STAND_IN: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><!--turnout-head--><!--turnout-title--><title>Turnout</title><!--/turnout-title--></head>\
<body><h1>Turnout</h1><p>The API answers under /api. This build has no web app: run <code>make build</code>.</p></body></html>\n";
