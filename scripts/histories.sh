#!/usr/bin/env bash
# Random clients write down what they are told, while the servers are killed and their store stumbles; then everything is
# checked against everything: nothing oversold, nobody refused while stock was free, nothing lost, nothing twice.
#
#   scripts/histories.sh [embedded|split] [SEEDS] [FIRST_SEED]     split: two ticketing processes share one store
#
# Half of the seeds run undisturbed, where stock must be back a second after a hold's end. The other half meets faults of
# the store (FAULTS per cent of its calls) and a SIGKILL of ticketing every KILL_SECONDS.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
shape=${1:-embedded}
seeds=${2:-20}
first=${3:-1}
load=${TURNOUT_LOAD_BIN:-$root/target/debug/turnout-load}
turnout=${TURNOUT_BIN:-$root/target/debug/turnout}
cluster=$root/scripts/cluster.sh
FAULTS=${FAULTS:-2}
# Where two take turns, each lives twice as long: long enough to see that the other no longer holds the lease on the sweep,
# which takes it eight seconds.
[[ $shape == split ]] && kill_seconds=8 || kill_seconds=2
KILL_SECONDS=${KILL_SECONDS:-$kill_seconds}
AT_ONCE=${AT_ONCE:-4}
GRACE_MS=1500
GRACE_DISTURBED_MS=20000
export TURNOUT_HOLD_SECONDS=1

state=
run=
end() {
    local code=$?
    [[ -z $run ]] || kill "$run" 2>/dev/null || true
    ((code == 0)) || "$cluster" logs "$state" >&2 || true
    [[ ! -e $state/env ]] || "$cluster" stop "$state" >/dev/null 2>&1 || true
    [[ -z $state ]] || rm -rf "$(dirname "$state")"
    exit "$code"
}
trap end EXIT

begin() {
    state=$(mktemp -d)/cluster
    "$cluster" start "$state" "$shape"
    victims=(turnout)
    doors=()
    if [[ $shape == split ]]; then
        "$cluster" add "$state" ticketing
        victims=(ticketing ticketing2)
    fi
    # shellcheck source=/dev/null
    . "$state/env"
    [[ $shape == embedded ]] ||
        doors=(--ticketing-url "$TURNOUT_TICKETING_URL" --ticketing-url "$TURNOUT_TICKETING2_URL")
}

finish() {
    if [[ $shape == split ]]; then
        "$turnout" check --store dynamodb
        "$cluster" stop "$state"
    else
        "$cluster" stop "$state"
        "$turnout" check --data "$state/data"
    fi
    rm -rf "$(dirname "$state")"
    state=
}

quiet=$(((seeds + 1) / 2))
echo "== $quiet undisturbed histories ($shape)"
begin
"$load" histories --url "$TURNOUT_URL/api" "${doors[@]}" --first-seed "$first" --seeds "$quiet" \
    --at-once "$AT_ONCE" --grace-ms "$GRACE_MS"
finish

echo "== $((seeds - quiet)) histories with faults and kills ($shape)"
export TURNOUT_FAULTS=$first:$FAULTS
begin
"$load" histories --url "$TURNOUT_URL/api" "${doors[@]}" --first-seed $((first + quiet)) --seeds $((seeds - quiet)) \
    --at-once "$AT_ONCE" --grace-ms "$GRACE_DISTURBED_MS" &
run=$!
kills=0
next_kill=$((SECONDS + KILL_SECONDS))
while kill -0 "$run" 2>/dev/null; do
    if ((SECONDS >= next_kill)); then
        victim=${victims[kills % ${#victims[@]}]}
        "$cluster" kill "$state" "$victim"
        "$cluster" revive "$state" "$victim"
        kills=$((kills + 1))
        next_kill=$((SECONDS + KILL_SECONDS))
    fi
    # Not a wait for anything: how often to look whether the clients are done.
    sleep 0.1
done
code=0
wait "$run" || code=$?
run=
echo "$kills kills"
((code == 0)) || exit "$code"
unset TURNOUT_FAULTS
finish
