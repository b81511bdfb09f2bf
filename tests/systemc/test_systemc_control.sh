#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_systemc_control.sh - the control tests of the RTL on the SystemC model, in the configurations where they pass
# usage: test_systemc_control.sh   from the repository root
dir=${BUILD:-build}/tests/systemc failed=0
for config in tiny base; do "$dir/systemc_control" $config || failed=1; done
exit $failed
