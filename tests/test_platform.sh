#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_platform.sh - two accelerators on one memory train data-parallel: model and model, model and RTL, RTL and RTL
# usage: test_platform.sh   from the repository root
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1
platform=${BUILD:-build}/examples/two_accelerators failed=0
check() {
  timeout 300 "$platform" "$@" 2>&1 | grep -v -e '^$' -e 'Simulation stopped by user'
  [ "${PIPESTATUS[0]}" = 0 ] || {
    echo "FAIL platform: two_accelerators $*"
    failed=1
  }
}
check nets/mlp.net 3 16 tlm tlm base
check nets/lenet.net 2 32 tlm tlm base
check nets/mlp.net 1 16 tlm rtl
check nets/mlp.net 1 16 rtl rtl
if out=$("$platform" nets/mlp.net 1 15 tlm tlm 2>&1); then
  echo "FAIL platform: an odd batch is not refused: $out"
  failed=1
fi
if out=$("$platform" nets/mlp1.net 1 16 tlm tlm 2>&1) || ! grep -q "NITRO-D updates weights straight" <<<"$out"; then
  echo "FAIL platform: NITRO-D is not refused: $out"
  failed=1
fi
exit $failed
