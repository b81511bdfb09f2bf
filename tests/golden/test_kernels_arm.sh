#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_kernels_arm.sh - the kernels for 64-bit ARM: test_kernels, cross-compiled and run by an emulator
# usage: test_kernels_arm.sh    from the repository root. Debian: gcc-aarch64-linux-gnu, qemu-user
cc=aarch64-linux-gnu-gcc
for tool in $cc qemu-aarch64; do
  command -v $tool >/dev/null || {
    echo "FAIL kernels for ARM: there is no $tool; install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user (make packages)"
    exit 1
  }
done
out=${BUILD:-build}/arm
make --no-print-directory BUILD="$out" CC=$cc CFLAGS="-O2 -static" "$out/tests/golden/test_kernels" >"$out.log" 2>&1 || {
  echo "FAIL kernels for ARM: cross-compilation: $(grep -m1 -E 'error|Error' "$out.log")"
  exit 1
}
for cpu in max cortex-a53; do # with and without dot products
  qemu-aarch64 -cpu $cpu "$out/tests/golden/test_kernels" "$@" | sed "s/ kernels / kernels on an emulated $cpu: /"
done >"$out.result"
cat "$out.result"
[ "$(grep -c '^PASS .*max: dotprod' "$out.result")" = 1 ] && [ "$(grep -c '^PASS .*neon' "$out.result")" = 2 ] && ! grep -q '^FAIL' "$out.result"
