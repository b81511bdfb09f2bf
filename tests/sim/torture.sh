#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# torture.sh - programs linked with the slow library (every register and memory starts at random) in all configurations, each with
# three seeds of power-up and stalls of 20, 40 and 60 %; torture_random has its own stalls, up to 90 %
# usage: torture.sh PROGRAM...
set -u
programs=("$@")
failed=0 passed=0
for config in tiny base base16 large; do
  for seed in 1 2 3; do
    for program in "${programs[@]}"; do
      case $program in
      *torture_random) args=("$config" 20 $((seed * 1000)) 60) ;;
      *) args=("$config" $seed $((seed * 200))) ;;
      esac
      out=$("$program" "${args[@]}" 2>&1)
      status=$?
      p=$(grep -c '^PASS ' <<<"$out")
      if [ $status = 0 ] && [ "$p" -gt 0 ] && ! grep -q '^FAIL ' <<<"$out"; then
        passed=$((passed + p))
      else
        failed=$((failed + 1))
        grep '^FAIL ' <<<"$out" || tail -n 5 <<<"$out"
        echo "     repeat: $program ${args[*]}"
      fi
    done
  done
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
