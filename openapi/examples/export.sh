#!/bin/sh
# Make a signed export and download it: sh export.sh FILE.zip. Check it with: rule12 verify FILE.zip --key KEYS
#   RULE12_URL    base address
#   RULE12_TOKEN  an auditor's token, from: rule12 token --as auditor --person NUMBER
set -eu
: "${RULE12_URL:?set it to the base address of the desk}" "${RULE12_TOKEN:?set it to the token of an auditor}"
out=${1:?name the file to write}

# The token goes in by a pipe: on the command line every process of this machine could read it.
ask() {
  printf 'header = "Authorization: Bearer %s"\n' "$RULE12_TOKEN" |
    curl --silent --show-error --fail-with-body --config - "$@"
}

place=$(ask "$RULE12_URL/api/v1/audit/exports" --header 'Content-Type: application/json' --data '{}' \
  --output /dev/null --write-out '%header{location}')
ask "$RULE12_URL$place" --output "$out"
