#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh - runs test programs one after the other and sums their PASS and FAIL lines.
# usage: run.sh PROGRAM...
# A program that exits non-zero without a FAIL line, or prints neither, counts as one failure.
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for program in "$@"; do
  start=$(date +%s)
  "$program" >"$log" 2>&1
  status=$?
  p=$(grep -c '^PASS ' "$log")
  f=$(grep -c '^FAIL ' "$log")
  if [ "$f" = 0 ] && { [ "$status" != 0 ] || [ "$p" = 0 ]; }; then
    f=1
    echo "FAIL $program: exit status $status, $p PASS lines; its last lines:"
    tail -n 15 "$log"
  fi
  grep '^FAIL ' "$log"
  [ "$f" = 0 ] || echo "     repeat: $program"
  printf '%-4s %4d passed %3d failed %4d s  %s\n' "$([ "$f" = 0 ] && echo ok || echo BAD)" "$p" "$f" "$(($(date +%s) - start))" "$program"
  passed=$((passed + p))
  failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
