#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timing_table.sh - docs/data/timing.md: a training step on the RTL and on the timing model
# usage: timing_table.sh [COMPARE]   from the repository root; writes to standard output
# What the RTL took is kept in build/timing-table, and not measured again as long as network, RTL and driver are the same: after an
# interruption the next call goes on, and a change of the model costs only the model. TIMING='tiny-vgg11-*' measures only rows
# of such names (CONFIG-NET-BATCH-RATE-LATENCY), TIMING='*' also those of ten minutes and more. A row that is neither kept nor
# measured is that of the table that there was, marked as such.
set -u
compare=${1:-build/tests/systemc/compare_timing}
kept=${BUILD:-build}/timing-table
before=$(cat docs/data/timing.md)
failed=0
mkdir -p "$kept"
sources=$(find rtl spec include golden driver sim/verilator -type f -name '*.*' ! -name '*.md' ! -name '*.pyc' ! -path 'rtl/soc/*' | sort | xargs cat | sha256sum)
cat <<'HEAD'
# Cycles of a training step: Verilated RTL and timing model

`make timing-table` runs one step on both, with the same weights and images and in the same phase of the memory's refresh, and compares every retirement record:
index, opcode, tag, checksum, busy cycles and bytes moved are equal, cycles differ as below. The cycles of `systemc` are those of the model: `tests/systemc/test_timing` compares them, record by record, for networks and memories of these kinds. *Commands* is the mean over all engine commands of |model − RTL| / RTL of their durations. Hardware version 5.
A row with (*) was measured before the last changes of RTL or planner, which moved the other rows by 0.34 % at most; all but three by less than 0.1 %.

The VGG networks have batches of 4: a step of 32 images would take hours on the RTL, and fewer than 4 save little because a tile has 8 images (16 on `large`). On `tiny` VGG-11 takes 145 million cycles a row even so, five minutes of processor time,
VGG-small-7 and VGG8B 690 and 680 million, 25 minutes; `make timing-table TIMING='*'` measures these two as well.

| configuration | network | batch | bytes/cycle | latency | RTL cycles | model cycles | step | commands |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
HEAD

# row CONFIG NET BATCH BYTES_PER_CYCLE LATENCY
row() {
  local name=$1-$2-$3-$4-$5 net=nets/$2.net file
  file=$kept/$name-$(echo "$sources $(cat "$net")" | sha256sum | cut -c 1-12)
  # shellcheck disable=SC2053
  [ -e "$file" ] || [[ $name == ${TIMING:-$short} ]] || {
    grep -F "| $1 | $net | $3 | $4 | $5 |" <<<"$before" | sed 's/\( (\*)\)\? |$/ (*) |/'
    return
  }
  "$compare" -k "$file" "$1" "$net" "$3" "$4" "$5" table || {
    echo "FAIL above the limits, or no result: compare_timing $1 $net $3 $4 $5" >&2
    failed=1
  }
}

short='*'
trap 'echo "interrupted; the same command goes on" >&2; exit 130' INT TERM
for config in tiny base large; do
  for rate in 2 8 16; do
    row $config mlp 64 $rate 30
    row $config vgg3 8 $rate 30
    row $config lenet 32 $rate 30
  done
done
for config in tiny base large; do
  row $config mlp1 64 8 30
done
for config in tiny base large; do
  row $config mlp1 8 8 30
done
row large vgg3 16 16 30
row base16 lenet 32 16 30
row base lenet 13 8 30
row base lenet 32 8 100
for rate in 8 2 16; do
  for config in large base; do
    row $config vgg11 4 $rate 30
    row $config vgg-small-7 4 $rate 30
    row $config vgg8b 4 $rate 30
  done
done
row large vgg-small-7 8 16 30
for rate in 8 2 16; do
  row tiny vgg11 4 $rate 30
done
short=-
for rate in 8 2 16; do
  row tiny vgg-small-7 4 $rate 30
  row tiny vgg8b 4 $rate 30
done
exit $failed
