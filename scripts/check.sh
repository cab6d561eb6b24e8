#!/usr/bin/env bash
# All that can be told without running the system: what `make check` runs.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/phases.sh

phase "Setup" scripts/setup.sh build npm
phase "Formatting" scripts/rust.sh format
phase "Tidy" cargo xtask tidy
phase "Lock files" scripts/rust.sh locked
phase "Clippy" scripts/rust.sh lint
phase "Web: types, lints, translations" scripts/web.sh install check
phase "Generated files" scripts/generate.sh --check
if command -v cargo-deny >/dev/null; then
    phase "Bans" cargo deny --all-features check bans
fi
