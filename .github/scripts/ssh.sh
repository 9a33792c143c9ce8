#!/usr/bin/env bash
# Gives the job's later steps an agent that holds $DEPLOY_SSH_KEY, and the host keys that may answer.
# Without a key nothing is done: the host is reached otherwise, or not at all.
set -euo pipefail

if [ -z "${DEPLOY_SSH_KEY:-}" ]; then
  echo 'no DEPLOY_SSH_KEY: nothing to do'
  exit 0
fi
if [ -z "${DEPLOY_KNOWN_HOSTS:-}" ]; then
  echo '::error::DEPLOY_KNOWN_HOSTS is empty: set it to what "ssh-keyscan HOST" prints, once compared with the host'
  exit 1
fi
install --mode 700 --directory ~/.ssh
printf '%s\n' "$DEPLOY_KNOWN_HOSTS" >>~/.ssh/known_hosts
socket=${RUNNER_TEMP:?}/ssh-agent.sock
ssh-agent -a "$socket" >/dev/null
printf '%s\n' "$DEPLOY_SSH_KEY" | SSH_AUTH_SOCK=$socket ssh-add -q -
echo "SSH_AUTH_SOCK=$socket" >>"$GITHUB_ENV"
