#!/bin/sh
# Take a step with a case: sh move-case.sh NUMBER JSON, for instance: sh move-case.sh IGO-2026-48213 '{"move": "assess"}'
# Without JSON it lists the moves open to you now, with what each needs. `"outcome": "proposed"` waits for a second person.
#   RULE12_URL    base address
#   RULE12_TOKEN  a token of whoever works the case, from: rule12 token --as ROLE --person NUMBER
set -eu
: "${RULE12_URL:?set it to the base address of the desk}" "${RULE12_TOKEN:?set it to your token}"
case=$RULE12_URL/api/v1/cases/${1:?name the number of a case}

# The token goes in by a pipe: on the command line every process of this machine could read it.
ask() {
  printf 'header = "Authorization: Bearer %s"\n' "$RULE12_TOKEN" |
    curl --silent --show-error --fail-with-body --config - "$@"
}

if [ $# -lt 2 ]; then
  ask "$case/moves"
  exit
fi
version=$(ask "$case" --output /dev/null --write-out '%header{etag}')   # what the step is decided on
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
ask "$case/moves" --header 'Content-Type: application/json' --header "If-Match: $version" \
  --header "Idempotency-Key: $key" --data "$2"
