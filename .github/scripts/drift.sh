#!/usr/bin/env bash
# Compares what runs with the checkout, changing nothing: refresh.json says what differs from the state,
# preview.json what an update of the version that is deployed would do.
set -euo pipefail

# Nothing to make an issue of: the CLI itself failed, e.g. at the backend's login.
give_up() {
  echo "::error::$1; the summary says why"
  {
    echo "### $1"
    echo
    echo '```text'
    tail --bytes 20000 "$2"
    echo
    echo '```'
  } >>"$GITHUB_STEP_SUMMARY"
  exit 1
}

said=$(mktemp)
release=$(pulumi stack output release --stack "$STACK" --json 2>"$said") ||
  give_up "What is deployed by \`$STACK\` is not known" "$said"
version=$(node -pe 'JSON.parse(require("fs").readFileSync(0, "utf8")).version' <<<"$release")
pulumi config set version "$version" --stack "$STACK"
pulumi config set bot-core:build never --stack "$STACK"
for what in refresh preview; do
  only=()
  if [ "$what" = refresh ]; then only=(--preview-only); fi
  code=0
  pulumi "$what" "${only[@]}" --stack "$STACK" --json --non-interactive >"$what.json" 2>"$said" || code=$?
  cat "$said" >&2
  [ -s "$what.json" ] || give_up "The $what of \`$STACK\` failed" "$said"
  if [ "$code" -ne 0 ]; then echo "the $what failed; the issue says why"; fi
done
