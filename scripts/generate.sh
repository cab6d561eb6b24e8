#!/usr/bin/env bash
# Writes what is generated and committed: the API document from the handlers, the web app's client from that document.
# With --check it fails if that changed anything.
set -euo pipefail
cd "$(dirname "$0")/.."

GENERATED=(openapi web/src/api/generated web/src/locales)

sums() {
    git ls-files -z --cached --others --exclude-standard -- "${GENERATED[@]}" | sort -zu |
        xargs -0 --no-run-if-empty sha256sum 2>/dev/null || true
}

before=$(sums)
# Only what prints the document: whoever changed a handler should not wait for every test to be built.
cargo build --package turnout-server --all-features
document=$(mktemp)
trap 'rm -f "$document"' EXIT
# Not straight into the file: a failure would leave it empty.
target/debug/turnout openapi >"$document"
mkdir -p openapi
cp "$document" openapi/turnout.json
scripts/web.sh install generate

# Compared with the files as they were and not with the last commit, so that it also holds between two commits.
if [[ ${1:-} == --check && $(sums) != "$before" ]]; then
    echo "These were out of date; commit them as they are now:" >&2
    diff <(echo "$before") <(sums) | sed -n 's/^> [0-9a-f]*  /  /p' >&2
    exit 1
fi
