#!/usr/bin/env bash
# The workflows: their schema, and what zizmor knows of attacks on them. It asks nobody: no network is needed.
set -euo pipefail
cd "$(dirname "$0")/../.."

check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
zizmor --offline --no-progress --quiet .github/workflows
