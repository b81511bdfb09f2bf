#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh - synthesis of the kernels by Bambu (`make hls-bambu`). Never run by us: hls/README.md.
# usage: run.sh FOLDER FLAGS...     from the repository root; FLAGS: parameters of the configuration
set -eu
out=$1
shift
root=$PWD
for kernel in load gemm requant update; do
  mkdir -p "$out/$kernel"
  (cd "$out/$kernel" && bambu "$root/hls/curta_hls_$kernel.c" --top-fname="curta_hls_$kernel" --generate-interface=INFER \
    --compiler=I386_CLANG12 -O3 --clock-period=10 --device-name=LFE5UM585F8BG756C \
    -DCURTA_HLS_BAMBU -I"$root/hls" -I"$root/golden" -I"$root/include" "$@")
done
