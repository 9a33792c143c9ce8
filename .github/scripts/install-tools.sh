#!/usr/bin/env bash
# Installs the programs of a list, each line `NAME SHA256 URL`, and puts them on the job's PATH.
# The checksums stand in the list: one that is fetched beside its file says nothing of who wrote both.
set -euo pipefail

list=$1
folder=${RUNNER_TEMP:?}/tools
mkdir -p "$folder"

grep -v '^#' "$list" | while read -r name sha256 url; do
  download=$(mktemp)
  curl --fail --silent --show-error --location --connect-timeout 20 --max-time 300 --retry 5 --output "$download" "$url"
  if ! echo "$sha256  $download" | sha256sum --check --status; then
    echo "::error::$url is not the file whose checksum stands in $list: nothing of it was run"
    exit 1
  fi
  case $url in
    *.tar.gz) tar --extract --gzip --file "$download" --directory "$folder" "$name" ;;
    *) cp "$download" "$folder/$name" ;;
  esac
  chmod +x "$folder/$name"
  rm "$download"
  echo "$name: $url"
done
echo "$folder" >>"$GITHUB_PATH"
