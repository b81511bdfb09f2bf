#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_lockstep.sh - whole training steps on the simulated Verilog equal those on the golden device, to the bit
# usage: test_lockstep.sh [CURTA]   from the repository root; default build/curta
set -u
curta=$(realpath "${1:-${BUILD:-build}/curta}")
dir=$(mktemp -d /tmp/curta-test-lockstep-XXXXXX)
trap 'rm -rf "$dir"' EXIT
failed=0
# Odd in every way: no size is a multiple of a tile, stride 2, dropout, pooling that drops a row.
cat >"$dir/odd.net" <<NET
input 3 13 11
conv 13 kernel 3 stride 2 pad 1
relu
conv 9 kernel 3 pad 1
relu
maxpool 2
dropout 0.5
linear 21
relu
linear 7
NET
equal() { # NAME ARGS...
  local name=$1
  shift
  if "$curta" compare --quiet "$@" >"$dir/log" 2>&1 && grep -q " 0 differences" "$dir/log"; then
    echo "PASS $name: $(tail -n 1 "$dir/log")"
  else
    echo "FAIL $name: curta compare $*: $(tail -n 8 "$dir/log" | tr '\n' ' ')"
    failed=1
  fi
}
for config in tiny base large; do
  equal "vgg3 on $config" --net nets/vgg3.net --batch 5 --steps 2 --devices "golden:$config,rtl:$config"
  equal "odd network on $config" --net "$dir/odd.net" --batch 19 --steps 3 --devices "golden:$config,rtl:$config"
  equal "NITRO-D, MLP-1 on $config" --net nets/mlp1.net --batch 13 --steps 2 --devices "golden:$config,rtl:$config"
  equal "NITRO-D, CNN on $config" --net tests/nitro-cnn.net --batch 13 --steps 2 --devices "golden:$config,rtl:$config"
done
equal "odd network, 2021" --net "$dir/odd.net" --batch 9 --steps 3 --preset niti-2021
equal "odd network, decay and master weights" --net "$dir/odd.net" --batch 9 --steps 3 --decay --master 6 --mu 5
for strategy in spill keep recompute speculate hedge; do
  equal "odd network, $strategy" --net "$dir/odd.net" --batch 9 --steps 3 --strategy $strategy
done
equal "slow memory with random stalls" --net "$dir/odd.net" --batch 9 --steps 2 --mem-bw 3 --mem-latency 90 --mem-stall 250
equal "last batch smaller" --net "$dir/odd.net" --batch 8 --steps 4 --limit 12
# And a difference is found where it is.
"$curta" compare --quiet --net "$dir/odd.net" --batch 9 --steps 3 --fault 2:conv2.weight >"$dir/log" 2>&1
if [ $? = 1 ] && grep -q "conv2.weight\[r 0, s 0, o 0, i 0\]" "$dir/log"; then echo "PASS a flipped bit is named"; else
  echo "FAIL a flipped bit is named: $(tr '\n' ' ' <"$dir/log")"
  failed=1
fi
exit $failed
