#!/usr/bin/env bash
# Frees the stack $STACK and its host from the lock of a run that was killed. Called by hand alone
# (input `recover`), and inside the stack's concurrency group: no run of ours can be alive beside it.
# A lock of anybody else, e.g. of a laptop, is named and left alone.
set -euo pipefail

me=$(id -un)

# Takes the lock and gives it back, or says whose it is; there is no resource of this name.
probe=urn:pulumi:none::none::none:none:none::none
said=$(pulumi refresh --stack "$STACK" --yes --skip-preview --target "$probe" --non-interactive --color never 2>&1) || true

if grep -q 'currently locked' <<<"$said"; then
  others=$(grep -o 'created by .*' <<<"$said" | grep -v "^created by $me@" || true)
  if [ -n "$others" ]; then
    echo "::error::$STACK is locked, not by a runner: $others. Ask them; 'pulumi cancel --stack $STACK' frees it."
    exit 1
  fi
  grep -o 'created by .*' <<<"$said"
  pulumi cancel --stack "$STACK" --yes
elif grep -q 'update is currently in progress' <<<"$said"; then
  # Pulumi Cloud ends an update by itself when its holder is silent for minutes; its page says whose it is.
  pulumi cancel --stack "$STACK" --yes
else
  echo "$STACK is not locked"
fi

if [ "$(pulumi config get host --stack "$STACK" 2>/dev/null || echo false)" = false ]; then exit 0; fi
holder=$(npx bot-core status --stack "$STACK" --json |
  node -pe 'JSON.parse(require("fs").readFileSync(0, "utf8")).lock?.who ?? ""') || true
case $holder in
  '' | "$me"@*) npx bot-core unlock --stack "$STACK" ;;
  *)
    echo "::error::the host is locked by $holder, not by a runner. Ask them; 'npx bot-core unlock' frees it."
    exit 1
    ;;
esac
