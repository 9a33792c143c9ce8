#!/usr/bin/env bash
# Makes the stack $BUILD_STACK out of the configuration of $STACK: it publishes $VERSION and keeps no
# host. Its configuration is made anew each time, so that it never lags behind.
#
# PLATFORM   set: this platform's images alone, and no index; absent: the index over all platforms
set -euo pipefail

# GitHub gives a secret that is not set as an empty text, and Pulumi would encrypt with that.
if [ -z "${PULUMI_CONFIG_PASSPHRASE:-}" ]; then unset PULUMI_CONFIG_PASSPHRASE; fi

set_config() { pulumi config set --stack "$BUILD_STACK" "$@"; }

# The secrets that are copied below stay under the key that they are under. A checkout has no file of
# $BUILD_STACK, also where the stack itself is there already.
create=(--create --non-interactive)
provider=$(node "$(dirname "$0")/stack-value.mjs" secretsprovider <"Pulumi.$STACK.yaml")
if [ -n "$provider" ]; then
  grep -E '^(secretsprovider|encryptedkey):' "Pulumi.$STACK.yaml" >"Pulumi.$BUILD_STACK.yaml"
  create+=(--secrets-provider "$provider")
fi
pulumi stack select "$BUILD_STACK" "${create[@]}"
pulumi config cp --stack "$STACK" --dest "$BUILD_STACK"
set_config version "$VERSION"
set_config bot-core:host false
# Repositories, identities and GitHub's side belong to the stack that deploys.
set_config --path bot-core:registry.manage false
set_config bot-core:github false
set_config bot-core:buildCache inline

if [ -n "${PLATFORM:-}" ]; then
  pulumi config rm --stack "$BUILD_STACK" bot-core:platforms || true
  set_config --path 'bot-core:platforms[0]' "$PLATFORM"
  pulumi config rm --stack "$BUILD_STACK" bot-core:builders || true
  set_config bot-core:index false
  # What is not joined passes no gate yet: the job that joins has them.
  for gate in scan sbom sign verify; do set_config "bot-core:$gate" false; done
fi

# Without `github` nothing tells whose keyless signatures count: this very workflow's.
if [ -z "${PLATFORM:-}" ] && [ "$(pulumi config get bot-core:sign --stack "$BUILD_STACK" 2>/dev/null || echo keyless)" = keyless ] &&
  ! pulumi config get bot-core:verify --stack "$BUILD_STACK" >/dev/null 2>&1; then
  set_config --path bot-core:verify.identity "$GITHUB_SERVER_URL/$GITHUB_WORKFLOW_REF"
fi

# A stack of the workflow's alone: what its last run left locked, this one may free.
STACK=$BUILD_STACK "$(dirname "$0")/recover.sh"
