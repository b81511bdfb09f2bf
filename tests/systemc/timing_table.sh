#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timing_table.sh - docs/data/timing.md: a training step on the RTL and on the timing model
# usage: timing_table.sh [COMPARE]   from the repository root; writes to standard output
compare=${1:-build/tests/systemc/compare_timing}
cat <<'HEAD'
# Cycles of a training step: Verilated RTL and timing model

`make timing-table` runs one step on both, with the same weights and images and in the same phase of the memory's refresh, and compares every retirement record:
index, opcode, tag, checksum and busy cycles are equal, cycles differ as below. *Commands* is the mean over all engine commands of |model − RTL| / RTL of their durations.

| configuration | network | batch | bytes/cycle | latency | RTL cycles | model cycles | step | commands |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
HEAD
row() {
  "$compare" "$@" table || echo "above the limits: $*" >&2
}
for config in tiny base large; do
  for rate in 2 8 16; do
    row $config nets/mlp.net 64 $rate 30
    row $config nets/vgg3.net 8 $rate 30
    row $config nets/lenet.net 32 $rate 30
  done
done
row large nets/vgg3.net 16 16 30
row base16 nets/lenet.net 32 16 30
row base nets/lenet.net 13 8 30
row base nets/lenet.net 32 8 100
row base nets/vgg11.net 4 8 30
row large nets/vgg11.net 4 8 30
row base nets/vgg-small-7.net 8 8 30
row large nets/vgg-small-7.net 8 16 30
