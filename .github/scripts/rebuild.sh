#!/usr/bin/env bash
# Moves the bases of the images to what their tags stand for today, and opens a pull request with the
# change, or updates the one that is open.
set -euo pipefail

branch=rebuild/bases
answer=$(mktemp)
code=0
npx bot-core images rebuild --stack "$STACK" --json >"$answer" 2>rebuild.txt || code=$?
cat rebuild.txt
# With one exit code it tells that some base could not be asked, and that it could do nothing at all. What
# it could ask stands in its answer.
asked=$(node -pe '
  JSON.parse(require("fs").readFileSync(0, "utf8")).bases.filter(({ kind }) => kind !== "failed").length
' <"$answer" 2>/dev/null || echo 0)
if [ "$code" -ne 0 ] && [ "$asked" -eq 0 ]; then
  echo "::error::no base could be asked: $(tail -n 1 rebuild.txt)"
  exit 1
fi
# One is no reason to keep the others back; its note says so.
if [ "$code" -ne 0 ]; then echo '::warning::a base could not be asked'; fi
git diff -- . ':!Pulumi.*.yaml'

if git diff --quiet -- . ':!Pulumi.*.yaml'; then
  echo 'no base is newer'
  exit 0
fi
{
  echo 'Weekly: the bases as their tags stand for them today. Merging it changes the inputs of these'
  echo 'services, so that the next version builds them anew.'
  printf '\n```text\n'
  head --bytes 50000 rebuild.txt
  printf '```\n'
} >rebuild.md
git switch --quiet --force-create "$branch"
git -c user.name='github-actions[bot]' -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
  commit --quiet --message 'Build on newer base images' -- . ':!Pulumi.*.yaml'
# The token goes in a header, not into the repository's configuration, and not on the command line.
auth=$(printf 'x-access-token:%s' "$GH_TOKEN" | base64 --wrap=0)
GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$SERVER/.extraheader" GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $auth" \
  git push --quiet --force "$SERVER/$REPOSITORY.git" "HEAD:refs/heads/$branch"
open=$(gh pr list --repo "$REPOSITORY" --head "$branch" --state open --json number --jq '.[].number')
if [ -n "$open" ]; then
  gh pr edit "$open" --repo "$REPOSITORY" --body-file rebuild.md
else
  gh pr create --repo "$REPOSITORY" --base "$BASE" --head "$branch" \
    --title 'Build on newer base images' --body-file rebuild.md
fi
