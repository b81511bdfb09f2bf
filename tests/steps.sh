#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# steps.sh - whole training steps on RTL and golden in lock-step: every command's record and all memory that the plan names
#
# usage: steps.sh [TABLE]      from anywhere; the table is written only when every run passed
# Three networks of NITI with both presets, two of NITRO-D (one gathers along lists), all configurations, batches that fill
# the tiles (32) and that do not (13, with memory stalls).
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

# file NET: its network file
file() {
  [ -f "nets/$1.net" ] && echo "nets/$1.net" || echo "tests/$1.net"
}

# result CONFIG NET BATCH PRESET: one line, PASS or FAIL; nitro-d takes no preset
result() {
  local config=$1 net=$2 batch=$3 preset=$4 stall=0 log key status option=()
  [ "$batch" = 13 ] && stall=200
  [ "$preset" = nitro-d ] || option=(--preset "$preset")
  set -- compare --net "$(file "$net")" --batch "$batch" --steps 3 ${option[@]+"${option[@]}"} --devices "golden:${config%16},rtl:$config" --mem-stall $stall --quiet
  log=$kept/$config-$net-$batch-$preset.log
  key=$(echo "$program $* $(cat "$(file "$net")")" | sha256sum)
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
  printf 'PASS %-7s %-9s batch %-3s %-9s stalls %-4s %s\n' "$config" "$net" "$batch" "$preset" "$stall" "$(grep ' 0 differences' "$log" | tail -n 1)"
}

trap 'echo "interrupted; the same command goes on"; exit 130' INT TERM
runs=() lines=() failed=0
# add CONFIG NET BATCH PRESET: if it is wanted
add() {
  # shellcheck disable=SC2053
  [[ $1-$2-$3-$4 == $only ]] && runs+=("$1 $2 $3 $4")
}
for config in tiny base base16 large; do
  for net in mlp lenet vgg3; do
    for batch in 32 13; do
      for preset in niti-2020 niti-2021; do
        add "$config" $net $batch $preset
      done
    done
  done
  for net in mlp1 nitro-cnn; do
    for batch in 32 13; do
      add "$config" $net $batch nitro-d
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
