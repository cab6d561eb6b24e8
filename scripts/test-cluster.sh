#!/usr/bin/env bash
# Two processes of every role on one store, with NATS, under load: each is killed, frozen and restarted in turn. Nothing is
# oversold, lost or done twice, one retry mends every failed request, and work in the background is idle for 10 s at most.
#
#   scripts/test-cluster.sh [short]     short: a minute, with the faults that move most
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
length=${1:-full}
load=${TURNOUT_LOAD_BIN:-$root/target/debug/turnout-load}
turnout=${TURNOUT_BIN:-$root/target/debug/turnout}
cluster=$root/scripts/cluster.sh
state=$(mktemp -d)/cluster
SECONDS_MAX=600
[[ $length != short ]] || SECONDS_MAX=300

end() {
    local code=$?
    if ((code != 0)); then
        for log in "$state"/roles/*.log "$state"/*.log; do
            [[ ! -s $log ]] || { echo "---- ${log##*/} (its last 25 lines)"; tail -n 25 "$log"; } >&2
        done
    fi
    [[ ! -e $state/env ]] || "$cluster" stop "$state" >/dev/null 2>&1 || true
    [[ -n ${KEEP_STATE:-} ]] && echo "kept $state" || rm -rf "$(dirname "$state")"
    exit "$code"
}
trap end EXIT

"$cluster" start "$state" backing
# shellcheck source=/dev/null
. "$state/env"
options=(--turnout "$turnout" --logs "$state/roles")
[[ $length != short ]] || options+=(--short)
timeout "$SECONDS_MAX" "$load" cluster "${options[@]}"
"$turnout" check --store dynamodb
"$cluster" stop "$state"
