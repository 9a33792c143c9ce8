#!/usr/bin/env bash
# Puts $COSIGN_KEY where `sign.key` of the stack $STACK names a file, and takes it away again.
#
# put        where there is no key, nothing is put
# stand-in   for a preview, which signs nothing: without a key one is made for this job alone, so that
#            everything else of the release can be looked at
# remove
set -euo pipefail

key=$(node "$(dirname "$0")/stack-value.mjs" config bot-core:sign key <"Pulumi.$STACK.yaml")
case $key in
  '' | *://*)
    echo 'no file is named as the key: nothing to do'
    exit 0
    ;;
esac
# The checkout has a link alone: no image is built from the key, no artifact has it, and a runner empties
# the folder when the job was cut off.
folder=${RUNNER_TEMP:?}/signing-key
if [ "$1" = remove ]; then
  if [ -L "$key" ]; then rm "$key"; fi
  rm -rf "$folder"
  exit 0
fi

if [ -e "$key" ]; then
  echo "$key is there"
  exit 0
fi
install --mode 700 --directory "$folder"
umask 077
if [ -n "${COSIGN_KEY:-}" ]; then
  printf '%s\n' "$COSIGN_KEY" >"$folder/cosign.key"
elif [ "$1" = stand-in ]; then
  COSIGN_PASSWORD=${COSIGN_PASSWORD:-} cosign generate-key-pair --output-key-prefix "$folder/cosign"
  echo "no COSIGN_KEY: a key of this preview's own stands for $key"
else
  echo "::error::COSIGN_KEY is empty, and the stack signs with $key: set it to the key's text, or sign keyless, or with a key in a store"
  exit 1
fi
mkdir -p "$(dirname "$key")"
ln -s "$folder/cosign.key" "$key"
