#!/usr/bin/env bash
# Sells through Stripe end to end, against localstripe, a stand-in server from PyPI: webhooks, a server that is killed
# between the charge and its confirmation, refunds. Then everything stored is checked. KILLS=n kills more often.
set -euo pipefail
cd "$(dirname "$0")/.."

LOCALSTRIPE=1.15.10
TURNOUT=${TURNOUT:-target/debug/turnout}
VENV=.tools/stripe-$LOCALSTRIPE

if [[ ! -x $VENV/bin/localstripe ]]; then
    rm -rf "$VENV"
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "localstripe==$LOCALSTRIPE"
fi

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

scratch=$(mktemp -d)
stripe_port=$(free_port)
port=$(free_port)
"$VENV/bin/python" scripts/stripe/checkout.py "$stripe_port" &
stripe=$!
# The journey ends its own server; should it fail before, its process group ends with it.
trap 'kill "$stripe" 2>/dev/null || true; [[ -z ${journey:-} ]] || kill -- -"$journey" 2>/dev/null || true; rm -rf "$scratch"' EXIT
set -m
python3 scripts/stripe/journey.py "$TURNOUT" "$scratch/data" "$port" "$stripe_port" &
journey=$!
set +m
wait "$journey"
"$TURNOUT" check --data "$scratch/data"
