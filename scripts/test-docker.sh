#!/usr/bin/env bash
# The image and compose.yaml with a real engine: what `make test-docker` runs.
#
#   scripts/test-docker.sh           with the engine that `docker` speaks with
#   scripts/test-docker.sh debian    with one from Debian's packages, which is started for this and ended after it; where no
#                                    registry of images answers, with stand-ins for the base images
#
# Takes the ports 3000 to 3004 of this machine. Needs root, or sudo: it looks at processes in containers, kills some and cuts
# some off. Images and caches stay; those of Debian's engine are in .tools/docker.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/phases.sh

engine=${1:-running}
STATE=${TURNOUT_ENGINE:-$PWD/.tools/docker}
export COMPOSE_PROJECT_NAME=turnout-test
FIGURES=$(mktemp)
TURNOUT_REVISION=${TURNOUT_REVISION:-$(git rev-parse HEAD)}
export FIGURES TURNOUT_REVISION
PORTS=(3000 3001 3002 3003 3004)

end() {
    local status=$?
    trap - EXIT
    if [[ -n ${started:-} ]]; then
        ((status == 0)) || scripts/docker/compose.sh logs || true
        scripts/docker/compose.sh down || status=1
        [[ $engine != debian ]] || scripts/docker/engine.sh stop "$STATE" || status=1
    fi
    printf '\n== Figures\n'
    cat "$FIGURES"
    rm -f "$FIGURES"
    _sum_up "$status"
    exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "test-docker: $*" >&2
    exit 1
}

[[ $engine == running || $engine == debian ]] || fail "no engine called '$engine'; there is 'debian', or none for the one that runs"
for port in "${PORTS[@]}"; do
    ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || fail "something listens at 127.0.0.1:$port, which compose.yaml publishes"
done

sets=(build npm test)
if [[ $engine == debian ]]; then
    sets+=(engine)
elif ! docker info >/dev/null 2>&1; then
    fail "no engine answers: start one, or let 'scripts/test-docker.sh debian' (make test-docker ENGINE=debian) install and start Debian's"
fi
phase "Setup" scripts/setup.sh "${sets[@]}"
started=yes
if [[ $engine == debian ]]; then
    phase "Engine" scripts/docker/engine.sh start "$STATE"
    # shellcheck source=/dev/null
    . "$STATE/env"
    # Only here: an engine that somebody uses is no place for images that are not what their names say.
    if ! timeout 120 docker pull --quiet "$(sed -n 's/^FROM \(debian:[^ ]*\).*/\1/p' Dockerfile)" >/dev/null 2>&1; then
        echo "No registry of images answers, so stand-ins for the base images are made here."
        phase "Base images" scripts/docker/base-images.sh
    fi
fi
phase "Load generator" cargo build --quiet --package turnout-load
phase "Browser's packages" scripts/web.sh install
phase "Images: build" scripts/docker/image.sh build
phase "Image: size, user, root, labels, what is in it" scripts/docker/image.sh check
phase "Five roles: start, ordered by health" scripts/docker/compose.sh up split
phase "Five roles: the browser's journey" scripts/docker/compose.sh journey journey.spec.ts
phase "Five roles: kills and cuts under load" scripts/docker/faults.sh split
phase "Five roles: end" scripts/docker/compose.sh down
phase "One container: start" scripts/docker/compose.sh up embedded
phase "One container: the browser's journey" scripts/docker/compose.sh journey journey.spec.ts --project desktop
phase "One container: kills under load" scripts/docker/faults.sh embedded
