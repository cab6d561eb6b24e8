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

# Not dist/index.html: the server's build may put a stand-in there.
BUILT=node_modules/.built

build() {
    npm run build
    touch "$BUILT"
}

build-if-older() {
    if [[ ! -e dist/index.html || ! -e $BUILT ]] || is_older_than_sources "$BUILT"; then
        install
        build
    fi
}

is_older_than_sources() {
    local newer
    newer=$(find . \( -name node_modules -o -name dist -o -name e2e -o -name mocks \
        -o -name coverage -o -name test-results -o -name playwright-report \) -prune -o -path './src/locales/*.ts' -prune \
        -o -type f -newer "$1" -print -quit)
    [[ -n $newer ]]
}

for step in "$@"; do
    case $step in
        install | build | build-if-older) "$step" ;;
        *) npm run "$step" ;;
    esac
done
