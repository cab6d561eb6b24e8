#!/usr/bin/env bash
# The web app's own steps: scripts/web.sh install|test|build|check|generate…, in the order given. `build-if-older` builds
# only when a source is newer than what was built.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/node-env.sh
cd web

install() {
    # npm ci begins by deleting what is there, so it runs only for another lock file than the last time.
    local stamp=node_modules/.installed-from
    sha256sum --check --status "$stamp" 2>/dev/null && return
    npm ci --no-audit --no-fund --loglevel=error
    sha256sum package-lock.json >"$stamp"
}

build-if-older() {
    if [[ ! -e dist/index.html ]] || is_older_than_sources dist/index.html; then
        install
        npm run build
    fi
}

is_older_than_sources() {
    local newer
    newer=$(find . \( -name node_modules -o -name dist -o -name e2e -o -name mocks -o -name coverage -o -name test-results \) -prune \
        -o -path './src/locales/*.ts' -prune -o -type f -newer "$1" -print -quit)
    [[ -n $newer ]]
}

for step in "$@"; do
    case $step in
        install | build-if-older) "$step" ;;
        *) npm run "$step" ;;
    esac
done
