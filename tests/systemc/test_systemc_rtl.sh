#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_systemc_rtl.sh - the RTL as a SystemC module between the sockets of the TLM model: errors, random programs
# usage: test_systemc_rtl.sh   from the repository root
set -u
dir=${BUILD:-build}/tests/systemc
config=$(cat "${BUILD:-build}/systemc/rtl_config")
failed=0
"$dir/systemc_rtl" "$config" || failed=1
"$dir/systemc_rtl_random" "$config" 20 || failed=1
exit $failed
