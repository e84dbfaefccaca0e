#!/bin/sh
# Add a file to a complaint: sh add-evidence.sh FILE TYPE, for instance: sh add-evidence.sh shot.png image/png
#   RULE12_URL      base address
#   RULE12_RECEIPT  the receipt given when the complaint was filed
set -eu
: "${RULE12_URL:?set it to the base address of the desk}" "${RULE12_RECEIPT:?set it to your receipt}"
file=${1:?name a file} type=${2:?name its media type}
digest=$(openssl dgst -sha256 -binary "$file" | openssl base64 -A)
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

# The receipt goes in by a pipe: on the command line every process of this machine could read it.
printf 'header = "Authorization: Receipt %s"\n' "$RULE12_RECEIPT" |
  curl --silent --show-error --fail-with-body --config - "$RULE12_URL/api/v1/mailbox/evidence" \
    --header "Content-Type: $type" \
    --header "Content-Disposition: attachment; filename=\"$(basename "$file")\"" \
    --header "Content-Digest: sha-256=:$digest:" \
    --header "Idempotency-Key: $key" \
    --data-binary "@$file"
