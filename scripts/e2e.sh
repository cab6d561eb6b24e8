#!/usr/bin/env bash
# The browser's journeys against a real server: scripts/e2e.sh [embedded|split] [arguments for Playwright…]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/node-env.sh

shape=${1:-embedded}
shift || true
state=$(mktemp -d)

end() {
    local status=$?
    scripts/cluster.sh stop "$state" || status=1
    [[ $status == 0 ]] || scripts/cluster.sh logs "$state"
    rm -rf "$state"
    exit "$status"
}
trap end EXIT

scripts/cluster.sh start "$state" "$shape"
TURNOUT_URL=$(scripts/cluster.sh url "$state")
export TURNOUT_URL
(cd web && npm run e2e -- "$@")
