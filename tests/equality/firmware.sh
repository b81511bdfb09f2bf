#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# firmware.sh - the training of equality.c by the standalone machine, a line of the table: no host, driver and runtime as firmware
# usage: firmware.sh NET EPOCHS CONFIG   from the repository root; an epoch is four steps; its table line on standard output
set -u
net=$1 epochs=$2 config=$3 batch=8
build=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "firmware.sh: $*" >&2; exit 1; }
"$build/curta-golden" deploy --net "$net" --data synthetic --limit $((4 * batch)) --batch "$batch" --epochs "$epochs" --no-eval --image "$dir/job" >"$dir/log" 2>&1 ||
  fail "$(tail -n 1 "$dir/log")"
TIMEFORMAT=%U
{ time "$build/sim/soc/$config/soc_sim" --rom "$build/firmware/boot.bin" --program "$build/firmware/alone.img" --load "$dir/job@0x1400000" --cycles 20000000000 >"$dir/out" 2>"$dir/err"; } 2>"$dir/seconds"
grep -q '^layer' "$dir/out" || fail "no weights: $(tail -n 1 "$dir/out" "$dir/err")"
# whole cycles of the machine, the core's work and power-up included
echo "| firmware:$config | $(python3 tests/soc/weights.py --sum-of "$dir/out") | – | – | $(awk '/ cycles$/ { print $1 }' "$dir/out" "$dir/err" | tail -n 1) | $(printf %.1f "$(tail -n 1 "$dir/seconds")") |"
