#!/usr/bin/env bash
# Starts and stops Turnout on loopback, for tests that want real processes.
#
#   scripts/cluster.sh start STATE [embedded|split|backing]    returns when every part is ready
#   scripts/cluster.sh url STATE                       where its web app and API answer
#   scripts/cluster.sh add STATE ROLE                  a second process of that role, as the part ROLE2
#   scripts/cluster.sh kill STATE PART                 SIGKILL to one part: turnout, a role, dynamodb or nats
#   scripts/cluster.sh revive STATE PART               starts that part as before: same port, same data
#   scripts/cluster.sh stop STATE                      SIGTERM to all; fails if one had crashed or would not go
#   scripts/cluster.sh logs STATE                      the end of every log
#
# embedded: one process with a database of its own. split: five roles, a DynamoDB-compatible server and NATS. backing: that
# server with its tables, and NATS; the roles are someone else's to start.
# STATE is a folder that `start` makes: `env` holds addresses and secrets, to be sourced; each part has PART.pid, .log,
# .command and .ready. Ports are whatever is free, so that clusters can run side by side.
set -euo pipefail

ROLES=(identity registration ticketing engagement web)
START_SECONDS_MAX=60
STOP_SECONDS_MAX=20

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
turnout=${TURNOUT_BIN:-$root/target/debug/turnout}
dynamodb=${DYNAMODB_BIN:-$root/target/debug/dynamodb-local}
# Debian puts it where only root's PATH looks.
nats=$(PATH=$PATH:/usr/sbin command -v nats-server || echo nats-server)

start() {
    local shape=${1:-embedded}
    [[ $shape == embedded || $shape == split || $shape == backing ]] || fail "no shape called '$shape'"
    [[ ! -e $state/env ]] || fail "$state holds a cluster already"
    mkdir -p "$state"
    "start_$shape"
    [[ $shape == backing ]] || echo "Started ($shape): $(url)"
}

start_embedded() {
    need "$turnout"
    local address
    address=$(free_address)
    echo "export TURNOUT_URL=http://$address" >"$state/env"
    launch turnout "http://$address/readyz" "$turnout" serve --data "$state/data" --listen "$address"
    wait_until_ready turnout
}

start_backing() {
    need "$turnout" "$dynamodb" "$nats"
    local dynamodb_address nats_address
    dynamodb_address=$(free_address)
    nats_address=$(free_address)
    {
        printf 'export %s\n' AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=eu-central-1 \
            "TURNOUT_PEER_SECRET=$(od -An -tx1 -N32 /dev/urandom | tr -d ' \n')" \
            "TURNOUT_DYNAMODB_ENDPOINT=http://$dynamodb_address" "TURNOUT_NATS_URL=nats://$nats_address"
    } >"$state/env"
    # shellcheck source=/dev/null
    . "$state/env"

    launch dynamodb "$dynamodb_address" "$dynamodb" --listen "$dynamodb_address" --data "$state/dynamodb.db"
    launch nats "$nats_address" "$nats" -js -a "${nats_address%:*}" -p "${nats_address#*:}" -sd "$state/nats"
    wait_until_ready dynamodb nats
    "$turnout" tables create >"$state/tables.log" 2>&1 || fail "'turnout tables create' failed"
}

start_split() {
    local role role_url
    start_backing
    {
        for role in "${ROLES[@]}"; do
            echo "export TURNOUT_${role^^}_URL=http://$(free_address)"
        done
        echo "export TURNOUT_URL=\$TURNOUT_WEB_URL"
    } >>"$state/env"
    # shellcheck source=/dev/null
    . "$state/env"
    for role in "${ROLES[@]}"; do
        role_url=TURNOUT_${role^^}_URL
        launch "$role" "${!role_url}/readyz" \
            "$turnout" serve --role "$role" --listen "${!role_url#http://}" --store dynamodb --bus nats
    done
    wait_until_ready "${ROLES[@]}"
}

add() {
    local address
    address=$(free_address)
    echo "export TURNOUT_${1^^}2_URL=http://$address" >>"$state/env"
    launch "${1}2" "http://$address/readyz" \
        "$turnout" serve --role "$1" --listen "$address" --store dynamodb --bus nats
    wait_until_ready "${1}2"
}

