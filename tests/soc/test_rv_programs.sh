#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_rv_programs - C programs, the driver's planner among them, as firmware: on the core in lock-step, on qemu and on the host
# usage: test_rv_programs.sh [program...]      of tests/soc/programs
# The code of the planner's program must fit the firmware's 96 KB.
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/soc/programs
mkdir -p $dir
[ $# -gt 0 ] || set -- check plan
target="--specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF -march=rv32im -mabi=ilp32 -Os -fno-tree-loop-distribute-patterns -ffunction-sections -fdata-sections -nostartfiles -Wl,--gc-sections -Wl,--no-warn-rwx-segments -T firmware/flat.ld"
common="-std=c11 -Wall -Wextra -Werror -Iinclude -Igolden"
status=0
for program in "$@"; do
  name=$dir/$program source="tests/soc/programs/$program.c $(echo driver/*.c)"
  # shellcheck disable=SC2086
  { riscv64-unknown-elf-gcc $common $target firmware/start.S firmware/flat.c firmware/memory.c $source -o $name.elf &&
    riscv64-unknown-elf-objcopy -O binary $name.elf $name.bin && gcc $common -O1 $source -o $name.host && $name.host >$name.want; } >$name.log 2>&1 ||
    { echo "FAIL rv_programs $program: build: $(head -n 3 $name.log)"; status=1; continue; }
  code=$(riscv64-unknown-elf-size $name.elf | awk 'NR == 2 { print $1 + $2 }')
  rm -f $name.qemu $name.core
  timeout 100 qemu-system-riscv32 -M virt -bios none -display none -monitor none -serial file:$name.qemu \
    -device loader,file=$name.bin,addr=0x80000000,force-raw=on >$name.log 2>&1 || { echo "FAIL rv_programs $program: qemu: $(head -n 1 $name.log)"; status=1; }
  ran=$(build/tests/soc/run_flat $name.bin $name.core 1) || { echo "FAIL rv_programs $program: $ran"; status=1; continue; }
  if [ "$code" -gt 98304 ]; then echo "FAIL rv_programs $program: $code bytes of code, 98304 are the limit"; status=1
  elif cmp $name.want $name.core >$name.log 2>&1 && cmp $name.want $name.qemu >$name.log 2>&1; then
    echo "PASS rv_programs $program: core = qemu = host; $code bytes of code and data; ${ran#*: }"
  else echo "FAIL rv_programs $program: $(cat $name.log)"; status=1; fi
done
exit $status
