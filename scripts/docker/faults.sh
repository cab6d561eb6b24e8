#!/usr/bin/env bash
# Kills and cuts while a crowd buys: exactly as many confirmed as there are places, and everything acknowledged is there
# afterwards. scripts/docker/faults.sh split|embedded, for what compose.sh has started.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/docker/common.sh

LOAD=target/debug/turnout-load
BUYERS=1000
PLACES=400
AFTER_ORDERS=40
RUSH_SECONDS_MAX=120
HEALED_SECONDS_MAX=60
TOLD_SECONDS_MAX=10
# Answered by ticketing, whatever it answers.
TICKETS=$WEB/api/events/evt_00000000000000000000000000/ticket-types
folder=$(mktemp -d)
cut=()

end() {
    local status=$?
    [[ ${#cut[@]} == 0 ]] || heal || true
    [[ -z ${rush:-} ]] || kill "$rush" 2>/dev/null || true
    rm -rf "$folder"
    exit "$status"
}
trap end EXIT

# under_rush NAME FAULT…: the fault comes when some have bought; whoever got no answer then asks again.
under_rush() {
    local name=$1 began=$SECONDS deadline=$((SECONDS + RUSH_SECONDS_MAX))
    shift
    printf '\n-- %s\n' "$name"
    "$LOAD" rush --url "$WEB/api" --buyers "$BUYERS" --places "$PLACES" --at-once 100 --acknowledged "$folder/orders" &
    rush=$!
    until [[ -e $folder/orders ]] && (($(wc -l <"$folder/orders") >= AFTER_ORDERS)); do
        kill -0 "$rush" 2>/dev/null && ((SECONDS < deadline)) || fail "the rush ended before the fault"
        sleep 0.01
    done
    echo "after $(wc -l <"$folder/orders") acknowledged orders"
    "$@"
    echo "mended after $(wc -l <"$folder/orders") acknowledged orders"
    wait "$rush" || fail "the rush did not end well"
    rush=
    "$LOAD" verify --url "$WEB/api" --acknowledged "$folder/orders"
    figure "$name" "$PLACES of $PLACES sold to $BUYERS, none lost, $((SECONDS - began)) s"
    rm "$folder/orders"
}

# The process dies as after a crash: the engine starts it again by itself.
crash() {
    local restarts
    restarts=$(inspect "$1" '{{.RestartCount}}')
    as_root kill -KILL "$(pid_of "$1")"
    until_true "$HEALED_SECONDS_MAX" "$1 comes back by itself" restarted "$1" "$restarts"
}

restarted() {
    (($(inspect "$1" '{{.RestartCount}}') > $2)) && [[ $(inspect "$1" '{{.State.Health.Status}}') == healthy ]]
}

# What an operator kills stays down. Those who need it say so, stay alive, and are ready again by themselves.
kill_and_start() {
    local victim=$1 dependent=$2
    docker kill "$(container "$victim")" >/dev/null
    until_true "$HEALED_SECONDS_MAX" "not ready without $victim" status_is 503 "$dependent/readyz"
    status_is 200 "$dependent/healthz" || fail "not alive without $victim"
    docker start "$(container "$victim")" >/dev/null
    until_true "$HEALED_SECONDS_MAX" "ready again with $victim" status_is 200 "$dependent/readyz"
}

network() {
    echo "${COMPOSE_PROJECT_NAME}_default"
}

# Its name is gone for the others, and theirs for it.
disconnect() {
    docker network disconnect "$(network)" "$(container "$1")"
    until_true "$HEALED_SECONDS_MAX" "others notice that $1 is gone" status_is 503 "$TICKETS"
    docker network connect --alias "$1" "$(network)" "$(container "$1")"
}

# drop A B: what A sends to B vanishes, without a word to either, until `heal`.
drop() {
    local address
    address=$(inspect "$2" "{{(index .NetworkSettings.Networks \"$(network)\").IPAddress}}")
    # In the namespace of the container, so that the machine's own firewall stays as it is.
    cut=(nsenter --target "$(pid_of "$1")" --net iptables --destination "$address" --jump DROP)
    as_root "${cut[@]}" --append OUTPUT
}

store_out_of_reach() {
    drop ticketing dynamodb
    until_true "$HEALED_SECONDS_MAX" "ticketing notices that the store does not answer" status_is 503 http://localhost:3002/readyz
    heal
}

# Whoever asks then is told so in time, on connections from before too.
service_out_of_reach() {
    local told
    drop web ticketing
    for _ in {1..3}; do
        told=$(curl --silent --max-time "$TOLD_SECONDS_MAX" --output /dev/null --write-out '%{http_code} after %{time_total} s' "$TICKETS" || true)
        echo "told $told"
        [[ $told == 503* ]] || fail "the web does not say in time that ticketing cannot be reached"
    done
    heal
}

heal() {
    as_root "${cut[@]}" --delete OUTPUT
    cut=()
}

split() {
    under_rush "SIGKILL of ticketing" crash ticketing
    under_rush "docker kill of the store" kill_and_start dynamodb http://localhost:3002
    under_rush "SIGKILL of NATS" crash nats
    under_rush "ticketing off the network" disconnect ticketing
    under_rush "ticketing's packets to the store dropped" store_out_of_reach
    under_rush "web's packets to ticketing dropped" service_out_of_reach
    docker compose run --rm --no-deps -T tables check --store dynamodb
}

embedded() {
    under_rush "SIGKILL of the one process" crash embedded
    docker compose exec -T embedded /turnout check
}

case ${1:-} in
    split | embedded) "$1" ;;
    *) fail "usage: scripts/docker/faults.sh split|embedded" ;;
esac
