#!/usr/bin/env bash
# A container engine from Debian's packages, for a machine that has none: apart from any other by its own socket and data,
# and gone without a trace afterwards. Needs root.
#
#   scripts/docker/engine.sh start STATE    returns when it answers; STATE/env, to be sourced, lets `docker` and
#                                           `docker compose` speak with it
#   scripts/docker/engine.sh stop STATE     ends it, and puts the firewall back as it was; images and caches stay in STATE
set -euo pipefail

START_SECONDS_MAX=60
STOP_SECONDS_MAX=60
FORWARDING=net.ipv4.ip_forward

start() {
    [[ $(id -u) == 0 ]] || fail "an engine needs root"
    ! is_running || fail "it runs already; '$0 stop $state' stops it"
    mkdir -p "$state"
    # It forbids forwarding, adds rules and leaves them behind. What a run left that was killed is not how it was.
    if [[ ! -e $state/iptables ]]; then
        sysctl --values "$FORWARDING" >"$state/forwarding"
        iptables-save >"$state/iptables"
    fi
    write_environment
    setsid dockerd --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/pid" --host "unix://$state/socket" \
        >"$state/log" 2>&1 </dev/null &
    # shellcheck source=/dev/null
    . "$state/env"
    local deadline=$((SECONDS + START_SECONDS_MAX))
    until docker info >/dev/null 2>&1; do
        ((SECONDS < deadline)) && kill -0 $! 2>/dev/null || {
            tail -n 20 "$state/log" >&2
            stop
            fail "the engine did not start; the lines above are its own"
        }
        sleep 0.2
    done
    docker version --format 'Docker {{.Server.Version}}'
}

# Debian's client knows BuildKit, another one found first may not. Its Compose is version 1, a command of its own.
write_environment() {
    mkdir -p "$state/bin" "$state/config/cli-plugins"
    ln -sf /usr/bin/docker "$state/bin/docker"
    cat >"$state/config/cli-plugins/docker-compose" <<'PLUGIN'
#!/bin/sh
[ "$1" = docker-cli-plugin-metadata ] && exec echo '{"SchemaVersion": "0.1.0", "Vendor": "Debian", "Version": "1"}'
shift
exec /usr/bin/docker-compose "$@"
PLUGIN
    chmod +x "$state/config/cli-plugins/docker-compose"
    {
        printf 'export PATH=%q:$PATH\n' "$state/bin"
        printf 'export DOCKER_HOST=%q DOCKER_CONFIG=%q DOCKER_BUILDKIT=1 COMPOSE_DOCKER_CLI_BUILD=1\n' "unix://$state/socket" "$state/config"
    } >"$state/env"
}

stop() {
    local pid deadline=$((SECONDS + STOP_SECONDS_MAX))
    if is_running; then
        pid=$(cat "$state/pid")
        end_containers
        kill -TERM "$pid"
        while kill -0 "$pid" 2>/dev/null; do
            ((SECONDS < deadline)) || { kill -KILL "$pid"; echo "engine: it did not stop by itself" >&2; break; }
            sleep 0.1
        done
    fi
    [[ -e $state/iptables ]] || return 0
    restore_network
    rm -f "$state/iptables" "$state/forwarding" "$state/env" "$state/pid" "$state/socket"
}

end_containers() {
    local containers networks
    # shellcheck source=/dev/null
    . "$state/env"
    mapfile -t containers < <(docker ps --all --quiet)
    [[ ${#containers[@]} == 0 ]] || docker rm --force --volumes "${containers[@]}" >/dev/null
    mapfile -t networks < <(docker network ls --quiet --filter type=custom)
    [[ ${#networks[@]} == 0 ]] || docker network rm "${networks[@]}" >/dev/null
}

restore_network() {
    local table chain
    for table in filter nat; do
        iptables --table "$table" --flush
        iptables --table "$table" --delete-chain
        for chain in INPUT FORWARD OUTPUT; do
            [[ $table == nat && $chain == FORWARD ]] || iptables --table "$table" --policy "$chain" ACCEPT
        done
    done
    iptables-restore <"$state/iptables"
    sysctl --quiet --write "$FORWARDING=$(cat "$state/forwarding")"
    ip link delete docker0 2>/dev/null || true
}

is_running() {
    # The number may be another process's by now.
    [[ -e $state/pid && $(cat "/proc/$(cat "$state/pid")/comm" 2>/dev/null) == dockerd ]]
}

fail() {
    echo "engine: $*" >&2
    exit 1
}

[[ $# == 2 && $1 =~ ^(start|stop)$ ]] || fail "usage: scripts/docker/engine.sh start|stop STATE"
state=$(mkdir -p "$2" && cd "$2" && pwd)
# The system takes no longer names for sockets, and the engine makes some below its own folder.
((${#state} <= 60)) || fail "$state is too long a name; give TURNOUT_ENGINE a shorter one"
"$1"