url() {
    # shellcheck source=/dev/null
    (. "$state/env" && echo "$TURNOUT_URL")
}

# launch PART READY COMMAND…: READY is a URL that must answer 2xx, or a HOST:PORT that must accept a connection.
launch() {
    local part=$1 ready=$2
    shift 2
    printf '%q ' "$@" >"$state/$part.command"
    echo "$ready" >"$state/$part.ready"
    run "$part"
}

run() {
    # setsid: neither ^C nor the end of this script takes it along.
    # shellcheck source=/dev/null
    (. "$state/env" && eval "exec setsid $(cat "$state/$1.command")") >>"$state/$1.log" 2>&1 </dev/null &
    echo $! >"$state/$1.pid"
}

wait_until_ready() {
    local part deadline=$((SECONDS + START_SECONDS_MAX))
    for part in "$@"; do
        until is_ready "$(cat "$state/$part.ready")"; do
            is_alive "$part" || fail "$part ended while starting"
            ((SECONDS < deadline)) || fail "$part was not ready after $START_SECONDS_MAX s"
            sleep 0.1
        done
    done
}

is_ready() {
    case $1 in
        http*) curl --silent --fail --noproxy '*' --output /dev/null --max-time 2 "$1" ;;
        *) (exec 3<>"/dev/tcp/${1%:*}/${1#*:}") 2>/dev/null ;;
    esac
}

# A process that nobody waited for is still listed, as a zombie. Until its last thread is gone it may hold ports and files.
is_alive() {
    local pid process_state
    pid=$(cat "$state/$1.pid")
    process_state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$pid/status" 2>/dev/null) || return 1
    [[ -n $process_state ]] || return 1
    [[ $process_state != Z* ]] || (($(ls "/proc/$pid/task" 2>/dev/null | wc -l) > 1))
}

kill_part() {
    kill -KILL "$(cat "$state/$1.pid")"
    wait_until_gone "$1" || fail "$1 survived SIGKILL"
    rm "$state/$1.pid"
}

revive() {
    [[ ! -e $state/$1.pid ]] || fail "$1 was not killed"
    run "$1"
    wait_until_ready "$1"
}

stop() {
    local failed=0 file part
    # The roles go first, so that they can still finish what needs the store and the bus.
    for part in turnout web engagement ticketing ticketing2 registration identity nats dynamodb; do
        file=$state/$part.pid
        [[ -e $file ]] || continue
        if ! is_alive "$part"; then
            echo "cluster: $part had ended by itself" >&2
            failed=1
        else
            kill -TERM "$(cat "$file")"
            if ! wait_until_gone "$part"; then
                echo "cluster: $part did not stop within $STOP_SECONDS_MAX s of SIGTERM" >&2
                kill -KILL "$(cat "$file")"
                failed=1
            fi
        fi
        rm "$file"
    done
    rm -f "$state/env"
    return "$failed"
}

wait_until_gone() {
    local deadline=$((SECONDS + STOP_SECONDS_MAX))
    while is_alive "$1"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

logs() {
    local log
    for log in "$state"/*.log; do
        [[ -s $log ]] || continue
        echo "---- ${log##*/} (its last 60 lines)"
        tail -n 60 "$log"
    done
}

# Below the range from which the system takes ports for outgoing connections.
free_address() {
    local address
    for _ in {1..100}; do
        address=127.0.0.1:$((20000 + RANDOM % 12000))
        if ! is_ready "$address" && ! grep -qsx "$address" "$state/addresses"; then
            echo "$address" | tee -a "$state/addresses"
            return
        fi
    done
    fail "no free port"
}

need() {
    local binary
    for binary in "$@"; do
        [[ -x $binary ]] || fail "$binary is missing; 'make build' makes ours, 'scripts/setup.sh test' fetches nats-server"
    done
}

fail() {
    echo "cluster: $*" >&2
    exit 1
}

[[ $# -ge 2 ]] || fail "usage: scripts/cluster.sh start|url|kill|revive|stop|logs STATE [SHAPE|PART]"
action=$1
state=$2
shift 2
case $action in
    start | add | url | revive | stop | logs) "$action" "$@" ;;
    kill) kill_part "$@" ;;
    *) fail "no action called '$action'" ;;
esac
