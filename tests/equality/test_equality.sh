#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_equality.sh - a short training ends in the same weights on every device; another training does not
# usage: test_equality.sh   from the repository root
equality=${BUILD:-build}/tests/equality/equality failed=0
for config in tiny base; do
  if out=$("$equality" nets/mlp.net 3 golden:host golden:$config hls:$config timed:$config systemc:$config rtl:$config 2>&1); then
    echo "PASS one training, one result: golden, HLS, timed, SystemC, RTL, $config: $(awk -F'|' 'NR == 3 { print $3 }' <<<"$out")"
  else
    echo "FAIL one training, one result, $config: $(tail -n 1 <<<"$out")"
    failed=1
  fi
  if out=$("$equality" nets/mlp1.net 2 golden:host golden:$config hls:$config timed:$config systemc:$config rtl:$config 2>&1); then
    echo "PASS one training, one result, NITRO-D: golden, HLS, timed, SystemC, RTL, $config: $(awk -F'|' 'NR == 3 { print $3 }' <<<"$out")"
  else
    echo "FAIL one training, one result, NITRO-D, $config: $(tail -n 1 <<<"$out")"
    failed=1
  fi
  # The RTL runs this CNN in tests/tools/test_lockstep.sh.
  if out=$("$equality" tests/nitro-cnn.net 2 golden:host golden:$config hls:$config timed:$config 2>&1); then
    echo "PASS one training, one result, NITRO-D, two-block CNN: golden, HLS, timed, $config: $(awk -F'|' 'NR == 3 { print $3 }' <<<"$out")"
  else
    echo "FAIL one training, one result, NITRO-D, two-block CNN, $config: $(tail -n 1 <<<"$out")"
    failed=1
  fi
done
weights() { "$equality" nets/mlp.net "$1" golden:tiny | awk -F'|' 'NR == 3 { print $3 }'; }
if [ "$(weights 2)" = "$(weights 3)" ]; then
  echo "FAIL the hash of the weights does not see a step"
  failed=1
else
  echo "PASS another training has another hash"
fi
exit $failed
