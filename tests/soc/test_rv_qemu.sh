#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_rv_qemu - the same random programs on the core (in lock-step with the ISA model) and on qemu: what they sent to the UART must agree
# usage: test_rv_qemu.sh [programs [first seed]]
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/soc/qemu
mkdir -p $dir
command -v qemu-system-riscv32 >/dev/null || { echo "FAIL rv_qemu: qemu-system-riscv32 is missing (make test-soc installs it)"; exit 1; }
programs=${1:-40} seed=${2:-1} last=$((${2:-1} + ${1:-40})) bad=0
while [ "$seed" -lt "$last" ]; do
  build/tests/soc/rv_program "$seed" $dir/p.bin || exit 1
  if ! build/tests/soc/run_flat $dir/p.bin $dir/core.out $((seed % 4)) "$seed" >$dir/core.log 2>&1; then
    echo "FAIL rv_qemu seed $seed: $(cat $dir/core.log)"; bad=1
  else
    rm -f $dir/qemu.out
    timeout 60 qemu-system-riscv32 -M virt -cpu rv32,c=false,a=false,f=false,d=false,u=false,s=false,h=false,zbb=true -bios none -display none -monitor none \
      -serial file:$dir/qemu.out -device loader,file=$dir/p.bin,addr=0x80000000,force-raw=on >$dir/qemu.log 2>&1 || { echo "FAIL rv_qemu seed $seed: qemu: $(head -n 1 $dir/qemu.log)"; bad=1; }
    cmp -s $dir/core.out $dir/qemu.out || { echo "FAIL rv_qemu seed $seed: output differs: $(cmp $dir/core.out $dir/qemu.out 2>&1)"; bad=1; }
  fi
  [ $bad = 0 ] || { echo "     repeat: tests/soc/test_rv_qemu.sh 1 $seed"; exit 1; }
  seed=$((seed + 1))
done
echo "PASS rv_qemu: $programs programs, core = model = qemu ($(tail -n 1 $dir/core.log))"
