#!/bin/sh
# File a complaint; prints the answer, which holds the receipt: secret, shown once, impossible to recover.
#   RULE12_URL  base address, for instance http://127.0.0.1:8000
set -eu
: "${RULE12_URL:?set it to the base address of the desk}"
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')   # the same key again gives the same answer, not a second complaint

curl --silent --show-error --fail-with-body "$RULE12_URL/api/v1/complaints" \
  --header 'Content-Type: application/json' \
  --header "Idempotency-Key: $key" \
  --data '{
    "language": "en",
    "statement": {
      "summary": "Campaign video shared from an account that names the agency",
      "narrative": "Two posts ask people to vote for a candidate.",
      "concerns": ["political_partisan"],
      "posts": [{"platform": "X", "url": "https://social.example/c0107/1", "handle": "@c0107"}]
    },
    "reporter": {"consent": "anonymous"}
  }'
