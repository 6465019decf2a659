#!/usr/bin/env bash
# Sees that what a make target needs from the system is there. Arguments: command-or-path:debian-package.
# Prints the exact apt line for what is missing and ends with status 2; with --install and as root, installs it.
set -euo pipefail
install=no
if [ "${1-}" = --install ]; then install=yes; shift; fi
missing=()
for pair in "$@"; do
  what=${pair%%:*}
  case $what in
    /*) compgen -G "$what" >/dev/null || missing+=("${pair#*:}") ;;
    *) command -v "$what" >/dev/null || missing+=("${pair#*:}") ;;
  esac
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$install" = yes ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  echo "Installing with apt-get: ${missing[*]}"
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  exit 0
fi
sudo=; [ "$(id -u)" = 0 ] || sudo='sudo '
echo "Missing: ${missing[*]}. On Debian 12:" >&2
echo "  ${sudo}apt-get install --no-install-recommends ${missing[*]}" >&2
exit 2
