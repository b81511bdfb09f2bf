#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_platform.sh - two accelerators on one memory train data-parallel: model and model, model and RTL, RTL and RTL
# usage: test_platform.sh   from the repository root
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1
platform=${BUILD:-build}/examples/two_accelerators failed=0
rtl=$(cat "${BUILD:-build}/systemc/rtl_config")
check() {
  timeout 300 "$platform" "$@" 2>&1 | grep -v -e '^$' -e 'Simulation stopped by user'
  [ "${PIPESTATUS[0]}" = 0 ] || {
    echo "FAIL platform: two_accelerators $*"
    failed=1
  }
}
check nets/mlp.net 3 16 tlm tlm base
check nets/lenet.net 2 32 tlm tlm base
check nets/mlp.net 1 16 tlm tlm base16
check nets/mlp.net 3 16 tlm tlm base decay
check nets/lenet.net 2 32 tlm tlm base decay
check nets/mlp.net 1 16 tlm rtl "$rtl"
check nets/mlp.net 1 16 rtl rtl "$rtl"
for args in "nets/mlp.net 1 15 tlm tlm" "nets/mlp.net 0 16 tlm tlm" "nets/mlp.net 1 16 tlm tml" "nets/mlp.net 1 16 tlm rtl large" "nets/mlp.net 1 16 tlm tlm base decoy" "nets/none.net 1 16 tlm tlm"; do
  # shellcheck disable=SC2086
  if out=$("$platform" $args 2>&1); then
    echo "FAIL platform: not refused: $args: $out"
    failed=1
  fi
done
if out=$("$platform" nets/mlp1.net 1 16 tlm tlm 2>&1) || ! grep -q "NITRO-D updates weights straight" <<<"$out"; then
  echo "FAIL platform: NITRO-D is not refused: $out"
  failed=1
fi
exit $failed
