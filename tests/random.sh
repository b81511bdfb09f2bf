#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# random.sh - the long random comparison: RTL = golden on 1,000 programs a configuration
#
# usage: random.sh [TABLE]     from anywhere; the table is written only when every configuration passed
# A configuration that passed is kept in build/random and not repeated as long as the test program is the same.
# CURTA_CONFIGS names some configurations only, CURTA_PROGRAMS another number of programs.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
program=$build/tests/device/test_random
kept=$build/random
configs=${CURTA_CONFIGS:-tiny base base16 large}
programs=${CURTA_PROGRAMS:-1000}
[ -x "$program" ] || { echo "FAIL random: $program is missing; make $program builds it"; exit 1; }
mkdir -p "$kept"
key="$(sha256sum <"$program") $programs"
trap 'echo "interrupted; the same command goes on"; exit 130' INT TERM
failed=0 n=0 files=()
for config in $configs; do
  n=$((n + 1))
  log=$kept/$config.log
  files+=("$log")
  if [ "$(cat "$log.key" 2>/dev/null)" != "$key" ]; then
    rm -f "$log.key"
    "$program" "$config" "$programs" 1 60 >"$log" 2>&1
    status=$?
    if [ $status = 0 ] && grep -q "^PASS random $config: $programs programs" "$log" && ! grep -q '^FAIL' "$log"; then
      echo "$key" >"$log.key"
    else
      failed=$((failed + 1))
      grep -q '^FAIL' "$log" || echo "FAIL random $config: exit status $status"
    fi
  fi
  echo "$(tail -n 1 "$log")   [$n/$(echo "$configs" | wc -w)]"
done
echo "$((n - failed)) passed, $failed failed"
[ $failed = 0 ] || exit 1
[ -z "${1:-}" ] || cat "${files[@]}" >"$1"
