#!/usr/bin/env bash
# Frees the stack $STACK and its host from the lock of a run that was killed. Called by hand alone
# (input `recover`), and inside the stack's concurrency group: no run of ours can be alive beside it.
# A lock of anybody else, e.g. of a laptop, is named and left alone; so is one of which nobody can tell
# whose it is.
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
  # Pulumi Cloud does not say in which process it runs: a laptop's looks like a runner's.
  pulumi stack --stack "$STACK" --color never 2>&1 | sed -n '/in progress/,/Requested By/p' || true
  echo "::error::an update of $STACK is in progress: $(grep -m 1 'in progress' <<<"$said") Wait for it; Pulumi Cloud ends one whose machine is gone within minutes. 'pulumi cancel --stack $STACK' ends it at once, also a living one."
  exit 1
elif grep -qF "no resource named '$probe'" <<<"$said"; then
  echo "$STACK is not locked"
else
  echo "$said"
  echo "::error::nobody could tell whether $STACK is locked: $(tail -n 1 <<<"$said")"
  exit 1
fi

if [ "$(pulumi config get host --stack "$STACK" 2>/dev/null || echo false)" = false ]; then exit 0; fi
# Its exit code is 1 for a service that is unwell, too: whether it looked, its answer tells.
answer=$(npx bot-core status --stack "$STACK" --json) || true
if ! holder=$(node -pe 'JSON.parse(require("fs").readFileSync(0, "utf8")).lock?.who ?? ""' <<<"$answer" 2>/dev/null); then
  echo "::error::the host could not be asked whether it is locked, so nothing of it was freed"
  exit 1
fi
case $holder in
  '') echo 'the host is not locked' ;;
  "$me"@*) npx bot-core unlock --stack "$STACK" ;;
  *)
    echo "::error::the host is locked by $holder, not by a runner. Ask them; 'npx bot-core unlock' frees it."
    exit 1
    ;;
esac
