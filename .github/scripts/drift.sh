#!/usr/bin/env bash
# Compares what runs with the checkout, changing nothing: refresh.json says what differs from the state,
# preview.json what an update of the version that is deployed would do.
set -euo pipefail

version=$(pulumi stack output release --stack "$STACK" --json |
  node -pe 'JSON.parse(require("fs").readFileSync(0, "utf8")).version')
pulumi config set version "$version" --stack "$STACK"
pulumi config set bot-core:build never --stack "$STACK"
for what in refresh preview; do
  only=()
  if [ "$what" = refresh ]; then only=(--preview-only); fi
  pulumi "$what" "${only[@]}" --stack "$STACK" --json --non-interactive >"$what.json" ||
    echo "the $what failed; the issue says why"
done
