#!/usr/bin/env bash
# What others made and we use: licences, sources, known weaknesses. What `make audit` runs; it asks the registries, which
# `make check` does not. deny.toml and web/audit-allow.json say what is allowed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/phases.sh

CARGO_DENY_WANTED=0.20.2

phase "Setup" scripts/setup.sh build npm
if [[ "$(cargo deny --version 2>/dev/null)" != "cargo-deny $CARGO_DENY_WANTED" ]]; then
    export PATH=$PWD/.tools/cargo/bin:$PATH
    phase "cargo-deny" cargo install --quiet --locked --root .tools/cargo --version "$CARGO_DENY_WANTED" cargo-deny
fi
phase "Rust: bans, licences, sources, advisories" cargo deny --all-features check
phase "DynamoDB server for tests: licences, sources, advisories" \
    cargo deny --manifest-path tests/dynamo-conformance/Cargo.toml --all-features check --config deny.toml licenses sources advisories
phase "Web: advisories" scripts/web.sh audit
