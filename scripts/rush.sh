#!/usr/bin/env bash
# A crowd buys few places over HTTP, then again with a SIGKILL in the middle: exactly as many confirmed as there are
# places, everyone told the truth, and everything acknowledged is there afterwards.
#
#   scripts/rush.sh [embedded|split]     split: two ticketing processes share one store
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
shape=${1:-embedded}
load=${TURNOUT_LOAD_BIN:-$root/target/debug/turnout-load}
turnout=${TURNOUT_BIN:-$root/target/debug/turnout}
cluster=$root/scripts/cluster.sh
state=$(mktemp -d)/cluster
KILL_AFTER_ORDERS=40
RUSH_SECONDS_MAX=120

end() {
    local code=$?
    ((code == 0)) || "$cluster" logs "$state" >&2 || true
    [[ ! -e $state/env ]] || "$cluster" stop "$state" >/dev/null 2>&1 || true
    rm -rf "$(dirname "$state")"
    exit "$code"
}
trap end EXIT

"$cluster" start "$state" "$shape"
victim=turnout
doors=()
if [[ $shape == split ]]; then
    "$cluster" add "$state" ticketing
    victim=ticketing
fi
# shellcheck source=/dev/null
. "$state/env"
[[ $shape == embedded ]] || doors=(--ticketing-url "$TURNOUT_TICKETING_URL" --ticketing-url "$TURNOUT_TICKETING2_URL")

echo "== 200 buyers, 50 places"
"$load" rush --url "$TURNOUT_URL/api" "${doors[@]}" --buyers 200 --places 50 --acknowledged "$state/rush"
"$load" verify --url "$TURNOUT_URL/api" --acknowledged "$state/rush"

echo "== 1,000 buyers, 400 places, SIGKILL of $victim in the middle"
"$load" rush --url "$TURNOUT_URL/api" "${doors[@]}" --buyers 1000 --places 400 --at-once 100 \
    --acknowledged "$state/crash" &
rush=$!
deadline=$((SECONDS + RUSH_SECONDS_MAX))
until [[ -e $state/crash ]] && (($(wc -l <"$state/crash") >= KILL_AFTER_ORDERS)); do
    kill -0 "$rush" 2>/dev/null && ((SECONDS < deadline)) || { echo "the rush ended before the kill" >&2; exit 1; }
    sleep 0.01
done
"$cluster" kill "$state" "$victim"
echo "killed after $(wc -l <"$state/crash") acknowledged orders"
"$cluster" revive "$state" "$victim"
wait "$rush"
"$load" verify --url "$TURNOUT_URL/api" --acknowledged "$state/crash"

if [[ $shape == split ]]; then
    "$turnout" check --store dynamodb
    "$cluster" stop "$state"
else
    "$cluster" stop "$state"
    "$turnout" check --data "$state/data"
fi
