# Puts Node 24 and the npm that reads our lock file first in PATH. To be sourced: . scripts/node-env.sh
#
# Debian's Node is too old for Vitest and orval, but npm can fetch a newer one as a package. npm is pinned as well: later
# ones refuse a lock file that lacks the platform packages of other systems.
# shellcheck shell=bash

NODE_WANTED=24.21.0
NODE_AT_LEAST=22.22
NPM_WANTED=10.9.4

_node_env() {
    local root tools packages arch
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
    tools=$root/.tools/node/node_modules/.bin

    packages=("npm@$NPM_WANTED")
    if ! _node_is_new_enough; then
        arch=$(uname -m | sed 's/x86_64/x64/;s/aarch64/arm64/')
        packages+=("node-linux-$arch@$NODE_WANTED")
    fi

    if [[ "$(cat "$root/.tools/node/installed" 2>/dev/null)" != "${packages[*]}" ]]; then
        command -v npm >/dev/null || "$root/scripts/setup.sh" npm || return 1
        echo "Installing ${packages[*]} in .tools/node"
        # One command for both: npm removes what the last one did not name.
        npm install --prefix "$root/.tools/node" --no-save --no-audit --no-fund --loglevel=error "${packages[@]}" || {
            echo "Could not install ${packages[*]} with npm: is the registry reachable?" >&2
            return 1
        }
        echo "${packages[*]}" >"$root/.tools/node/installed"
    fi
    export PATH="$tools:$PATH"
}

# True when the system's own node will do. Ours does not count, so that sourcing twice asks for the same packages.
_node_is_new_enough() {
    local node
    node=$(type -ap node | grep -v '/\.tools/node/' | head -n 1) && [[ -n $node ]] || return 1
    "$node" -e "
        const [have, want] = [process.versions.node, '$NODE_AT_LEAST'].map(v => v.split('.').map(Number))
        process.exit(have[0] > want[0] || (have[0] === want[0] && have[1] >= want[1]) ? 0 : 1)"
}

_node_env
