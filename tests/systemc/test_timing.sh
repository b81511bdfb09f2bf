#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_timing.sh - the timing model against the RTL (step within 1 %, commands within 10 %), SystemC against the timing model
# (to the cycle); a model with a wrong latency is found
# usage: test_timing.sh [COMPARE]   from the repository root
set -u
compare=${1:-${BUILD:-build}/tests/systemc/compare_timing}
failed=0
check() { # NAME ARGS...
  local name=$1 out
  shift
  if out=$("$compare" "$@" 2>&1); then echo "PASS $name: $(tail -n 1 <<<"$out")"; else
    echo "FAIL $name: compare_timing $*: $(tail -n 2 <<<"$out" | tr '\n' ' ')"
    failed=1
  fi
}
check "cycles, tiny" tiny nets/vgg3.net 3 8 30 table
check "cycles, base" base nets/mlp.net 64 8 30 table
check "cycles, base, slow memory" base nets/vgg3.net 5 2 100 table
check "cycles, large" large nets/mlp.net 64 16 30 table
check "cycles, NITRO-D, MLP-1" base nets/mlp1.net 64 8 30 table
check "cycles, NITRO-D, MLP-1, MATRIX and VECTOR in the accumulator memory" tiny nets/mlp1.net 8 8 30 table
check "cycles, NITRO-D, CNN" base tests/nitro-cnn.net 13 8 30 table
check "cycles, NITRO-D, CNN, tiny" tiny tests/nitro-cnn.net 13 8 30 table
check "cycles, NITRO-D, SystemC" base tests/nitro-cnn.net 13 8 30 equal timed systemc
check "cycles, SystemC" base nets/vgg3.net 8 8 30 equal timed systemc
check "cycles, SystemC, large" large nets/mlp.net 16 8 30 equal timed systemc
check "cycles, SystemC, slow memory" base nets/vgg3.net 5 2 100 equal timed systemc
check "cycles, SystemC, in step with the kernel" base nets/vgg3.net 8 8 30 equal timed systemc@0
check "cycles, SystemC, wide port, at most 7 cycles ahead" base16 nets/mlp.net 16 16 30 equal timed systemc@7
check "cycles, SystemC, 2 bytes a cycle" base nets/mlp1.net 16 2 30 equal timed systemc
check "cycles, SystemC, MATRIX and VECTOR in the accumulator memory" tiny nets/mlp1.net 8 8 30 equal timed systemc
check "cycles, SystemC, 5 bytes a cycle, tiny" tiny nets/mlp.net 16 5 30 equal timed systemc
check "cycles, SystemC, 16 bytes a cycle, latency 7" base nets/lenet.net 16 16 7 equal timed systemc
check "cycles, SystemC, large, 5 bytes a cycle, latency 200" large nets/lenet.net 16 5 200 equal timed systemc
check "cycles, SystemC, VGG8B" base nets/vgg8b.net 2 8 30 equal timed systemc
check "cycles, SystemC, VGG8B, large, slow memory" large nets/vgg8b.net 1 2 100 equal timed systemc
# The checker is checked: the same step on two memories is not equal.
if "$compare" base nets/mlp.net 16 8 30 equal timed rtl >/dev/null 2>&1; then
  echo "FAIL cycles of the RTL and of the model are never all equal, and the comparison says so"
  failed=1
else
  echo "PASS a difference of cycles is found"
fi
exit $failed
