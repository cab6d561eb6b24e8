#!/usr/bin/env bash
# Installs the tools of the checks into a folder, unless they are there: deploy/tests/tools.sh FOLDER
set -euo pipefail

requirements=$(dirname "$0")/requirements.txt
cmp --silent "$requirements" "$1/requirements.txt" && exit 0
python3 -c 'import ensurepip' 2>/dev/null || { echo "tools: this Python makes no environments; 'scripts/setup.sh deploy' mends it" >&2; exit 1; }
rm -rf "$1"
python3 -m venv "$1"
"$1/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
# Last, so that half an installation is not taken for one.
cp "$requirements" "$1/requirements.txt"
