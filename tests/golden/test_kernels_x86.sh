#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_kernels_x86.sh - the kernels of x86-64 on emulated processors that lack a part of a level: refused, not run into SIGILL
# usage: test_kernels_x86.sh    from the repository root. Debian: qemu-user. On another processor there is nothing to do.
[ "$(uname -m)" = x86_64 ] || exit 0
command -v qemu-x86_64 >/dev/null || {
  echo "FAIL kernels for x86-64: there is no qemu-x86_64; install qemu-user (make packages)"
  exit 1
}
out=${BUILD:-build}/x86
make --no-print-directory BUILD="$out" CFLAGS="-O2 -static" "$out/tests/golden/test_kernels" >"$out.log" 2>&1 || {
  echo "FAIL kernels for x86-64: $(grep -m1 -E 'error|Error' "$out.log")"
  exit 1
}
failed=0
# qemu has no AVX-512: "max" takes AVX2, without any one feature of its level there is plain C only
for cpu in max max,-bmi1 max,-bmi2 max,-f16c max,-fma max,-abm max,-movbe max,-popcnt max,-avx2; do
  got=$(qemu-x86_64 -cpu $cpu "$out/tests/golden/test_kernels" "$@" 2>&1)
  status=$?
  want=SKIP
  [ $cpu = max ] && want=PASS
  if [ $status = 0 ] && echo "$got" | grep -q "^$want kernels avx2" && echo "$got" | grep -q "^PASS kernels c"; then
    echo "PASS kernels on an emulated $cpu: avx2 $want"
  else
    echo "FAIL kernels on an emulated $cpu: exit status $status, expected $want of avx2: $(echo "$got" | tr '\n' ' ' | head -c 300); repeat: qemu-x86_64 -cpu $cpu $out/tests/golden/test_kernels $*"
    failed=1
  fi
done
exit $failed
