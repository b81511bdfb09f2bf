#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_paths - the slowest paths of synth/paths.py: two registers, two LUTs that meet again, a loop behind a register, escaped names
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/synth
mkdir -p $dir
wire() { echo "(INTERCONNECT $1 $2 (1:2:$3) (1:2:$3))"; }
cell() { echo "(CELL (CELLTYPE \"X\")"; echo "(INSTANCE $1)"; }
{
  wire '\$flatten\\u_curta.\\u_a.\$r1/Q' 'u_curta.u_b.l2/B' 100
  wire '\$flatten\\u_curta.\\u_a.\$r1/Q' 'u_curta.u_b.l1/A' 1000
  wire 'u_curta.u_b.l1/F' 'u_curta.u_b.r2/DI' 700
  wire 'u_curta.u_b.l1/F' 'u_curta.u_b.l2/A' 2000
  wire 'u_curta.u_b.l2/F' 'u_curta.u_b.r2/CE' 50
  wire 'u_curta.u_b.r2/Q' '\$flatten\\u_curta.\\u_a.\$r1/DI' 900
  cell '\$flatten\\u_curta.\\u_a.\$r1'; echo "(IOPATH CLK Q (1:2:500) (1:2:500))"; echo "(SETUPHOLD (posedge DI) (posedge CLK) (1:2:30) (0:0:0))"
  cell 'u_curta.u_b.r2'; echo "(IOPATH CLK Q (1:2:520) (1:2:520))"
  echo "(SETUPHOLD (posedge DI) (posedge CLK) (1:2:100) (0:0:0))"; echo "(SETUPHOLD (posedge CE) (posedge CLK) (1:2:400) (0:0:0))"
  cell 'u_curta.u_b.l1'; echo "(IOPATH A F (1:2:240) (1:2:240))"
  cell 'u_curta.u_b.l2'; echo "(IOPATH A F (1:2:240) (1:2:240))"; echo "(IOPATH B F (1:2:240) (1:2:240))"
} >$dir/paths.sdf
cat >$dir/paths.json <<'E2'
{"modules": {"t": {"attributes": {"top": "1"}, "netnames": {"u_a.x_q": {"hide_name": 0, "bits": [2, 3]}},
 "cells": {"$flatten\\u_curta.\\u_a.$r1": {"connections": {"Q": [3]}}}}}}
E2
cat >$dir/paths.want <<'E2'
   4.4  u_b: u_a.x_q[1] -> u_curta.u_b.r2.CE: u_a 1.5 > u_b 2.5
   1.4  u_a: u_curta.u_b.r2 -> u_a.x_q[1].DI: u_b 1.4 > u_a 0.0
E2
if python3 synth/paths.py $dir/paths.sdf $dir/paths.json >$dir/paths.got && diff $dir/paths.want $dir/paths.got >$dir/paths.diff; then
  echo "PASS slowest paths"
else
  echo "FAIL slowest paths: $(head -n 4 $dir/paths.diff | tr '\n' ' ')"
  exit 1
fi
