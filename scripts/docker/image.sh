#!/usr/bin/env bash
# The image: scripts/docker/image.sh build|check. `build` makes it and the store's for development as `docker compose` does.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/docker/common.sh

SIZE_MAX=60000000
STOP_SECONDS_MAX=45
# What the image has, and what the engine puts into every container.
CONTENTS="data/ etc/ssl/certs/ca-certificates.crt turnout"
OF_ENGINE='(\.dockerenv|(dev|proc|sys)/.*|etc/(hosts|hostname|resolv\.conf|mtab)?|etc/ssl/(certs/)?)'

build() {
    local service began
    for service in tables dynamodb; do
        began=$SECONDS
        docker compose build "$service"
        figure "build of $service" "$((SECONDS - began)) s"
    done
}

check() {
    local name=turnout-test-image size version began port
    size=$(docker image inspect --format '{{.Size}}' turnout)
    ((size < SIZE_MAX)) || fail "the image has $size bytes, and should have less than $SIZE_MAX"
    figure "image" "$((size / 1000000)).$((size / 100000 % 10)) MB"

    version=$(docker run --rm turnout --version)
    equal "version" "turnout $(label version) (${TURNOUT_REVISION:0:12})" "$version"
    equal "revision" "$TURNOUT_REVISION" "$(label revision)"
    equal "licences" "Apache-2.0 OR MIT" "$(label licenses)"
    [[ $(label title) && $(label description) && $(label source) ]] || fail "a label is missing"
    equal "user" 65532:65532 "$(docker image inspect --format '{{.Config.User}}' turnout)"
    equal "health check" "[CMD /turnout healthcheck]" "$(docker image inspect --format '{{.Config.Healthcheck.Test}}' turnout)"

    docker rm --force "$name" >/dev/null 2>&1 || true
    docker create --name "$name" turnout >/dev/null
    equal "contents" "$CONTENTS" "$(docker export "$name" | tar --list |
        grep --invert-match --line-regexp --extended-regexp "$OF_ENGINE" | sort | paste --serial --delimiters ' ')"
    docker rm "$name" >/dev/null

    # As little as it can be given: and it serves.
    docker run --detach --name "$name" --read-only --cap-drop ALL --security-opt no-new-privileges --memory 256m --cpus 1 \
        --tmpfs /data:uid=65532,gid=65532 --publish 127.0.0.1:0:3000 turnout >/dev/null
    began=$(milliseconds)
    port=$(docker port "$name" 3000/tcp | head -n 1)
    until_true 30 "the image serves" status_is 200 "http://$port/readyz"
    figure "from start to ready, one container" "$(($(milliseconds) - began)) ms"
    until_true 30 "the engine finds it healthy" is_healthy "$name"
    locked_down "$(docker inspect --format '{{.State.Pid}}' "$name")"
    status_is 200 "http://$port/" || fail "it serves no web app"
    began=$(milliseconds)
    docker stop --time "$STOP_SECONDS_MAX" "$name" >/dev/null
    equal "exit after SIGTERM" 0 "$(docker inspect --format '{{.State.ExitCode}}' "$name")"
    figure "from SIGTERM to the end" "$(($(milliseconds) - began)) ms"
    docker rm "$name" >/dev/null
}

label() {
    docker image inspect --format "{{index .Config.Labels \"org.opencontainers.image.$1\"}}" turnout
}

is_healthy() {
    [[ $(docker inspect --format '{{.State.Health.Status}}' "$1") == healthy ]]
}

# What the kernel says of a process, whatever the engine was told.
locked_down() {
    local status=/proc/$1/status
    equal "user of the process" "65532 65532 65532 65532" "$(awk '/^Uid:/ { print $2, $3, $4, $5 }' "$status")"
    equal "capabilities" "0000000000000000 0000000000000000 0000000000000000" \
        "$(awk '/^Cap(Prm|Eff|Bnd):/ { print $2 }' "$status" | paste --serial --delimiters ' ')"
    equal "no new privileges" 1 "$(awk '/^NoNewPrivs:/ { print $2 }' "$status")"
    equal "root file system" ro "$(as_root awk '$2 == "/" { split($4, options, ","); print options[1] }' "/proc/$1/mounts")"
}

case ${1:-} in
    build | check) "$1" ;;
    *) fail "usage: scripts/docker/image.sh build|check" ;;
esac
