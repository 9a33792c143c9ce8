#!/usr/bin/env bash
# Whether the Compose files of the stack $STACK can be read, all together.
set -euo pipefail

files=()
if [ -f "Pulumi.$STACK.yaml" ]; then
  named=$(node "$(dirname "$0")/stack-value.mjs" config bot-core:composeFiles <"Pulumi.$STACK.yaml")
  while read -r name; do
    if [ -n "$name" ]; then files+=(--file "$name"); fi
  done <<<"$named"
fi
if [ "${#files[@]}" -eq 0 ]; then files=(--file docker-compose.prod.yml); fi
docker compose --project-directory . "${files[@]}" config --quiet
