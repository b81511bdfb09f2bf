#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_opbuf - the skewed banks of the operand buffer in every shape, in Icarus
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/matrix
mkdir -p $dir
status=0
while read -r t l v bus e apart; do
  iverilog -g2005 -Wall -Irtl -Popbuf_tb.T="$t" -Popbuf_tb.L="$l" -Popbuf_tb.V="$v" -Popbuf_tb.BUS="$bus" -Popbuf_tb.E="$e" -Popbuf_tb.APART="${apart:-0}" -Popbuf_tb.SEED="${1:-1}" \
    -s opbuf_tb -o $dir/opbuf.vvp tests/matrix/opbuf_tb.v rtl/curta_opbuf.v rtl/lib/curta_ram.v &&
    vvp -n $dir/opbuf.vvp >$dir/opbuf.log || status=1
  cat $dir/opbuf.log
  grep -q '^PASS' $dir/opbuf.log || status=1
done <<LIST
8 8 2 8 8
8 8 2 16 8
8 2 4 8 8
16 16 4 32 8
16 4 8 16 8
16 16 1 16 8
8 4 4 16 8
4 4 4 4 8
8 1 8 8 8
8 8 2 8 10
8 2 4 8 2
16 16 4 32 10
8 8 2 8 8 1
8 8 2 16 8 1
8 2 4 8 8 1
16 16 4 32 8 1
8 4 4 16 8 1
8 2 8 8 8 1
LIST
exit $status
