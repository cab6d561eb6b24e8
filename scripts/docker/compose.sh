#!/usr/bin/env bash
# compose.yaml in one of its two shapes: scripts/docker/compose.sh up split|embedded, journey, down, logs.
# Expects COMPOSE_PROJECT_NAME.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/docker/common.sh

START_SECONDS_MAX=180
STOP_SECONDS_MAX=120
ROLES=(web registration ticketing engagement identity)
declare -A PORTS=([web]=3000 [registration]=3001 [ticketing]=3002 [engagement]=3003 [identity]=3004)

up() {
    local began events watch service
    events=$(mktemp)
    docker events --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" --filter event=start --filter event=die \
        --filter event=health_status --format '{{index .Actor.Attributes "com.docker.compose.service"}} {{.Action}}' >"$events" &
    watch=$!
    began=$(milliseconds)
    case ${1:-} in
        split)
            service=web
            docker compose up --detach
            ;;
        embedded)
            service=embedded
            docker compose up --detach embedded
            ;;
        *) fail "there are the shapes split and embedded" ;;
    esac
    until_true "$START_SECONDS_MAX" "$service is healthy" is_healthy "$service"
    figure "from 'up' to healthy, $1" "$(($(milliseconds) - began)) ms"
    kill "$watch"
    "check_$1" "$events"
    rm "$events"
}

check_split() {
    local role
    before "$1" "dynamodb health_status: healthy" "tables start"
    for role in "${ROLES[@]}"; do
        status_is 200 "http://localhost:${PORTS[$role]}/readyz" || fail "$role is not at port ${PORTS[$role]}"
        locked_down "$role"
        [[ $role == web ]] && continue
        before "$1" "tables die" "$role start"
        before "$1" "nats health_status: healthy" "$role start"
        before "$1" "$role health_status: healthy" "web start"
    done
    equal "exit of what makes the tables" 0 "$(inspect tables '{{.State.ExitCode}}')"
    equal "containers" "dynamodb engagement identity nats registration tables ticketing web" "$(services)"
}

check_embedded() {
    locked_down embedded
    equal "containers" embedded "$(services)"
}

# before EVENTS A B: A happened, and B later.
before() {
    local first later
    first=$(grep --line-number --max-count 1 --line-regexp "$2" "$1" | cut -d : -f 1)
    later=$(grep --line-number --max-count 1 --line-regexp "$3" "$1" | cut -d : -f 1)
    [[ $first && $later ]] && ((first < later)) || fail "'$2' should come before '$3': $(paste --serial --delimiters ';' "$1")"
    echo "$2, then $3"
}

services() {
    docker ps --all --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
        --format '{{.Label "com.docker.compose.service"}}' | sort | paste --serial --delimiters ' '
}

is_healthy() {
    [[ $(inspect "$1" '{{.State.Health.Status}}') == healthy ]]
}

locked_down() {
    local found
    found=$(inspect "$1" '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}')
    equal "$1 runs as, read-only, without" "65532:65532 true [ALL] [no-new-privileges:true]" "$found"
    equal "capabilities of $1" 0000000000000000 "$(awk '/^CapEff:/ { print $2 }' "/proc/$(pid_of "$1")/status")"
}

journey() {
    local began=$SECONDS
    # shellcheck source=scripts/node-env.sh
    . scripts/node-env.sh
    (cd web && TURNOUT_URL=$WEB npm run e2e -- "$@")
    figure "browser: ${*:-all}" "passed in $((SECONDS - began)) s"
}

# Also what an earlier run left half way.
down() {
    docker compose --profile embedded down --volumes --remove-orphans --timeout "$STOP_SECONDS_MAX"
}

logs() {
    docker compose --profile embedded logs --no-color --tail 60
}

action=${1:-}
case $action in
    up | journey | down | logs) shift && "$action" "$@" ;;
    *) fail "usage: scripts/docker/compose.sh up split|embedded, journey, down, logs" ;;
esac
