#!/usr/bin/env bash
# `pulumi up` of the stack $STACK. Where another update holds it, the job's summary says who, and how to
# free what a killed run left.
set -euo pipefail

log=$(mktemp)
if pulumi up --stack "$STACK" --yes --skip-preview --non-interactive --color never 2>&1 | tee "$log"; then
  exit 0
fi
if grep -Eq 'currently locked|update is currently in progress|release-locked|is locked by' "$log"; then
  {
    echo "### \`$STACK\` is locked"
    echo
    echo "Another update holds it. If that is a run that was killed, start this workflow by hand with"
    echo "\`recover\` ticked. If it is somebody's own \`pulumi up\`, wait for it."
    echo
    echo '```text'
    grep -E 'created by|in progress|locked' "$log" || true
    echo '```'
  } >>"$GITHUB_STEP_SUMMARY"
fi
exit 1
