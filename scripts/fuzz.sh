#!/usr/bin/env bash
# A fuzzing client reads the API's document and sends what it allows, and what it does not, to a real server: no answer may
# be a 5xx or contradict the document.
#
#   scripts/fuzz.sh [embedded|split] [EXAMPLES]     EXAMPLES: how many requests of each kind an operation gets
#
# It runs as someone who owns an organizer with an event on sale and an order, first with their ids in every path, then with
# ids it makes up. schemathesis is fetched from PyPI into .tools once.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
shape=${1:-embedded}
examples=${2:-10}
cluster=$root/scripts/cluster.sh
SCHEMATHESIS=4.32.5
SEED=1
CHECKS=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
CHECKS+=,response_headers_conformance,unsupported_method,negative_data_rejection

tools=$root/.tools/fuzz
if [[ ! -e $tools/.schemathesis-$SCHEMATHESIS ]]; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$SCHEMATHESIS"
    touch "$tools/.schemathesis-$SCHEMATHESIS"
fi

folder=$(mktemp -d)
state=$folder/cluster
end() {
    local code=$?
    ((code == 0)) || "$cluster" logs "$state" >&2 || true
    [[ ! -e $state/env ]] || "$cluster" stop "$state" >/dev/null 2>&1 || true
    rm -rf "$folder"
    exit "$code"
}
trap end EXIT

"$cluster" start "$state" "$shape"
# shellcheck source=/dev/null
. "$state/env"
api=$TURNOUT_URL/api

# ask METHOD PATH [BODY] [HEADER…]: the answer, which must be 2xx.
ask() {
    local method=$1 path=$2 body=${3:-}
    shift $(($# < 3 ? $# : 3))
    local headers=() header
    for header in "$@"; do headers+=(--header "$header"); done
    [[ -z ${token:-} ]] || headers+=(--header "Authorization: Bearer $token")
    [[ -z $body ]] || headers+=(--header 'Content-Type: application/json' --data "$body")
    curl --silent --show-error --fail-with-body --noproxy '*' --request "$method" "${headers[@]}" "$api$path"
}

member() {
    python3 -c 'import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."):
    value = value[int(name)] if name.isdigit() else value[name]
print(value)' "$1"
}

account='{"email": "fuzz@example.org", "password": "a crowd at the door", "name": "Fuzz"}'
token=$(ask POST /auth/signup "$account" | member access_token)
organizer=$(ask POST /organizers '{"name": "Fuzz"}' | member id)
event=$(ask POST /events '{"organizer_id": "'"$organizer"'", "title": "Fuzz", "starts_at": "2030-07-04T20:00:00",
    "ends_at": "2030-07-04T23:00:00", "time_zone": "Europe/Lisbon", "max_capacity": 1000}' | member id)
ticket_type=$(ask POST "/events/$event/ticket-types" '{"name": "Place", "price": {"amount": 0, "currency": "EUR"}}' | member id)
ask POST "/events/$event/publish" '{}' >/dev/null
order=$(ask POST /tickets '{"event_id": "'"$event"'", "ticket_type_id": "'"$ticket_type"'", "quantity": 2,
    "buyer": {"email": "fuzz@example.org", "name": "Fuzz"}}' 'Idempotency-Key: fuzz')
ticket=$(member tickets.0.id <<<"$order")
order=$(member id <<<"$order")

fuzz() {
    # Nothing that ends the session or takes the stage away from the others.
    (cd "$folder" && "$tools/bin/schemathesis" run "$root/openapi/turnout.json" --url "$api" \
        --header "Authorization: Bearer $token" --checks "$CHECKS" --phases examples,coverage,fuzzing \
        --max-examples "$examples" --seed "$SEED" --no-shrink --continue-on-failure --warnings off \
        --exclude-operation-id log_out --exclude-operation-id cancel_event)
}

echo "== With ids of what is there"
cat >"$folder/schemathesis.toml" <<TOML
[parameters]
"path.event_id" = "$event"
"path.ticket_type_id" = "$ticket_type"
"path.order_id" = "$order"
"path.ticket_id" = "$ticket"
TOML
fuzz
echo "== With ids made up"
rm "$folder/schemathesis.toml"
fuzz
"$cluster" stop "$state"
