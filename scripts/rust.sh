#!/usr/bin/env bash
# The Rust side's steps: scripts/rust.sh build|test|build-conformance|conformance|format|lint|locked.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
    build)
        # With the tests' own features, so that the tests and the binaries for the browser come out of one compilation.
        cargo build --workspace --all-features --all-targets
        ;;
    test)
        if cargo nextest --version >/dev/null 2>&1; then
            cargo nextest run --workspace --all-features --no-fail-fast
            # nextest leaves out the examples in the documentation.
            cargo test --workspace --all-features --doc --quiet
        else
            cargo test --workspace --all-features --no-fail-fast
        fi
        ;;
    build-conformance | conformance)
        # A lock file of its own (docs/decisions/0003); the same target folder, to share what is equal.
        conformance=(--manifest-path tests/dynamo-conformance/Cargo.toml --target-dir target)
        cargo build "${conformance[@]}" --all-targets
        [[ $1 == build-conformance ]] || cargo test "${conformance[@]}"
        ;;
    format)
        cargo fmt --all --check
        cargo fmt --manifest-path tests/dynamo-conformance/Cargo.toml --check
        ;;
    lint)
        cargo clippy --workspace --all-features --all-targets -- --deny warnings
        cargo clippy --manifest-path tests/dynamo-conformance/Cargo.toml --target-dir target --all-targets -- --deny warnings
        ;;
    locked)
        for manifest in Cargo.toml tests/dynamo-conformance/Cargo.toml; do
            cargo metadata --locked --format-version 1 --manifest-path "$manifest" >/dev/null
        done
        ;;
    *)
        echo "usage: scripts/rust.sh build|test|build-conformance|conformance|format|lint|locked" >&2
        exit 2
        ;;
esac
