#!/usr/bin/env bash
# Writes the hashed requirement files from requirements/*.in. Releases younger than a week are not taken: most
# poisoned uploads are found within days. Needs uv (pip install uv); nobody who only runs the program needs this.
set -euo pipefail
cd "$(dirname "$0")/../requirements"
for name in run dev; do
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    --no-emit-index-url --no-emit-find-links --exclude-newer "$(date -u -d '7 days ago' +%F)" \
    "$@" --output-file "$name.txt" "$name.in"
done
