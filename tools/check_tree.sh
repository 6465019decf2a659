#!/usr/bin/env bash
# Nothing in the tree names where packages were fetched from, or a folder of the machine they were fetched on.
set -euo pipefail
cd "$(dirname "$0")/.."
found=0
git grep -nIE '"resolved":|(pypi|pythonhosted|npmjs|debian|yarnpkg)\.(org|com)|--(extra-)?index-url|--find-links' \
  -- . ':!tools/check_tree.sh' ':!tools/lock.sh' ':!tests/pages/test_project.py' && found=1
[ "$found" = 0 ] && echo "No package source is named in the tree."
exit "$found"
