#!/usr/bin/env bash
# The vendored scripts are what their lock file builds, byte for byte, and their declarations say what they offer;
# our own scripts pass the strict type check, pages and workers each with their own library.
set -euo pipefail
cd "$(dirname "$0")/.."
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
node tools/vendor/build.mjs "$built"
for file in "$built"/*; do
  cmp "$file" "portal/static/vendor/${file##*/}" || { echo "Run: make vendor" >&2; exit 1; }
done
for project in tools/vendor tsconfig.json tsconfig.worker.json; do node_modules/.bin/tsc --noEmit -p "$project"; done
echo "Vendored scripts and type checks: all right."
