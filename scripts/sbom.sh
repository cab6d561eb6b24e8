#!/usr/bin/env bash
# Writes what the image is made of as CycloneDX: scripts/sbom.sh FOLDER makes turnout.cdx.json (the program and every crate in
# it) and turnout-web.cdx.json (the web app and every package in it).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/node-env.sh

CARGO_CYCLONEDX_WANTED=0.5.9
TARGET=x86_64-unknown-linux-gnu

[[ $# == 1 ]] || { echo "usage: scripts/sbom.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
if [[ "$(cargo cyclonedx --version 2>/dev/null)" != *" $CARGO_CYCLONEDX_WANTED" ]]; then
    export PATH=$PWD/.tools/cargo/bin:$PATH
    cargo install --quiet --locked --root .tools/cargo --version "$CARGO_CYCLONEDX_WANTED" cargo-cyclonedx
fi
# As the Dockerfile builds it. The tool writes one list for every crate of the workspace, beside each manifest.
cargo cyclonedx --quiet --format json --spec-version 1.5 --manifest-path crates/turnout-server/Cargo.toml --features dynamodb,nats \
    --target "$TARGET" --override-filename turnout.cdx
mv crates/turnout-server/turnout.cdx.json "$folder/turnout.cdx.json"
find crates xtask -name turnout.cdx.json -delete
(cd web && npm sbom --package-lock-only --omit dev --sbom-format cyclonedx --sbom-type application) >"$folder/turnout-web.cdx.json"
for list in turnout turnout-web; do
    echo "$list: $(grep --count '"purl"' "$folder/$list.cdx.json") components"
done
