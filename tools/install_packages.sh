#!/bin/sh
# install_packages.sh - installs what packages.txt names and this machine lacks.
# usage: install_packages.sh [section]     without: the packages before the first [section]
set -eu
cd "$(dirname "$0")/.."
if [ $# -gt 1 ] || { [ $# = 1 ] && ! grep -q "^\[$1\]" packages.txt; }; then
  echo "install_packages: packages.txt has no section \"$*\"; it has: $(sed -n 's/^\[\(.*\)\].*/\1/p' packages.txt | tr '\n' ' ')" >&2
  exit 2
fi
missing=
for name in $(sed 's/#.*//' packages.txt | awk -v want="${1:-}" '/^\[/ { gsub(/[][ ]/, ""); section = $0; next } section == want'); do
  dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing="$missing $name"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then as_root=; elif command -v sudo >/dev/null; then as_root=sudo; else
  echo "install_packages: missing:$missing; run as root: apt-get install$missing" >&2
  exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
