# What the scripts beside it share. To be sourced.
# shellcheck shell=bash

WEB=http://localhost:3000

# figure NAME VALUE: for the report at the end, and for whoever reads along.
figure() {
    printf '%-40s %s\n' "$1" "$2" | tee -a "${FIGURES:-/dev/null}"
}

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# equal WHAT WANTED FOUND
equal() {
    [[ $2 == "$3" ]] || fail "$1 should be '$2', and is '$3'"
    echo "$1: ${3:-none}"
}

# until_true SECONDS WHAT COMMAND…: asks again and again, for so long at most.
until_true() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || fail "not in time: $what"
        sleep 0.1
    done
}

# status_is CODE URL: longer than any answer takes, also one that says that something behind it does not answer.
status_is() {
    [[ $(curl --silent --max-time 10 --output /dev/null --write-out '%{http_code}' "$2") == "$1" ]]
}

milliseconds() {
    echo $(($(date +%s%N) / 1000000))
}

container() {
    docker ps --all --quiet --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
        --filter "label=com.docker.compose.service=$1" --filter label=com.docker.compose.oneoff=False
}

inspect() {
    docker inspect --format "$2" "$(container "$1")"
}

pid_of() {
    inspect "$1" '{{.State.Pid}}'
}

as_root() {
    if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}
