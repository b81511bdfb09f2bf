#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# speed_table.sh - docs/data/sim-speed.md: processor time of the timing model and of SystemC beside the Verilated RTL
# usage: speed_table.sh [CURTA]   from the repository root; writes to standard output; fails where one of them is less than 50 times as fast
set -u
curta=${1:-build/curta}
failed=0
cat <<'HEAD'
# Speed of the simulators

`make sim-speed`: simulated cycles a second of processor time, one thread each, in one run of training steps from the third on (`curta bench`; the golden operators and the writing of the batch included). All three run the same programs on the same data.
*Ratios* are to the Verilated RTL, of processor times: each figure is the best of three runs (of the models, which are shorter, of eight; of VGG-11 and VGG8B one run of the RTL and four of the models, from the second step on), as other programs on the machine disturb them.

| configuration | network | batch | RTL, Mcycle/s | timed, Mcycle/s | systemc, Mcycle/s | timed, ratio | systemc, ratio |
| --- | --- | --- | --- | --- | --- | --- | --- |
HEAD
speed() { # RUNS DEVICE NET BATCH STEPS WARM
  local runs=$1 run
  shift
  for ((run = 0; run < runs; run++)); do
    "$curta" bench --net "nets/$2.net" --batch "$3" --steps "$4" --warm "$5" --threads 1 --device "$1" 2>&1 |
      sed -n 's/.*simulated cycles a second of CPU time: \([0-9.]*\) million.*/\1/p'
  done | sort -n | tail -n 1
}
row() { # CONFIG NET BATCH STEPS-OF-THE-MODELS [RUNS-OF-THE-RTL RUNS-OF-THE-MODELS WARM]
  local rtl timed systemc
  rtl=$(speed "${5:-3}" "rtl:$1" "$2" "$3" 1 "${7:-2}")
  timed=$(speed "${6:-8}" "timed:$1" "$2" "$3" "$4" "${7:-2}")
  systemc=$(speed "${6:-8}" "systemc:$1" "$2" "$3" "$4" "${7:-2}")
  awk -v c="$1" -v n="$2" -v b="$3" -v r="$rtl" -v t="$timed" -v s="$systemc" 'BEGIN {
    if (r + 0 == 0 || t + 0 == 0 || s + 0 == 0) { print "| " c " | " n " | " b " | no result |"; exit 1 }
    printf "| %s | %s | %s | %.2f | %.1f | %.1f | %.0f | %.0f |\n", c, n, b, r, t, s, t / r, s / r
    exit t < 50 * r || s < 50 * r }' || { echo "speed_table: $1 $2 $3: no result, or less than 50 times as fast" >&2; failed=1; }
}
row tiny vgg3 32 20
row base lenet 32 20
row base mlp1 64 100
row base vgg3 8 100
row base vgg3 32 50
row base vgg11 4 2 1 4 1
row base vgg8b 4 2 1 4 1
row large lenet 32 20
row large vgg3 32 100
row large vgg11 4 2 1 4 1
exit $failed
