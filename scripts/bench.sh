#!/usr/bin/env bash
# Measures the store, DynamoDB's write units and sales over HTTP; docs/benchmarks.md says what each figure means.
#
#   scripts/bench.sh [store] [units] [http] [report]     all of them, unless some are named
#
# QUICK=1 measures less, to see that everything works. Takes the first two processors: servers and the store run on one,
# the load on the other. Every figure ends up in target/bench/summary.json.
set -euo pipefail
cd "$(dirname "$0")/.."

quick=${QUICK:-0}
target=${CARGO_TARGET_DIR:-target}
bench=target/bench
load=$target/release/turnout-load
parts=("$@")
((${#parts[@]})) || parts=(store units http report)
mkdir -p "$bench"

heading() {
    echo
    echo "== $1 (load average $(cut -d ' ' -f 1-3 /proc/loadavg))"
}

build() {
    heading "Building"
    cargo build --release --package turnout-server --package turnout-load
}

# On one processor, submitters and all: that is the machine that the target is about.
store() {
    cargo bench --no-run --package turnout-store-sqlite --bench store
    heading "The store"
    TURNOUT_BENCH_QUICK=$quick TURNOUT_BENCH_FOLDER=$PWD/$bench/store TURNOUT_BENCH_SUMMARY=$PWD/$bench/store.json \
        taskset -c 0 cargo bench --quiet --package turnout-store-sqlite --bench store
}

# Write units are counted, not timed, so the quick build will do. Without NATS there is no cluster to ask.
units() {
    if ! PATH=$PATH:/usr/sbin command -v nats-server >/dev/null; then
        echo "nats-server is missing ('scripts/setup.sh test' fetches it): no write units" >&2
        return
    fi
    cargo build --package turnout-server --all-features
    scripts/rust.sh build-conformance
    heading "Write units of DynamoDB"
    local state
    state=$(mktemp -d)/cluster
    TURNOUT_BIN=$PWD/$target/debug/turnout DYNAMODB_BIN=$PWD/target/debug/dynamodb-local \
        scripts/cluster.sh start "$state" split
    local failed=0
    # shellcheck source=/dev/null
    (
        . "$state/env"
        "$load" units --url "$TURNOUT_URL/api" --ticketing-url "$TURNOUT_TICKETING_URL" --summary "$bench/units.json"
    ) || failed=1
    scripts/cluster.sh stop "$state" || true
    rm -rf "$(dirname "$state")"
    return "$failed"
}

http() {
    heading "Sales over HTTP"
    local less=()
    [[ $quick == 0 ]] || less=(--seconds 1 --sold-many 60000)
    rm -rf "$bench/http"
    taskset -c 1 "$load" http measure --turnout "$target/release/turnout" --folder "$bench/http" \
        --summary "$bench/http.json" "${less[@]}"
}

report() {
    local files=()
    for part in store units http; do
        [[ ! -e $bench/$part.json ]] || files+=("$bench/$part.json")
    done
    "$load" report "${files[@]}" --summary "$bench/summary.json"
}

build
for part in "${parts[@]}"; do
    case $part in
        store | units | http) rm -f "$bench/$part.json" && "$part" ;;
        report) report ;;
        *)
            echo "usage: scripts/bench.sh [store] [units] [http] [report]" >&2
            exit 2
            ;;
    esac
done
