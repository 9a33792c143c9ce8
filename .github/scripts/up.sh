#!/usr/bin/env bash
# `pulumi up` of the stack $STACK. Where another update holds it, the job's summary says who, and how to
# free what a killed run left.
set -euo pipefail

# GitHub gives a secret that is not set as an empty text, and Pulumi would encrypt with that.
if [ -z "${PULUMI_CONFIG_PASSPHRASE:-}" ]; then unset PULUMI_CONFIG_PASSPHRASE; fi

log=$(mktemp)
if pulumi up --stack "$STACK" --yes --skip-preview --non-interactive --color never 2>&1 | tee "$log"; then
  exit 0
fi
# The first two are the stack's lock, in a bucket and at Pulumi Cloud, the last is the host's.
held='currently locked|update is currently in progress|another release of .* is running'
if grep -Eq "$held" "$log"; then
  {
    echo "### \`$STACK\` is locked"
    echo
    echo "Another update holds it. If that is a run that was killed, start this workflow by hand with"
    echo "\`recover\` ticked. If it is somebody's own \`pulumi up\`, wait for it."
    echo
    echo '```text'
    grep -E "created by|$held" "$log"
    echo '```'
  } >>"$GITHUB_STEP_SUMMARY"
fi
exit 1
