#!/usr/bin/env bash
# What this pull request would do to the stack $STACK, as preview.json. A pull request that sets the
# version itself, e.g. a rollback, is shown as it is; any other one as version `pr-$NUMBER`.
set -euo pipefail

if git diff --quiet "$BASE...HEAD" -- "Pulumi.$STACK.yaml"; then
  pulumi config set version "pr-$NUMBER" --stack "$STACK"
fi
pulumi preview --stack "$STACK" --json --non-interactive >preview.json || {
  echo 'the preview failed; the comment says why'
  # Nothing to comment on: the CLI itself failed, e.g. at the backend's login.
  [ -s preview.json ] || { rm -f preview.json; exit 1; }
}
