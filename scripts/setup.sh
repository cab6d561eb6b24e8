#!/usr/bin/env bash
# Installs what a set of tasks needs from Debian's packages, and nothing that is there already.
#
#   scripts/setup.sh SET…        sets: build (compile Rust), npm, test (browser, NATS, sqlite3), deploy (checks of what ships
#                                it), engine (containers)
set -euo pipefail

packages_of() {
    case $1 in
        build) echo gcc git libc6-dev make pkg-config ;;
        npm) echo npm ;;
        # Chromium alone draws empty boxes: Liberation has the Latin letters, Noto the emoji and East Asian ones.
        test) echo chromium curl fonts-liberation fonts-noto-cjk fonts-noto-color-emoji nats-server sqlite3 ;;
        # Debian's Python makes no environments without it.
        deploy) echo python3 python3-venv ;;
        engine) echo ca-certificates debootstrap docker-compose docker.io iptables iproute2 python3-pip util-linux ;;
        *) fail "no set called '$1'; there are build, npm, test, deploy and engine" ;;
    esac
}

fail() {
    echo "setup: $*" >&2
    exit 1
}

is_installed() {
    # npm is often there without its Debian package.
    if [[ $1 == npm ]] && command -v npm >/dev/null; then return; fi
    # The browser that the tests are told to take: Ubuntu has none in its packages.
    if [[ $1 == chromium && -x ${CHROMIUM:-} ]]; then return; fi
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

apt_install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "$1" >>"$log" 2>&1
}

[[ $# -gt 0 ]] || fail "name at least one set: build, npm, test, deploy, engine"
wanted=()
for set in "$@"; do
    names=$(packages_of "$set")
    read -ra names <<<"$names"
    wanted+=("${names[@]}")
done

if [[ " $* " == *" build "* ]] && ! command -v cargo >/dev/null; then
    fail "cargo is not in PATH; install Rust from https://rustup.rs"
fi
if ! command -v apt-get >/dev/null; then
    echo "setup: no apt-get here; please see to it yourself that there are: ${wanted[*]}"
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    is_installed "$package" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || fail "packages are missing (${missing[*]}); run this as root, or install sudo"
    as_root=(sudo)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
updated=no
for package in "${missing[@]}"; do
    echo "Installing $package"
    apt_install "$package" && continue
    # The lists may be missing or old: fetch them once and try again.
    if [[ $updated == no ]] && "${as_root[@]}" apt-get update --quiet >>"$log" 2>&1; then
        updated=yes
        apt_install "$package" && continue
    fi
    tail -n 20 "$log" >&2
    fail "could not install $package; the lines above are apt's own"
done
