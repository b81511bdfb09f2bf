#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_winograd.sh - whole training steps of the large networks with every way of convolution: one set of weights
# usage: test_winograd.sh [CURTA]   from the repository root; default build/curta-golden
set -u
curta=$(realpath "${1:-${BUILD:-build}/curta-golden}")
dir=$(mktemp -d /tmp/curta-test-winograd-XXXXXX)
trap 'rm -rf "$dir"' EXIT
export CURTA_CPU=avx2
failed=0
# NET BATCH STEPS THREADS: the weights' hash in $hash; empty with an error
train() {
  rm -rf "$dir/out"
  "$curta" train --net "nets/$1.net" --data synthetic --batch "$2" --steps "$3" --threads "$4" --no-eval --quiet --out "$dir/out" >"$dir/log" 2>&1 || {
    hash=
    return 1
  }
  hash=$(python3 -c 'import hashlib, sys; d = open(sys.argv[1], "rb").read(); print(hashlib.sha256(d[8 + int.from_bytes(d[:8], "little"):]).hexdigest())' \
    "$dir/out/checkpoint.safetensors")
}
if ! CURTA_CONV=winograd train lenet 8 1 1; then
  grep -q 'CURTA_CPU: \|not "winograd" here' "$dir/log" && echo "PASS this machine has no AVX2" && exit 0
  echo "FAIL CURTA_CONV=winograd: $(head -c 300 "$dir/log")"
  exit 1
fi
for run in "vgg11 50 3" "vgg-small-7 18 1"; do
  # shellcheck disable=SC2086
  CURTA_CONV=direct train $run 2 || { echo "FAIL $run: $(head -c 300 "$dir/log")"; exit 1; }
  want=$hash
  for way in "winograd 1" "fastest 3"; do
    [ "${way% *}" = fastest ] && unset CURTA_CONV || export CURTA_CONV="${way% *}"
    # shellcheck disable=SC2086
    train $run "${way#* }"
    [ "$hash" = "$want" ] || { echo "FAIL $run (network, batch, steps): $way threads: weights $hash, direct $want"; failed=1; }
  done
  unset CURTA_CONV
  [ $failed = 0 ] && echo "PASS $run (network, batch, steps): direct = winograd = fastest, on 2, 1 and 3 threads"
done
exit $failed
