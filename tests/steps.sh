#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# steps.sh - whole training steps on RTL and golden in lock-step: every command's record and all memory that the plan names
#
# usage: steps.sh [TABLE]      from anywhere; the table is written only when every run passed
# Three networks, all configurations, batches that fill the tiles (32) and that do not (13, with memory stalls), both presets.
# A run that passed is kept in build/steps and not repeated as long as the program, the network and the command line are the
# same: after an interruption, the next call goes on. CURTA_STEPS restricts the runs: a pattern, for example 'tiny-*'.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
curta=$build/curta
kept=$build/steps
table=${1:-}
only=${CURTA_STEPS:-*}
[ -x "$curta" ] || { echo "FAIL steps: $curta is missing; make $curta builds it"; exit 1; }
mkdir -p "$kept"
program=$(sha256sum "$curta")

# result CONFIG NET BATCH PRESET: one line, PASS or FAIL
result() {
  local config=$1 net=$2 batch=$3 preset=$4 stall=0 log key status
  [ "$batch" = 13 ] && stall=200
  set -- compare --net "nets/$net.net" --batch "$batch" --steps 3 --preset "$preset" --devices "golden:${config%16},rtl:$config" --mem-stall $stall --quiet
  log=$kept/$config-$net-$batch-$preset.log
  key=$(echo "$program $* $(cat "nets/$net.net")" | sha256sum)
  if [ "$(cat "$log.key" 2>/dev/null)" != "$key" ]; then
    rm -f "$log.key"
    "$curta" "$@" >"$log" 2>&1
    status=$?
    # the tool's word alone does not count: commands and bytes were compared, none differed
    if [ $status = 0 ] && grep -qE '[1-9][0-9]* commands, [1-9][0-9]* bytes compared, 0 differences' "$log"; then
      echo "$key" >"$log.key"
    else
      echo "FAIL $config $net batch $batch $preset stalls $stall: exit status $status, $(tail -n 1 "$log") (repeat: $curta $*)"
      return
    fi
  fi
  printf 'PASS %-7s %-6s batch %-3s %s stalls %-4s %s\n' "$config" "$net" "$batch" "$preset" "$stall" "$(grep ' 0 differences' "$log" | tail -n 1)"
}

trap 'echo "interrupted; the same command goes on"; exit 130' INT TERM
runs=() lines=() failed=0
for config in tiny base base16 large; do
  for net in mlp lenet vgg3; do
    for batch in 32 13; do
      for preset in niti-2020 niti-2021; do
        # shellcheck disable=SC2053
        [[ $config-$net-$batch-$preset == $only ]] && runs+=("$config $net $batch $preset")
      done
    done
  done
done
[ ${#runs[@]} -gt 0 ] || { echo "FAIL steps: no run is called '$only'"; exit 1; }
for run in "${runs[@]}"; do
  # shellcheck disable=SC2086
  line=$(result $run)
  lines+=("$line")
  echo "$line   [${#lines[@]}/${#runs[@]}]"
  [ "${line%% *}" = PASS ] || failed=$((failed + 1))
done
echo "$((${#lines[@]} - failed)) passed, $failed failed"
[ $failed = 0 ] || exit 1
[ -z "$table" ] || printf '%s\n' "${lines[@]}" >"$table"
