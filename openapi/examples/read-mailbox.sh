#!/bin/sh
# Read the mailbox of a complaint: status, own statement, files, messages and proofs.
#   RULE12_URL      base address
#   RULE12_RECEIPT  the receipt given when the complaint was filed
set -eu
: "${RULE12_URL:?set it to the base address of the desk}" "${RULE12_RECEIPT:?set it to your receipt}"

# The receipt goes in by a pipe: on the command line every process of this machine could read it.
printf 'header = "Authorization: Receipt %s"\n' "$RULE12_RECEIPT" |
  curl --silent --show-error --fail-with-body --config - "$RULE12_URL/api/v1/mailbox"
