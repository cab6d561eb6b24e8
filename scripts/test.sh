#!/usr/bin/env bash
# All tests: what `make test` runs. Nothing here needs root once scripts/setup.sh has found what it looks for.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/phases.sh

phase "Setup" scripts/setup.sh build npm test deploy
# Fetching packages waits for the network and Rust for the processor, so they go side by side.
background "Web: install, unit tests, build; tools for deployment" \
    "$BASH" -c 'scripts/web.sh install test build && deploy/tests/tools.sh .tools/deploy'
phase "Rust: build" scripts/rust.sh build
phase "Rust: tests" scripts/rust.sh test
phase "Store: ten kills" scripts/crash.sh kill 10
phase "Store: a power cut at twenty moments" scripts/crash.sh power-loss 20
phase "DynamoDB: conformance" scripts/rust.sh conformance
finish_background
# The server takes the web app in when it is built, which the background has only just done.
phase "Server with the web app" scripts/rust.sh build
phase "Deployment: manifests, templates, stacks on an emulator" scripts/check-deploy.sh
phase "Rush and SIGKILL: one process" scripts/rush.sh embedded
phase "Rush and SIGKILL: two ticketing processes" scripts/rush.sh split
phase "Histories: one process" scripts/histories.sh embedded 12
phase "Histories: two ticketing processes" scripts/histories.sh split 8
phase "Stripe: bought, killed in between, refunded" scripts/stripe.sh
phase "API: a fuzzing client" scripts/fuzz.sh embedded 3
phase "Cluster: two processes of every role" scripts/test-cluster.sh short
phase "Browser: one process" scripts/e2e.sh embedded
phase "Browser: five roles, DynamoDB, NATS" scripts/e2e.sh split
