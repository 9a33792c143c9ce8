#!/usr/bin/env bash
# What this pull request would do to the stack $STACK, as preview.json, and the same in full as
# preview.diff. A pull request that sets the version itself, e.g. a rollback, is shown as it is; any other
# one as version `pr-$NUMBER`.
set -euo pipefail

# HEAD is the commit that merges the pull request into its base, which is the first parent.
version_at() {
  local file="$1:Pulumi.$STACK.yaml"
  if git cat-file -e "$file" 2>/dev/null; then
    git show "$file" | node "$(dirname "$0")/stack-value.mjs" config bot-core:version
  fi
}

before=$(version_at HEAD^1)
after=$(version_at HEAD)
if [ "$before" = "$after" ]; then
  pulumi config set version "pr-$NUMBER" --stack "$STACK"
fi
: >preview.diff
pulumi preview --stack "$STACK" --json --non-interactive >preview.json || {
  echo 'the preview failed; the comment says why'
  # Nothing to comment on: the CLI itself failed, e.g. at the backend's login.
  [ -s preview.json ] || { rm -f preview.json; exit 1; }
  exit 0
}
# The CLI prints one or the other. Without the second one the comment is shorter, nothing else.
pulumi preview --stack "$STACK" --diff --non-interactive --color never >preview.diff ||
  echo '::warning::the diff could not be made; the comment has none'
